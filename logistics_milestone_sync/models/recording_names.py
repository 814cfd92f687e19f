"""The names (references) that one batch of statements uses and gives."""

from collections import defaultdict

from odoo.tools import SQL

from ..core.reference import Target

# Systems that may name our shipments. A carrier only speaks about numbers that somebody gave it.
_NAMING_KINDS = ("odoo", "wms", "tms", "client", "edi_gateway")
# Numbers that stand for one consignment; a second one of the kind is a second consignment.
CONSIGNMENT_SCHEMES = ("tracking", "pro", "waybill")


class Names:
    """Known names in memory, so that a batch reads them once and writes its new ones once."""

    def __init__(self, env, system, facts):
        self.env = env
        self.system = system
        self._targets = defaultdict(list)
        self._new = []
        self._load({ref.key for stated in facts.values() for ref in self._all_of(stated)})

    def lookup(self, reference):
        """The targets of one reference, over all issuers."""
        return self._targets.get(reference.key, ())

    def assign(self, target, references):
        """Give the target further names.

        :return: ``(refusal, added)``: a sentence or ``""``, and the labels of the new names
        """
        if self.system.kind not in _NAMING_KINDS:
            return f"{self.system.name} may not name shipments", []
        for reference in references:
            for other in self.lookup(reference):
                if other.shipment_id != target.shipment_id and reference.scheme != "sale_order":
                    return f"{reference.scheme} {reference.normalised} names another shipment", []
        new = [ref for ref in references if not self.lookup(ref)]
        for reference in new:
            self._new.append((target, reference))
            self._targets[reference.key].append(
                Target(target.shipment_id, target.consignment_id, self.system.id)
            )
        return "", [f"{ref.scheme} {ref.normalised}" for ref in new]

    def store(self):
        """Write the new names, and give each carrier's number its consignment.

        :return: whether there was anything to write
        """
        if not self._new:
            return False
        places = Consignments(self.env, {target.shipment_id for target, _ref in self._new})
        created = self.env["logistics.reference"].create(
            [
                {
                    "shipment_id": target.shipment_id,
                    "consignment_id": target.consignment_id
                    or places.place(target.shipment_id, reference.scheme),
                    "scheme": reference.scheme,
                    "value": reference.value.strip(),
                    "system_id": self.system.id,
                }
                for target, reference in self._new
            ]
        )
        for (_target, reference), record in zip(self._new, created, strict=True):
            self._targets[reference.key] = [
                Target(record.shipment_id.id, record.consignment_id.id or None, self.system.id)
            ]
        return True

    def _all_of(self, stated):
        return (*stated.references, *getattr(stated, "assigns", ()))

    def _load(self, keys):
        if not keys:
            return
        self.env["logistics.reference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT scheme, normalised, shipment_id, consignment_id, system_id"
                "  FROM logistics_reference"
                " WHERE company_id = %s AND (scheme, normalised) IN %s ORDER BY id",
                self.system.company_id.id,
                tuple(keys),
            )
        )
        for scheme, normalised, shipment_id, consignment_id, issuer in rows:
            self._targets[scheme, normalised].append(Target(shipment_id, consignment_id, issuer))


class Consignments:
    """Which consignment of a shipment a new carrier's number belongs to."""

    def __init__(self, env, shipment_ids):
        self.env = env
        self._of_shipment = defaultdict(list)
        self._schemes = defaultdict(set)
        for consignment in env["logistics.consignment"].search(
            [("shipment_id", "in", list(shipment_ids))]
        ):
            self._of_shipment[consignment.shipment_id.id].append(consignment.id)
            self._schemes[consignment.id] |= set(consignment.reference_ids.mapped("scheme"))

    def place(self, shipment_id, scheme):
        """Id of the first consignment without a number of this kind, made if there is none.

        ``False`` for names that stand for the whole shipment.
        """
        if scheme not in CONSIGNMENT_SCHEMES:
            return False
        for consignment_id in self._of_shipment[shipment_id]:
            if scheme not in self._schemes[consignment_id]:
                break
        else:
            consignment_id = self._create(shipment_id)
        self._schemes[consignment_id].add(scheme)
        return consignment_id

    def _create(self, shipment_id):
        known = self._of_shipment[shipment_id]
        shipment = self.env["logistics.shipment"].browse(shipment_id)
        consignment = self.env["logistics.consignment"].create(
            {
                "shipment_id": shipment_id,
                "delivery_carrier_id": shipment.delivery_carrier_id.id,
                "sequence": 10 * (len(known) + 1),
            }
        )
        known.append(consignment.id)
        return consignment.id
