"""Which consignment and package of a shipment a new number belongs to."""

from collections import defaultdict
from dataclasses import dataclass, field

from ..core.reference import Reference, Target

# Numbers that stand for one consignment; a second one of the kind is a second consignment.
_CONSIGNMENT_SCHEMES = ("tracking", "pro", "waybill")
# Numbers that a package can have: a further SSCC is a further package.
_PACKAGE_SCHEMES = ("sscc", "tracking")


@dataclass(eq=False)
class NewName:
    """A name that a batch gives.

    :param target: what gets the name, as far as the database knows it
    :param by: the ``NewName`` of the same batch by which the target was found, if it was; what it
        stands for is only known once it has its place
    """

    target: Target
    reference: Reference
    by: object = None

    @property
    def depth(self):
        return 1 + self.by.depth if self.by else 0


@dataclass(eq=False)
class _Part:
    """A consignment or a package; without an id it has yet to be made.

    :param owner: the shipment of a consignment, the consignment (``_Part``) of a package
    :param schemes: kinds of numbers that a consignment has
    :param unnamed: packages of a consignment that have no SSCC yet
    """

    id: int | None
    owner: object = None
    schemes: set = field(default_factory=set)
    unnamed: list = field(default_factory=list)


class Placement:
    """The parts of some shipments, read once; those that are missing are made all at once."""

    def __init__(self, env, shipment_ids):
        self.env = env
        self._consignments = defaultdict(list)  # per shipment id
        self._known = {}
        self._missing_packages = []
        self._places = {}  # per NewName
        shipments = env["logistics.shipment"].browse(sorted(shipment_ids))
        self._shipments = {shipment.id: shipment for shipment in shipments}  # read together
        in_shipments = [("shipment_id", "in", shipments.ids)]
        for consignment in env["logistics.consignment"].search(in_shipments):
            numbers = consignment.reference_ids.filtered(lambda ref: not ref.package_id)
            part = _Part(consignment.id, schemes=set(numbers.mapped("scheme")))
            self._known[consignment.id] = part
            self._consignments[consignment.shipment_id.id].append(part)
        for package in env["logistics.package"].search(in_shipments):
            if "sscc" not in package.reference_ids.mapped("scheme"):
                self._known[package.consignment_id.id].unnamed.append(_Part(package.id))

    def place_all(self, named):
        """Give each new name its place, and make what is missing.

        :param list named: of ``NewName``
        :return: list of ``Target``: what each name stands for from now on
        """
        for name in sorted(named, key=lambda name: name.depth):
            self._places[name] = self._place(name)
        self._make_consignments()
        self._make_packages()
        return [
            Target(
                name.target.shipment_id,
                consignment and consignment.id,
                package_id=package and package.id,
            )
            for name in named
            for consignment, package in [self._places[name]]
        ]

    def _place(self, name):
        """``(consignment, package)`` of a new number; ``None`` for what it does not stand for."""
        target, scheme = name.target, name.reference.scheme
        consignment = self._known.get(target.consignment_id)
        package = _Part(target.package_id) if target.package_id else None
        if name.by:
            consignment, package = self._places[name.by]
        if scheme == "sscc":
            consignment = consignment or self._consignments[target.shipment_id][0]
            return consignment, self._package(consignment, target.package_id)
        if consignment:
            return consignment, package if scheme in _PACKAGE_SCHEMES else None
        if scheme not in _CONSIGNMENT_SCHEMES:
            return None, None
        consignment = self._consignment(target.shipment_id, scheme)
        consignment.schemes.add(scheme)
        return consignment, None

    def _consignment(self, shipment_id, scheme):
        """The first consignment without a number of this kind, or a new one."""
        parts = self._consignments[shipment_id]
        found = next((part for part in parts if scheme not in part.schemes), None)
        if not found:
            found = _Part(None, self._shipments[shipment_id])
            parts.append(found)
        return found

    def _package(self, consignment, package_id):
        """The package that gets the number: the one it is about, one without, or a new one."""
        waiting = consignment.unnamed
        found = next((part for part in waiting if part.id == package_id), None)
        found = found or next(iter(waiting), None)
        if found:
            waiting.remove(found)
            return found
        package = _Part(None, consignment)
        self._missing_packages.append(package)
        return package

    def _make_consignments(self):
        missing = [
            (part, 10 * number)
            for shipment_id in sorted(self._consignments)
            for number, part in enumerate(self._consignments[shipment_id], start=1)
            if part.id is None
        ]
        made = self.env["logistics.consignment"].create(
            [
                {
                    "shipment_id": part.owner.id,
                    "delivery_carrier_id": part.owner.delivery_carrier_id.id,
                    "sequence": sequence,
                }
                for part, sequence in missing
            ]
        )
        for (part, _sequence), consignment in zip(missing, made, strict=True):
            part.id = consignment.id

    def _make_packages(self):
        missing = self._missing_packages
        made = self.env["logistics.package"].create(
            [{"consignment_id": part.owner.id} for part in missing]
        )
        for part, package in zip(missing, made, strict=True):
            part.id = package.id
