"""Records of every model of the suite for one company and one 3PL client, made by introspection.

A model that is added later gets its record without a change here, unless the database refuses what
introspection makes up: then ``World.fill`` says so, and ``MAKERS`` takes a maker for it.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from odoo import fields
from odoo.models import MAGIC_COLUMNS
from odoo.tools import SQL, mute_logger

from odoo.addons.logistics_milestone_sync.core.fact import MilestoneFact, Statement
from odoo.addons.logistics_milestone_sync.core.reference import Reference

_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_X2MANY = ("one2many", "many2many")
# {model: function(world) that returns records}: for what introspection cannot make up.
MAKERS = {}


def models_of_the_suite(env):
    """Every model that keeps records of the suite, in the order of their names."""
    return [
        model
        for name, model in sorted(env.items())
        if name.startswith("logistics.") and not model._abstract
    ]


def has_a_company(model, seen=frozenset()):
    """Whether the records of a model belong to companies, themselves or by what they are part of.

    The others are the vocabulary of the whole database.
    """
    for field in model._fields.values():
        if field.type != "many2one" or not field.store or field.name in ("create_uid", "write_uid"):
            continue
        other = field.comodel_name
        if other == "res.company":
            return True
        if (
            field.required
            and other.startswith("logistics.")
            and other not in {*seen, model._name}
            and has_a_company(model.env[other], {*seen, model._name})
        ):
            return True
    return model._transient  # a dialogue is its user's own


class World:
    """A company, a client of it, and at least one record of every model that is theirs."""

    def __init__(self, env, company, client):
        self.env = (
            env(user=1, su=True, context={"tracking_disable": True})
            .company.with_company(company)
            .env
        )
        self.env = self.env(context=self.env.context | {"allowed_company_ids": company.ids})
        self.company, self.client = company, client
        self.user = self.env.ref("base.user_admin")
        self.name = f"{company.id}-{client.id}"
        self.records, self.reasons = {}, {}
        self._tell_a_story()

    def _tell_a_story(self):
        """What no introspection makes up: a shipment with a ledger and all that follows from it."""
        self.system = self.env["logistics.system"].create(
            {
                "name": f"System {self.name}",
                "code": f"leak-{self.name}",
                "kind": "carrier",
                "company_id": self.company.id,
                "client_id": self.client.id,
            }
        )
        self.shipment = self.env["logistics.shipment"].create(
            {
                "company_id": self.company.id,
                "client_id": self.client.id,
                "weight": 1,
                "user_id": self.user.id,
            }
        )
        named = (Reference("shipment", self.shipment.name),)
        unknown = (Reference("tracking", f"NOBODY{self.name}"),)
        said = [
            MilestoneFact(named, "dispatched", _START),
            MilestoneFact(named, "picked", _START),  # not a carrier's to say: advisory
            MilestoneFact(named, "exception_raised", _START, reason="damaged", raw_text="broken"),
            MilestoneFact(unknown, "delivered", _START),
        ]
        self.env["logistics.shipment"]._record_facts(
            self.system, [Statement(fact, _START, f"leak,{self.name}") for fact in said]
        )

    def fill(self):
        """Have a record of every model; returns the models of which there is none."""
        missing = []
        for model in models_of_the_suite(self.env):
            if not self.of(model._name) and model._auto:
                missing.append(f"{model._name}: {self.reasons.get(model._name)}")
        self.env.flush_all()
        return missing

    def of(self, name):
        """The records of one model that are this world's; one is made where there is none."""
        if name not in self.records:
            self.records[name] = self.env[name].browse()  # asked for again while it is made
            found = self._found(name) or self._make(name)
            self.records[name] = found
        return self.records[name]

    def _found(self, name):
        """What the story left."""
        model = self.env[name].with_context(active_test=False)
        if name == "logistics.shipment":
            return self.shipment
        if name == "logistics.system":
            return self.system
        for path in ("shipment_id", "parked_id.system_id", "system_id"):
            first = path.split(".")[0]
            field = model._fields.get(first)
            if field and field.store and field.type == "many2one":
                target = self.shipment if path == "shipment_id" else self.system
                found = model.search([(path, "=", target.id)])
                if found:
                    return found
        if "res_model" in model._fields and "res_id" in model._fields:
            return model.search(
                [
                    ("res_model", "=", "logistics.exception"),
                    ("res_id", "in", self.of("logistics.exception").ids),
                ]
            )
        return model.browse()

    def _make(self, name):
        model = self.env[name]
        if name in MAKERS:
            return MAKERS[name](self)
        if not model._auto:  # a view of the database shows what is made otherwise
            domain = [("company_id", "=", self.company.id)] if "company_id" in model else []
            return model.search(domain)
        values = self._values(model)
        for make in (self._create, self._insert):
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    return make(model, values)
            except Exception as error:  # noqa: BLE001 - told by the test that needs the record
                self.reasons.setdefault(name, error)
                self.env.invalidate_all()
        return model if has_a_company(model) else model.search([], limit=1)

    def _create(self, model, values):
        record = model.create(values)
        self.env.flush_all()
        return record

    def _insert(self, model, values):
        """Past the model's own rules: evidence is not created by hand."""
        log = {"create_uid": 1, "write_uid": 1} if model._log_access else {}
        for name, owner in (("company_id", self.company), ("client_id", self.client)):
            field = model._fields.get(name)
            if field and field.store and field.comodel_name == owner._name:
                log.setdefault(name, owner.id)  # what create would have computed
        columns = {
            column: value
            for column, value in (log | values).items()
            if model._fields[column].column_type and value is not False
        }
        [[record_id]] = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s) VALUES %s RETURNING id",
                SQL.identifier(model._table),
                SQL(", ").join(map(SQL.identifier, columns)),
                tuple(columns.values()),
            )
        )
        return model.browse(record_id)

    def _values(self, model):
        defaults = model.default_get(list(model._fields))
        values, chosen = {}, Counter()
        for field in model._fields.values():
            if not field.store or field.name in MAGIC_COLUMNS or field.type in _X2MANY:
                continue
            ours = field.type == "many2one" and (
                field.comodel_name in ("res.company", "logistics.shipment", "logistics.system")
                or field.name == "client_id"
            )
            if not (field.required or ours) or field.related:
                continue
            is_number = field.type in ("integer", "float", "monetary")
            if not ours and (defaults.get(field.name) or is_number and field.name in defaults):
                values[field.name] = defaults[field.name]
                continue
            values[field.name] = self._value(model, field)
            if field.type == "many2one" and field.required:
                chosen[field.comodel_name] += 1
                if chosen[field.comodel_name] > 1 and field.comodel_name.startswith("logistics."):
                    values[field.name] = self._make(field.comodel_name).id  # from one to another
            if field.type == "selection":
                options = field.get_values(self.env)
                # Two fields with the same options differ, and two clients of one company.
                step = chosen[tuple(options)] + len(options) // 2 * (self.client.id % 2)
                values[field.name] = options[step % len(options)]
                chosen[tuple(options)] += 1
        if "res_id" in values or "res_id" in model._fields:
            values |= {"res_model": "logistics.shipment", "res_id": self.shipment.id}
        return values

    def _value(self, model, field):
        if field.type == "many2one":
            return self._one_of(field)
        if field.type in ("date", "datetime"):
            ends = any(word in field.name for word in ("until", "end", "expire"))
            day = fields.Datetime.now() + timedelta(days=365 if ends else 0)
            return day if field.type == "datetime" else day.date()
        return {
            "char": f"{field.name}-{self.name}",
            "text": f"{field.name}-{self.name}",
            "html": f"{field.name}-{self.name}",
            "json": {"made": "up"},
            "binary": b"eA==",
            "boolean": True,
        }.get(field.type, self.shipment.id)

    def _one_of(self, field):
        name = field.comodel_name
        if name.startswith("logistics."):
            return self.of(name)[:1].id
        if name == "res.company":
            return self.company.id
        if name == "res.partner":
            return self.client.id
        if name == "res.users":
            return self.user.id
        if name == "res.currency":
            return self.company.currency_id.id
        return self.env[name].search([], limit=1).id


def _refusal(world):
    """Counted by connection, which need not be known: introspection leaves it out."""
    now = fields.Datetime.now()
    return world.env["logistics.refusal"].create(
        {
            "connection_id": world.of("logistics.connection")[:1].id,
            "company_id": world.company.id,
            "cause": "wrong",
            "day": now.date(),
            "count": 1,
            "first_at": now,
            "last_at": now,
        }
    )


MAKERS["logistics.refusal"] = _refusal
