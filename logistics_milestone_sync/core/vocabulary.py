"""The words of the suite: milestones, phases, classifiers, schemes, parties.

One file, so that nobody has to guess what a word means. The milestone catalogue is seeded from
here as data (``data/logistics_milestone_data.xml`` holds the same codes; a test compares both),
and a company may add rows of its own.

The crosswalks to DCSA, EPCIS, X12 and EDIFACT are data and live with the catalogue, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# --- Classifier: is it a plan, a forecast or a fact? (DCSA eventClassifierCode PLN/EST/ACT) ---
PLANNED: Final = "planned"
ESTIMATED: Final = "estimated"
ACTUAL: Final = "actual"
CLASSIFIERS: Final = (PLANNED, ESTIMATED, ACTUAL)

# --- Phase: where a shipment stands; the fold never lets it go back (core/fold.py) ------------
PLANNING: Final = "planning"  # known to us, nothing has moved
FULFILMENT: Final = "fulfilment"  # being picked, packed, handed over
TRANSIT: Final = "transit"  # in the hands of a carrier
DELIVERED_PHASE: Final = "delivered"  # the consignee has it
FAILED: Final = "failed"  # it will not arrive: returned, lost, cancelled
NO_PHASE: Final = "none"  # a statement that does not move the shipment (money, exceptions)
CANCELLED: Final = "cancelled"  # the milestone: there is nothing to move any more
PHASES: Final = (PLANNING, FULFILMENT, TRANSIT, DELIVERED_PHASE, FAILED)

# --- Category: how soon somebody must know, and how long we keep it ----------------------------
OPERATIONAL: Final = "operational"
FINANCIAL: Final = "financial"
ANALYTICAL: Final = "analytical"

# --- Kinds of systems that speak -----------------------------------------------------------------
SYSTEM_KINDS: Final = (
    "odoo",  # this database
    "wms",  # warehouse management system
    "tms",  # transport management system
    "carrier",
    "aggregator",  # speaks for several carriers
    "edi_gateway",  # carries others' words unchanged
    "crm",
    "client",  # a 3PL client
)

# --- Party responsible for an exception ----------------------------------------------------------
PARTIES: Final = ("carrier", "shipper", "consignee", "customs", "weather", "other")

# --- Normalised exception reasons ----------------------------------------------------------------
REASONS: Final = (
    "damaged",
    "refused",
    "address",  # wrong or incomplete address
    "absent",  # nobody there to take it
    "delayed",
    "missing",  # part or all of it cannot be found
    "customs",
    "weather",
    "documents",  # paperwork missing or wrong
    "payment",  # charges or duties due
    "other",
)

# What only delays the goods is settled by their arrival; what happened to them is not.
SETTLED_BY_DELIVERY: Final = ("address", "absent", "delayed", "customs", "weather")

# --- Reference schemes, most precise first: the order in which a fact looks for its shipment ----
SHIPMENT: Final = "shipment"  # our own shipment number
SSCC: Final = "sscc"  # GS1 Serial Shipping Container Code, 18 digits
TRACKING: Final = "tracking"  # parcel tracking number
PRO: Final = "pro"  # LTL carrier's progressive number
WAYBILL: Final = "waybill"  # air waybill, consignment note
BOL: Final = "bol"  # bill of lading
CONTAINER: Final = "container"  # ISO 6346
DELIVERY: Final = "delivery"  # Odoo's transfer (delivery note, ASN)
SALE_ORDER: Final = "sale_order"
PURCHASE_ORDER: Final = "purchase_order"  # the customer's order number
CLIENT_REF: Final = "client_ref"
SCHEMES: Final = (
    SHIPMENT,
    SSCC,
    TRACKING,
    PRO,
    WAYBILL,
    BOL,
    CONTAINER,
    DELIVERY,
    SALE_ORDER,
    PURCHASE_ORDER,
    CLIENT_REF,
)


@dataclass(frozen=True, slots=True)
class Milestone:
    """One row of the catalogue.

    :param code: the stable name, used in facts, rules and APIs
    :param rank: breaks ties between statements of the same second; higher is later
    :param phase: where the shipment stands once this has happened; ``none`` moves nothing
    :param categories: which flow policies apply
    :param owners: kinds of systems that own the statement by default, best first
    :param terminal: nothing but a retraction or an approved override leaves it
    """

    code: str
    name: str
    rank: int
    phase: str
    categories: tuple[str, ...]
    owners: tuple[str, ...]
    terminal: bool = False


_CARRIER = ("carrier", "aggregator", "edi_gateway")
_BOTH = (OPERATIONAL, FINANCIAL)
_OPS = (OPERATIONAL,)
_FIN = (FINANCIAL,)

MILESTONES: Final = (
    # A withdrawal that states nothing new; whoever stated the original may withdraw it.
    Milestone("retracted", "Statement withdrawn", 5, NO_PHASE, _OPS, SYSTEM_KINDS),
    Milestone("created", "Shipment created", 10, PLANNING, _OPS, ("odoo",)),
    Milestone("planned", "Planned", 20, PLANNING, _OPS, ("tms",)),
    Milestone("tendered", "Tendered to carrier", 30, PLANNING, _OPS, ("tms",)),
    Milestone("accepted", "Accepted by carrier", 40, PLANNING, _OPS, ("tms", *_CARRIER)),
    Milestone("picked", "Picked", 50, FULFILMENT, _OPS, ("wms",)),
    Milestone("packed", "Packed", 60, FULFILMENT, _OPS, ("wms",)),
    Milestone("handed_over", "Handed over to carrier", 70, FULFILMENT, _OPS, ("wms",)),
    Milestone("dispatched", "Dispatched", 80, TRANSIT, _OPS, ("wms", "tms", *_CARRIER)),
    Milestone("arrived_at_hub", "Arrived at hub", 90, TRANSIT, _OPS, _CARRIER),
    Milestone("departed_hub", "Departed hub", 100, TRANSIT, _OPS, _CARRIER),
    Milestone("customs_hold", "Held by customs", 110, TRANSIT, _OPS, _CARRIER),
    Milestone("customs_cleared", "Cleared customs", 120, TRANSIT, _OPS, _CARRIER),
    Milestone("eta_changed", "Estimated arrival changed", 125, NO_PHASE, _OPS, (*_CARRIER, "tms")),
    Milestone("available_for_pickup", "Available for pick-up", 130, TRANSIT, _OPS, _CARRIER),
    Milestone("out_for_delivery", "Out for delivery", 140, TRANSIT, _OPS, _CARRIER),
    Milestone("delivery_attempted", "Delivery attempted", 150, TRANSIT, _OPS, _CARRIER),
    Milestone("delivered", "Delivered", 200, DELIVERED_PHASE, _BOTH, _CARRIER, True),
    # Ours to state: goods that come back arrive at our own door.
    Milestone("received", "Received back", 205, DELIVERED_PHASE, _OPS, ("odoo",)),
    Milestone("returned", "Returned to shipper", 210, FAILED, _BOTH, _CARRIER, True),
    Milestone("lost", "Lost", 220, FAILED, _BOTH, _CARRIER, True),
    Milestone("cancelled", "Cancelled", 230, FAILED, _BOTH, ("odoo",), True),
    Milestone(
        "exception_raised", "Exception raised", 300, NO_PHASE, _BOTH, (*_CARRIER, "wms", "odoo")
    ),
    Milestone("exception_closed", "Exception closed", 310, NO_PHASE, _BOTH, (*_CARRIER, "odoo")),
    Milestone("pod_received", "Proof of delivery received", 400, NO_PHASE, _FIN, _CARRIER),
    Milestone("weight_validated", "Weight validated", 410, NO_PHASE, _FIN, (*_CARRIER, "wms")),
    Milestone("charge_finalized", "Charges finalised", 420, NO_PHASE, _FIN, ("odoo",)),
    Milestone("invoice_released", "Invoice released", 430, NO_PHASE, _FIN, ("odoo",)),
    Milestone("claim_opened", "Claim opened", 440, NO_PHASE, _FIN, ("odoo",)),
    Milestone("claim_closed", "Claim closed", 450, NO_PHASE, _FIN, ("odoo",)),
)

CATALOGUE: Final = {milestone.code: milestone for milestone in MILESTONES}
