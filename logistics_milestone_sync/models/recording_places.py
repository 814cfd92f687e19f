"""Where the statements of one batch happened: columns of the ledger, and the location they mean."""

from ..core.fact import Location
from ..core.location import compact


class Places:
    """Finds the locations of a batch at once, so that the number of queries stays the same."""

    def __init__(self, env, system, facts):
        self.system = system
        places = {stated.location for stated in facts.values() if stated.location}
        self._known = env["logistics.location"]._find_many(
            system.company_id, ((system.id, place) for place in places)
        )

    def columns(self, place):
        """What the source said of the place, and the location that it means.

        :param place: ``core.fact.Location`` or ``None``
        """
        place = place or Location()
        return {
            "location_label": place.label or None,
            "location_code": place.code or None,
            "location_gln": compact(place.gln) or None,
            "location_unlocode": compact(place.unlocode) or None,
            "location_city": place.city or None,
            "location_country": place.country or None,
            "location_id": self._known.get((self.system.id, place)),
        }
