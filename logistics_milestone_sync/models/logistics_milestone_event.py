from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..core.clock import utc
from ..core.fact import Evidence
from ..core.state import LedgerEvent
from ..core.weight import Weight
from .governed_mixin import INTERNAL


class LogisticsMilestoneEvent(models.Model):
    """The ledger: what every system ever stated about a shipment. Nothing is changed or removed.

    Rows are written by ``logistics.shipment._record_facts`` only. A database trigger refuses
    everything but counting a repeated statement and filling an empty location, which is how its
    codes are understood and not what was said; for SQL and superusers too.
    """

    _name = "logistics.milestone.event"
    _description = "Milestone Event"
    _order = "occurred_at desc, id desc"
    _rec_name = "milestone_id"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, index=True, ondelete="restrict"
    )
    consignment_id = fields.Many2one(
        "logistics.consignment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    package_id = fields.Many2one(
        "logistics.package", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    client_id = fields.Many2one(related="shipment_id.client_id", string="3PL Client")
    milestone_id = fields.Many2one(
        "logistics.milestone", required=True, readonly=True, index=True, ondelete="restrict"
    )
    milestone_code = fields.Char(required=True, readonly=True)
    classifier = fields.Selection(
        [("planned", "Planned"), ("estimated", "Estimated"), ("actual", "Actual")],
        required=True,
        readonly=True,
    )

    # === The four times, in UTC === #
    occurred_at = fields.Datetime("Happened", required=True, readonly=True)
    stated_at = fields.Datetime("Stated", readonly=True, help="When the source recorded it.")
    received_at = fields.Datetime("Heard", required=True, readonly=True)
    recorded_at = fields.Datetime("Recorded", required=True, readonly=True)
    utc_offset = fields.Integer(
        "UTC Offset", readonly=True, help="Minutes east of UTC, as written by the source."
    )
    timezone_assumed = fields.Boolean(
        readonly=True, help="The source gave local time; the zone was chosen by a rule."
    )

    # === How long it took, judged when it was recorded === #
    latency = fields.Integer(
        "Latency (s)",
        readonly=True,
        aggregator="avg",
        help="Seconds until it was recorded: since the source recorded it; if the source does not "
        "say, since it happened; for plans and estimates, since we heard it.",
    )
    latency_limit = fields.Integer(
        "Acceptable Latency (s)",
        readonly=True,
        aggregator=None,
        help="What the flow policy allowed when it was recorded. 0: no policy.",
    )
    latency_breached = fields.Boolean(
        "Too Late",
        readonly=True,
        help="It took longer than the flow policy allowed. A later change of the policy does not "
        "change this.",
    )

    # === Who said it, in whose words, and whether it counts === #
    system_id = fields.Many2one(
        "logistics.system",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups=INTERNAL,
    )
    source_event_id = fields.Char(
        readonly=True, help="The source's own id of the event.", groups=INTERNAL
    )
    source = fields.Char(readonly=True, help="The raw message it came from.", groups=INTERNAL)
    raw_code = fields.Char("Original Code", readonly=True)
    raw_text = fields.Char("Original Text", readonly=True)
    inferred = fields.Boolean(readonly=True, help="Derived, not observed. Not billable by default.")
    verdict = fields.Selection(
        [
            ("accept", "Counts"),
            ("advisory", "Advisory"),
            ("reject", "Refused"),
            ("conflict", "Contradicts itself"),
        ],
        required=True,
        readonly=True,
    )
    rule_id = fields.Many2one(
        "logistics.ownership.rule",
        "Decided By",
        readonly=True,
        ondelete="restrict",
        groups=INTERNAL,
    )
    priority = fields.Integer(readonly=True, groups=INTERNAL)
    retracts = fields.Char(
        readonly=True, help="Id of the event that its source withdraws.", groups=INTERNAL
    )
    is_override = fields.Boolean(
        "Override",
        readonly=True,
        help="People put the shipment there for a time, or took that back; no system observed it.",
    )

    # === What it says === #
    reason = fields.Char(readonly=True)
    responsible_party = fields.Char(readonly=True)
    location_label = fields.Char("Place", readonly=True)
    location_code = fields.Char("Place Code", readonly=True, help="In the source's own words.")
    location_gln = fields.Char("Place GLN", readonly=True)
    location_unlocode = fields.Char("Place UN/LOCODE", readonly=True)
    location_city = fields.Char("Place City", readonly=True)
    location_country = fields.Char("Place Country", readonly=True)
    location_id = fields.Many2one(
        "logistics.location",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="What the codes mean. Filled when they are known, at once or later.",
    )
    signer = fields.Char("Signed By", readonly=True)
    document_id = fields.Many2one(
        "logistics.document",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The document that proves it, as far as it was here when the event was recorded.",
    )
    document_url = fields.Char(readonly=True)
    document_sha256 = fields.Char("Document SHA-256", readonly=True)
    weight = fields.Float(digits=(16, 3), readonly=True)
    weight_unit = fields.Char(readonly=True, help="UN/ECE Recommendation 20 code.")

    closes = fields.Char(
        readonly=True, help="Key of the exception that is closed by it.", groups=INTERNAL
    )

    fact_key = fields.Char(required=True, readonly=True, groups=INTERNAL)
    content_hash = fields.Char(required=True, readonly=True, groups=INTERNAL)
    duplicate_count = fields.Integer("Repeated", readonly=True, groups=INTERNAL)

    _fact_key_uniq = models.UniqueIndex("(fact_key)", "This statement is in the ledger already.")
    _timeline_idx = models.Index("(shipment_id, occurred_at)")
    # Whoever reads the ledger finds the request, its reason and its approval by this name.
    _override_has_a_request = models.Constraint(
        "CHECK(is_override IS NOT TRUE"
        " OR COALESCE(source_event_id, '') ~ '^override/[0-9]+(/end)?$')",
        "An override in the ledger names the approved request that it comes from.",
    )
    # Used when a code becomes known, and by the list of unknown places.
    _unplaced_idx = models.Index(
        "(system_id) WHERE location_id IS NULL"
        " AND COALESCE(location_code, location_gln, location_unlocode) IS NOT NULL"
    )
    # Used by the systems' figures and by the filter of what came too late.
    _breach_idx = models.Index("(system_id, recorded_at) WHERE latency_breached")

    def init(self):
        """Make the table append-only; uninstalling drops the table and the trigger with it."""
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION logistics_milestone_event_guard() RETURNS trigger AS $$
                BEGIN
                    IF TG_OP = 'UPDATE'
                        AND to_jsonb(NEW) - '{duplicate_count,location_id}'::text[]
                          = to_jsonb(OLD) - '{duplicate_count,location_id}'::text[]
                        AND (OLD.location_id IS NULL OR OLD.location_id = NEW.location_id) THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'logistics_milestone_event is append-only'
                        USING ERRCODE = 'restrict_violation';
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS append_only ON logistics_milestone_event;
                CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON logistics_milestone_event
                    FOR EACH ROW EXECUTE FUNCTION logistics_milestone_event_guard();
                DROP TRIGGER IF EXISTS no_truncate ON logistics_milestone_event;
                CREATE TRIGGER no_truncate BEFORE TRUNCATE ON logistics_milestone_event
                    FOR EACH STATEMENT EXECUTE FUNCTION logistics_milestone_event_guard();
                """
            )
        )

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self._append_only_message())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_message())

    def _append_only_message(self):
        return self.env._(
            "Milestone events are evidence and cannot be entered or changed by hand. "
            "State a correction instead: the earlier statement stays visible."
        )

    @api.model
    def _ledger_of(self, shipment_ids):
        """The whole ledger of some shipments, read in one query.

        :return: ``{shipment id: [core.fold.LedgerEvent, …]}``; a shipment without events is absent
        """
        ledger = defaultdict(list)
        for row in self.env.execute_query_dict(SQL(_LEDGER_SQL, list(shipment_ids))):
            ledger[row["shipment_id"]].append(_to_ledger_event(row))
        return ledger


_LEDGER_SQL = """
    SELECT id, shipment_id, consignment_id, package_id, fact_key, milestone_code, classifier,
           occurred_at, stated_at, system_id, priority, verdict, inferred, source_event_id,
           retracts, reason, responsible_party, signer, document_url, document_sha256, document_id,
           weight::text, weight_unit, is_override, closes
      FROM logistics_milestone_event
     WHERE shipment_id = ANY(%s)
"""


def _to_ledger_event(row):
    proof = Evidence(
        signer=row["signer"] or "",
        document_url=row["document_url"] or "",
        sha256=row["document_sha256"] or "",
    )
    return LedgerEvent(
        key=row["fact_key"],
        milestone=row["milestone_code"],
        occurred_at=utc(row["occurred_at"]),
        id=row["id"],
        system_id=row["system_id"],
        priority=row["priority"],
        classifier=row["classifier"],
        counts=row["verdict"] == "accept",
        inferred=bool(row["inferred"]),
        consignment_id=row["consignment_id"],
        package_id=row["package_id"],
        stated_at=utc(row["stated_at"]),
        source_event_id=row["source_event_id"],
        retracts=row["retracts"],
        reason=row["reason"] or "",
        responsible_party=row["responsible_party"] or "",
        document_id=row["document_id"],
        evidence=proof if proof != Evidence() else None,
        weight=Weight(Decimal(row["weight"]), row["weight_unit"]) if row["weight_unit"] else None,
        override=bool(row["is_override"]),
        closes=row["closes"],
    )
