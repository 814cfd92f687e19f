"""The names (references) that one batch of statements uses and gives."""

from collections import defaultdict
from dataclasses import replace

from odoo.tools import SQL

from ..core.reference import Target
from .clashes import clash_when_taken
from .recording_placement import NewName, Placement

# Systems that may name our shipments. A carrier only speaks about numbers that somebody gave it.
_NAMING_KINDS = ("odoo", "wms", "tms", "client", "edi_gateway")
# One order may travel in several shipments, so its number may name each of them.
_SHARED_SCHEMES = ("sale_order", "purchase_order")


class Names:
    """Known names in memory, so that a batch reads them once and writes its new ones once."""

    def __init__(self, env, system, facts):
        self.env = env
        self.system = system
        self._targets = defaultdict(list)
        self._new = {}  # (key of a reference, shipment id) → NewName
        self._load({ref.key for stated in facts.values() for ref in self._all_of(stated)})

    def lookup(self, reference):
        """The targets of one reference, over all issuers."""
        return self._targets.get(reference.key, ())

    def assign(self, target, references, by):
        """Give the target further names.

        :param by: the name by which the target was found
        :return: ``(refusal, added)``: a sentence or ``""``, and the labels of the new names
        """
        if self.system.kind not in _NAMING_KINDS:
            return f"{self.system.name} may not name shipments", []
        new = []
        for reference in references:
            named = {other.shipment_id for other in self.lookup(reference)}
            if target.shipment_id in named:
                continue
            if named and reference.scheme not in _SHARED_SCHEMES:
                return f"{reference.scheme} {reference.normalised} names another shipment", []
            new.append(reference)
        for reference in new:
            if reference.complaint:
                return reference.complaint, []
        found = self._new.get((by.key, target.shipment_id))
        for reference in new:
            self._new[reference.key, target.shipment_id] = NewName(target, reference, found)
            self._targets[reference.key].append(replace(target, issuer=self.system.id))
        return "", [f"{ref.scheme} {ref.normalised}" for ref in new]

    def store(self):
        """Write the new names, and give each carrier's number its consignment.

        :return: whether there was anything to write
        """
        if not self._new:
            return False
        # In the order of the names: two batches that give the same ones then wait, not deadlock.
        new = [name for _key, name in sorted(self._new.items())]
        placement = Placement(self.env, {name.target.shipment_id for name in new})
        placed = placement.place_all(new)
        with clash_when_taken():
            self.env["logistics.reference"].create(
                [
                    {
                        "shipment_id": target.shipment_id,
                        "consignment_id": target.consignment_id,
                        "package_id": target.package_id,
                        "scheme": name.reference.scheme,
                        "value": name.reference.value.strip(),
                        "system_id": self.system.id,
                    }
                    for target, name in zip(placed, new, strict=True)
                ]
            )
        for target, name in zip(placed, new, strict=True):
            named = self._targets[name.reference.key]
            named[:] = [other for other in named if other.shipment_id != target.shipment_id]
            named.append(replace(target, issuer=self.system.id))
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
