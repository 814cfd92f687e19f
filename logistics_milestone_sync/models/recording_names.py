"""The names (references) that one batch of statements uses and gives."""

from collections import defaultdict
from dataclasses import replace

from odoo.tools import SQL

from ..core.reference import Target
from .clashes import clash_when_taken
from .recording_placement import Placement

# Systems that may name our shipments. A carrier only speaks about numbers that somebody gave it.
_NAMING_KINDS = ("odoo", "wms", "tms", "client", "edi_gateway")


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
            self._targets[reference.key].append(replace(target, issuer=self.system.id))
        return "", [f"{ref.scheme} {ref.normalised}" for ref in new]

    def store(self):
        """Write the new names, and give each carrier's number its consignment.

        :return: whether there was anything to write
        """
        if not self._new:
            return False
        # In the order of the names: two batches that give the same ones then wait, not deadlock.
        new = sorted(self._new, key=lambda pair: pair[1].key)
        placement = Placement(self.env, {target.shipment_id for target, _ref in new})
        placed = placement.place_all(new)
        with clash_when_taken():
            self.env["logistics.reference"].create(
                [
                    {
                        "shipment_id": target.shipment_id,
                        "consignment_id": target.consignment_id,
                        "package_id": target.package_id,
                        "scheme": reference.scheme,
                        "value": reference.value.strip(),
                        "system_id": self.system.id,
                    }
                    for target, (_about, reference) in zip(placed, new, strict=True)
                ]
            )
        for target, (_about, reference) in zip(placed, new, strict=True):
            self._targets[reference.key] = [replace(target, issuer=self.system.id)]
        return True

    def _all_of(self, stated):
        return (*stated.references, *getattr(stated, "assigns", ()))

    def _load(self, keys):
        if not keys:
            return
        self.env["logistics.reference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT scheme, normalised, shipment_id, consignment_id, system_id, package_id"
                "  FROM logistics_reference"
                " WHERE company_id = %s AND (scheme, normalised) IN %s ORDER BY id",
                self.system.company_id.id,
                tuple(keys),
            )
        )
        for scheme, normalised, *target in rows:
            self._targets[scheme, normalised].append(Target(*target))
