"""Generates stored shipments, ledgers and transfers by SQL, in seconds and always the same.

Every value is arithmetic on the number of the row, so two runs measure the same data.
"""

from __future__ import annotations

from typing import Any

EVENTS_PER_SHIPMENT = 10
# Milestone codes of one shipment's life, as far as it got; the last ones are only for some.
_CODES = (
    "created",
    "picked",
    "packed",
    "handed_over",
    "dispatched",
    "arrived_at_hub",
    "departed_hub",
    "arrived_at_hub",
    "out_for_delivery",
    "delivered",
)
_PHASES = ("planning", "fulfilment", "transit", "delivered", "delivered", "delivered", "failed")


def _insert(env: Any, model: str, columns: str, query: str, values: dict[str, Any]) -> None:
    """INSERT … SELECT, and for every further required column its default."""
    fields = env[model]._fields
    given = {column.strip() for column in columns.split(",")}
    needed = [
        name
        for name, field in fields.items()
        if field.store and field.required and field.column_type and name not in given
    ]
    defaults = {n: v for n, v in env[model].default_get(needed).items() if n in needed and v}
    names = "".join(f", {name}" for name in defaults)
    constants = "".join(f", %({name})s" for name in defaults)
    table = env[model]._table
    env.cr.execute(
        f"INSERT INTO {table} ({columns}{names}) SELECT seeded.*{constants} FROM ({query}) seeded",
        {**defaults, **values},
    )


def shipments(env: Any, count: int) -> None:
    """Have ``count`` generated shipments, each with a consignment and two names."""
    have = env["logistics.shipment"].search_count([("name", "like", "SEED/%")])
    _insert(
        env,
        "logistics.shipment",
        "name, company_id, active, partner_id, phase, status_id, since, "
        "promised_at, delivered_at, has_open_exception, weight, create_uid, "
        "create_date, write_uid, write_date",
        """
        SELECT 'SEED/' || n, %(company)s, true, partner.ids[1 + n %% cardinality(partner.ids)],
               (%(phases)s::text[])[1 + n %% 7], milestone.id,
               now() - (n %% 1000) * interval '1 hour', now() + (n %% 97 - 80) * interval '1 hour',
               CASE WHEN n %% 7 IN (3, 4, 5) THEN now() - (n %% 89) * interval '1 hour' END,
               n %% 50 = 0, n %% 100, 1, now(), 1, now()
          FROM generate_series(%(first)s, %(last)s) n
          JOIN (SELECT array_agg(id) AS ids FROM (SELECT id FROM res_partner LIMIT 50) p) partner
               ON true
          JOIN logistics_milestone milestone ON milestone.code =
               (ARRAY['created', 'packed', 'arrived_at_hub', 'delivered', 'delivered', 'delivered',
                      'lost'])[1 + n %% 7]
        """,
        {
            "company": env.company.id,
            "phases": list(_PHASES),
            "first": have + 1,
            "last": count,
        },
    )
    _parts_and_names(env)


def _parts_and_names(env: Any) -> None:
    """A consignment and two names for every generated shipment that has none."""
    _insert(
        env,
        "logistics.consignment",
        "shipment_id, company_id, name, sequence, phase",
        """
        SELECT id, company_id, name || '/1', 10, phase FROM logistics_shipment s
         WHERE name LIKE 'SEED/%%'
           AND NOT EXISTS (SELECT 1 FROM logistics_consignment c WHERE c.shipment_id = s.id)
        """,
        {},
    )
    _insert(
        env,
        "logistics.reference",
        "shipment_id, company_id, scheme, value, normalised",
        """
        SELECT s.id, s.company_id, named.scheme, named.value, named.value
          FROM logistics_shipment s,
               LATERAL (VALUES ('shipment', s.name), ('tracking', 'TRK' || s.id))
                       AS named(scheme, value)
         WHERE s.name LIKE 'SEED/%%'
           AND NOT EXISTS (SELECT 1 FROM logistics_reference r WHERE r.shipment_id = s.id)
        """,
        {},
    )


def ledger(env: Any, events: int, system: Any) -> None:
    """Have about ``events`` rows in the ledger, ten for each of the oldest generated shipments."""
    shipments(env, events // EVENTS_PER_SHIPMENT)
    _insert(
        env,
        "logistics.milestone.event",
        "shipment_id, company_id, milestone_id, milestone_code, classifier, "
        "occurred_at, received_at, recorded_at, system_id, verdict, priority, "
        "fact_key, content_hash, duplicate_count, create_uid, create_date",
        """
        SELECT s.id, s.company_id, milestone.id, life.code, 'actual',
               '2025-01-01'::timestamp + step * interval '1 hour', now(), now(), %(system)s,
               'accept', 10, md5(s.id || '/' || step) || md5(step || '/' || s.id),
               md5(s.id::text) || md5(s.id::text), 0, 1, now()
          FROM (SELECT * FROM logistics_shipment WHERE name LIKE 'SEED/%%'
                 ORDER BY id LIMIT %(shipments)s) s
          CROSS JOIN unnest(%(codes)s::text[]) WITH ORDINALITY AS life(code, step)
          JOIN logistics_milestone milestone ON milestone.code = life.code
         WHERE NOT EXISTS (SELECT 1 FROM logistics_milestone_event e WHERE e.shipment_id = s.id)
        """,
        {
            "system": system.id,
            "codes": list(_CODES),
            "shipments": events // EVENTS_PER_SHIPMENT,
        },
    )


def transfers(env: Any, count: int) -> None:
    """Have ``count`` generated transfers: what Odoo's own list shows."""
    kind = env["stock.picking.type"].search([("code", "=", "outgoing")], limit=1)
    there = env.ref("stock.stock_location_customers")
    _insert(
        env,
        "stock.picking",
        "name, company_id, picking_type_id, location_id, location_dest_id, "
        "partner_id, scheduled_date, state, priority, move_type, origin, "
        "create_uid, create_date, write_uid, write_date",
        """
        SELECT 'SEED/' || n, %(company)s, %(kind)s, %(here)s, %(there)s,
               partner.ids[1 + n %% cardinality(partner.ids)],
               now() + (n %% 97 - 80) * interval '1 hour',
               (ARRAY['draft', 'confirmed', 'assigned', 'done', 'done', 'done', 'cancel'])
               [1 + n %% 7], '0', 'direct', 'SO' || n, 1, now(), 1, now()
          FROM generate_series(1, %(count)s) n
          JOIN (SELECT array_agg(id) AS ids FROM (SELECT id FROM res_partner LIMIT 50) p) partner
               ON true
        """,
        {
            "company": env.company.id,
            "kind": kind.id,
            "here": kind.default_location_src_id.id,
            "there": there.id,
            "count": count,
        },
    )


def analyze(env: Any) -> None:
    """Tell PostgreSQL what the tables look like by now, and keep what was made."""
    env.flush_all()
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()
