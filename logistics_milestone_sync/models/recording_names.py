"""The names (references) that one batch of statements uses and gives."""

from collections import defaultdict

from odoo.tools import SQL

from ..core.reference import Target
from .clashes import clash_when_taken

# Systems that may name our shipments. A carrier only speaks about numbers that somebody gave it.
_NAMING_KINDS = ("odoo", "wms", "tms", "client", "edi_gateway")
# Numbers that stand for one consignment; a second one of the kind is a second consignment.
_CONSIGNMENT_SCHEMES = ("tracking", "pro", "waybill")


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
            if reference.complaint:
                return reference.complaint, []
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
        # In the order of the names: two batches that give the same ones then wait, not deadlock.
        new = sorted(self._new, key=lambda pair: pair[1].key)
        places = Consignments(self.env, {target.shipment_id for target, _ref in new})
        with clash_when_taken():
            created = self.env["logistics.reference"].create(
                [
                    {
                        "shipment_id": target.shipment_id,
                        "consignment_id": consignment_id,
                        "scheme": reference.scheme,
                        "value": reference.value.strip(),
                        "system_id": self.system.id,
                    }
                    for (target, reference), consignment_id in places.place_all(new)
                ]
            )
        for (_target, reference), record in zip(new, created, strict=True):
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
        self._shipments = env["logistics.shipment"].browse(sorted(shipment_ids))
        # Per shipment the schemes that each of its consignments has a number of, and its id;
        # ``None`` where the consignment has yet to be made.
        self._places = defaultdict(list)
        for consignment in env["logistics.consignment"].search(
            [("shipment_id", "in", self._shipments.ids)]
        ):
            schemes = set(consignment.reference_ids.mapped("scheme"))
            self._places[consignment.shipment_id.id].append([schemes, consignment.id])

    def place_all(self, named):
        """Give each new name its consignment, and make those that are missing, all at once.

        :param list named: of ``(Target, Reference)``
        :return: list of ``((Target, Reference), consignment id)``; the id is ``False`` for names
            that stand for the whole shipment
        """
        places = [self._place(target, reference.scheme) for target, reference in named]
        self._make_missing()
        return [(pair, place[1]) for pair, place in zip(named, places, strict=True)]

    def _place(self, target, scheme):
        """The place of the first consignment without a number of this kind, or a new one."""
        if target.consignment_id or scheme not in _CONSIGNMENT_SCHEMES:
            return (set(), target.consignment_id or False)
        places = self._places[target.shipment_id]
        place = next((place for place in places if scheme not in place[0]), None)
        if not place:
            place = [set(), None]
            places.append(place)
        place[0].add(scheme)
        return place

    def _make_missing(self):
        missing = [
            (shipment, 10 * number, place)
            for shipment in self._shipments
            for number, place in enumerate(self._places[shipment.id], start=1)
            if place[1] is None
        ]
        made = self.env["logistics.consignment"].create(
            [
                {
                    "shipment_id": shipment.id,
                    "delivery_carrier_id": shipment.delivery_carrier_id.id,
                    "sequence": sequence,
                }
                for shipment, sequence, _place in missing
            ]
        )
        for (_shipment, _sequence, place), consignment in zip(missing, made, strict=True):
            place[1] = consignment.id
