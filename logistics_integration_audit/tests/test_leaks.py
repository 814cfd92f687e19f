"""Nobody sees or changes what is not his: every model, every door, every role."""

import inspect

from odoo import Command
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .worlds import World, has_a_company, models_of_the_suite

_GROUP = "logistics_milestone_sync.logistics_milestone_sync_group_"
_ROLES = (
    "user",
    "manager",
    "integration_admin",
    "finance_preparer",
    "finance_approver",
    "auditor",
)
# Vocabulary without a secret in it, by which a client reads the history of his goods.
_SHARED_IN_PORTAL = {"logistics.milestone"}
_NO = (AccessError, MissingError)
_QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.sql_db")


@tagged("post_install", "-at_install", "logistics")
class TestLeaks(TransactionCase):
    """Two companies, two clients in each, and everybody who might look over the fence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home = cls.env.company
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        partners = cls.env["res.partner"]
        cls.clients = [
            partners.create({"name": name, "is_company": True}) for name in ("Client A", "Client B")
        ]
        cls.worlds = [
            World(cls.env, company, client)
            for company in (cls.home, cls.abroad)
            for client in cls.clients
        ]
        cls.missing = [name for world in cls.worlds for name in world.fill()]
        cls.models = models_of_the_suite(cls.env)
        cls.staff = {role: cls._user(role, [_GROUP + role]) for role in _ROLES}
        cls.staff["all roles"] = cls._user("all", [_GROUP + role for role in _ROLES])
        cls.outsiders = {
            "employee": cls._user("employee", ["base.group_user"]),
            "public": cls._user("public", ["base.group_public"]),
        }
        cls.portal = {
            client: cls._user(f"portal-{client.id}", ["base.group_portal"], client)
            for client in cls.clients
        }

    @classmethod
    def _user(cls, name, groups, client=None):
        values = {"partner_id": cls._contact(client).id} if client else {}
        return new_test_user(
            cls.env,
            f"leak-{name}",
            groups=",".join(groups),
            company_id=cls.home.id,
            company_ids=[Command.set(cls.home.ids)],
            **values,
        )

    @classmethod
    def _contact(cls, client):
        return cls.env["res.partner"].create({"name": "Contact", "parent_id": client.id})

    # === Who may see what === #

    def _everybody(self):
        """``(label, user, function(model) that gives the records that are not his)``."""
        abroad = [world for world in self.worlds if world.company != self.home]
        for role, user in self.staff.items():
            yield role, user, lambda model: self._of_others(model, lambda w: w is abroad[0])
        for client, user in self.portal.items():
            yield (
                f"portal of {client.name}",
                user,
                lambda model, client=client: self._of_others(
                    model, lambda w: w.company != self.home or w.client != client
                ),
            )
        for label, user in self.outsiders.items():
            yield label, user, lambda model: self._of_others(model, lambda w: True)

    def _of_others(self, model, foreign):
        """Records of the worlds that are ``foreign``, none of which is in another world too."""
        others, own = model.browse(), model.browse()
        for world in self.worlds:
            # One of each foreign world is enough; what is in a world of his own is not foreign.
            records = world.of(model._name)[: 1 if foreign(world) else None]
            others, own = (others | records, own) if foreign(world) else (others, own | records)
        shared = not has_a_company(model) or not own.ids and model._name in _SHARED_IN_PORTAL
        return model.browse() if shared else others - own

    def _doors(self, model, ids):
        """Every way to read records of a model, by name; each gives what it let through."""
        inside = [("id", "in", ids)]
        fields = [name for name in ("display_name", "create_date", "id") if name in model._fields]
        groups = [f.name for f in model._fields.values() if f.store and f.type == "many2one"][:3]
        plain = self._writable(model)
        names = model.sudo().browse(ids).mapped("display_name")
        return {
            "search": lambda: model.search(inside).ids,
            "search everything": lambda: set(model.search([]).ids) & set(ids),
            "search_count": lambda: model.search_count(inside),
            "search_read": lambda: model.search_read(inside, fields),
            "search_fetch": lambda: model.search_fetch(inside, fields).ids,
            "web_search_read": lambda: model.web_search_read(inside, {})["records"],
            "name_search": lambda: {i for name in names for i, _n in model.name_search(name)}
            & set(ids),
            "formatted_read_group": lambda: [
                row
                for group in ["id", *groups]
                for row in model.formatted_read_group(inside, [group], ["__count"])
            ],
            "read": lambda: self._each(model, ids, lambda one: one.read(fields)),
            "web_read": lambda: self._each(
                model, ids, lambda one: one.web_read({name: {} for name in fields})
            ),
            "read one field": lambda: self._each(model, ids, lambda one: one.mapped(plain) or True),
            "export_data": lambda: self._each(
                model, ids, lambda one: one.export_data(["id", "display_name"])["datas"]
            ),
        }

    def _each(self, model, ids, door):
        """One record at a time: a single one that is refused must not hide the others."""
        some = ids if model.has_access("read") else ids[:1]  # refused for the model as a whole
        passed = [self._passed(lambda one=one: door(one)) for one in model.browse(some)]
        return list(filter(None, passed))

    def _passed(self, door):
        """What a door let through; nothing when it refused."""
        self.env.invalidate_all()  # what is cached is not asked for again, and the RPC has no cache
        try:
            with mute_logger(*_QUIET):
                return door()
        except UserError:  # AccessError and MissingError are such errors
            return None

    def _passed_and_undone(self, door):
        with self.env.cr.savepoint() as savepoint:
            passed = self._passed(door)
            savepoint.rollback()
        return passed

    # === Tests === #

    def test_every_model_has_a_record_in_every_world(self):
        self.assertFalse(
            self.missing, "introspection cannot make these: give worlds.MAKERS a maker for them"
        )
        self.assertGreater(len(self.models), 25)

    def test_nobody_reads_what_is_not_his_through_any_door(self):
        for label, user, not_his in self._everybody():
            for model in self.models:
                foreign = not_his(model)
                if not foreign:
                    continue
                for name, door in self._doors(model.with_user(user), foreign.ids).items():
                    with self.subTest(who=label, model=model._name, door=name):
                        self.assertFalse(self._passed(door))

    def test_models_without_a_company_are_read_by_roles_only(self):
        outsiders = [*self.outsiders.values(), *self.portal.values()]
        for model in self.models:
            if has_a_company(model):
                continue
            for user in outsiders:
                if user in self.portal.values() and model._name in _SHARED_IN_PORTAL:
                    continue
                with self.subTest(who=user.login, model=model._name):
                    self.assertFalse(model.with_user(user).has_access("read"))

    def test_nobody_changes_what_is_not_his(self):
        for label, user, not_his in self._everybody():
            for model in self.models:
                foreign = not_his(model).with_user(user)
                if not foreign:
                    continue
                values = self._as_it_is(foreign, self._writable(model))
                rights = {door: foreign.browse().has_access(door) for door in ("write", "unlink")}
                for one in foreign if any(rights.values()) else foreign[:1]:
                    for door, call in {
                        "write": lambda r=one, v=values: r.write(v),
                        "copy": lambda r=one: r.copy() or True,
                        "unlink": lambda r=one: r.unlink(),
                        "web_save": lambda r=one, v=values: r.web_save(v, {}) or True,
                    }.items():
                        with self.subTest(who=label, model=model._name, door=door):
                            self.assertIsNone(self._passed_and_undone(call))

    def _writable(self, model):
        """A stored field that a write could change, a plain one where there is any."""
        plain = ("char", "text", "integer", "boolean", "float")
        fields = model._fields.values()
        stored = [f for f in fields if f.store and f.column_type and f.name != "id"]
        return min(stored, key=lambda field: field.type not in plain).name

    def _as_it_is(self, records, name):
        """Values of a write that would change nothing."""
        record = records.sudo()[:1]
        return {name: record._fields[name].convert_to_write(record[name], record)}

    def test_outsiders_clients_and_the_auditor_change_nothing_at_all(self):
        readers = [*self.outsiders.values(), *self.portal.values(), self.staff["auditor"]]
        for model in self.models:
            if model._transient:
                continue
            for user in readers:
                for operation in ("write", "create", "unlink"):
                    with self.subTest(who=user.login, model=model._name, operation=operation):
                        self.assertFalse(model.with_user(user).has_access(operation))

    def test_the_auditor_reads_every_model(self):
        for model in self.models:
            with self.subTest(model=model._name):
                self.assertTrue(
                    model._transient or model.with_user(self.staff["auditor"]).has_access("read")
                )

    def test_a_client_reads_the_goods_that_are_his(self):
        for client, user in self.portal.items():
            world = next(w for w in self.worlds if (w.company, w.client) == (self.home, client))
            for name in ("shipment", "consignment", "reference", "milestone.event", "exception"):
                model = self.env[f"logistics.{name}"].with_user(user)
                mine = model.search([])
                with self.subTest(who=client.name, model=model._name):
                    self.assertTrue(mine)
                    self.assertLessEqual(set(mine.ids), set(world.of(model._name).ids))
                    seen = [n for n in model.fields_get() if model._fields[n].column_type]
                    stored = [name for name in seen if model._fields[name].store]
                    self.assertGreater(len(stored), 5)
                    self.assertEqual(len(mine.read([*stored, "display_name"])), len(mine))
            events = self.env["logistics.milestone.event"].with_user(user).search([])
            self.assertEqual(
                set(events.mapped("milestone_code")), {"dispatched", "exception_raised"}
            )

    def test_a_client_does_not_learn_what_we_say_among_ourselves(self):
        user = self.portal[self.clients[0]]
        case = self.worlds[0].of("logistics.exception").with_user(user)
        for name in ("resolution", "user_id", "billing_approved"):
            with self.subTest(field=name):
                self.assertIsNone(self._passed(lambda name=name: case.read([name])))
                found = self._passed(lambda name=name: case.search([(name, "!=", "x")]))
                self.assertIsNone(found, "not by asking for it either")

    def test_goods_of_no_client_are_shown_to_their_consignee_only(self):
        values = {"company_id": self.home.id, "partner_id": self.clients[0].id, "weight": 1}
        free = self.env["logistics.shipment"].create(values)
        owned = self.env["logistics.shipment"].create(values | {"client_id": self.clients[1].id})
        consignee, other = (
            self.env["logistics.shipment"].with_user(self.portal[client]).search([])
            for client in self.clients
        )
        self.assertIn(free, consignee)
        self.assertNotIn(owned, consignee, "the client's customer asks the client")
        self.assertNotIn(free, other)
        self.assertIn(owned, other)

    def test_no_domain_reaches_into_what_one_may_not_read(self):
        """Asking for one's own records by values of others' tells those values."""
        for label, user, _not_his in self._everybody():
            for model in self.models:
                mine = model.with_user(user)
                if not mine.has_access("read"):
                    continue
                for field in model._fields.values():
                    other = field.relational and str(field.comodel_name or "")
                    if not str(other).startswith("logistics.") or not field._description_searchable:
                        continue
                    if self.env[other].with_user(user).has_access("read"):
                        continue
                    with self.subTest(who=label, model=model._name, field=field.name):
                        crafted = [(f"{field.name}.id", "!=", 0)]
                        self.assertFalse(self._passed(lambda m=mine, d=crafted: m.search_count(d)))

    # === Public methods === #

    def _public_methods(self, model):
        """Names of the methods that the suite itself offers to RPC clients on a model."""
        for name in dir(type(model)):
            if name.startswith("_"):
                continue
            method = inspect.getattr_static(type(model), name, None)
            if not inspect.isfunction(method) or getattr(method, "_api_private", False):
                continue
            definers = [c for c in type(model).mro() if name in vars(c)]
            if any("logistics_" in c.__module__ for c in definers) and name not in (
                "create",
                "write",
                "unlink",
                "copy",
            ):
                yield name, getattr(type(model), name)

    def _call(self, user, model, name, method, ids):
        """Call as the RPC door does, with made-up values for what the method insists on."""
        insists = [
            False
            for parameter in list(inspect.signature(method).parameters.values())[1:]
            if parameter.default is parameter.empty
            and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
        ]
        arguments = insists if getattr(method, "_api_model", False) else [ids, *insists]
        return call_kw(model.with_user(user), name, arguments, {})

    def _fingerprint(self):
        """What the suite stores, table by table, as one value each.

        Without the audit entries: who verifies the chain leaves one, and a trigger guards the rest.
        """
        tables = {m._table for m in self.models if m._auto and not m._transient}
        tables = sorted(tables - {"logistics_audit_entry"})
        digest = SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS name, md5(string_agg(record::text, '|' ORDER BY record.id)) AS told"
                " FROM %s record",
                table,
                SQL.identifier(table),
            )
            for table in tables
        )
        self.env.flush_all()
        return dict(self.env.execute_query(digest))

    def _changes_nothing(self, user, model, name, method, ids):
        """Call it; the error or the result. Fails when anything is stored differently then."""
        before = self.fingerprint
        self.env.invalidate_all()  # what is cached is not asked for again, and the RPC has no cache
        try:
            with mute_logger(*_QUIET), self.env.cr.savepoint() as savepoint:
                result = self._call(user, model, name, method, ids)
                self.assertEqual(self._fingerprint(), before, f"{name} changed something")
                savepoint.rollback()
        except (UserError, ValueError, TypeError, AttributeError) as error:
            result = error
        return result

    def test_public_methods_refuse_what_is_not_the_callers(self):
        self.fingerprint = self._fingerprint()
        called = 0
        for label, user, not_his in self._everybody():
            for model in self.models:
                foreign = not_his(model)
                for name, method in self._public_methods(model) if foreign else ():
                    with self.subTest(who=label, model=model._name, method=name):
                        result = self._changes_nothing(user, model, name, method, foreign.ids)
                        self._assert_tells_nothing(result, foreign)
                    called += 1
        self.assertGreater(called, 100)

    def _assert_tells_nothing(self, result, foreign):
        """A window may be described; names and values of what is in it may not be told."""
        if isinstance(result, Exception):
            told = str(result) if not isinstance(result, AccessError) else ""
        else:
            told = str(result)
        for record in foreign.sudo():
            name = record.display_name or ""
            if len(name) > 4 and not name.isdecimal():
                self.assertNotIn(name, told)

    def test_no_public_method_changes_anything_for_readers(self):
        self.fingerprint = self._fingerprint()
        readers = [self.staff["auditor"], *self.portal.values(), *self.outsiders.values()]
        for model in self.models:
            own = self.worlds[0].of(model._name)
            for name, method in self._public_methods(model) if not model._transient else ():
                for user in readers:
                    with self.subTest(who=user.login, model=model._name, method=name):
                        self._changes_nothing(user, model, name, method, own.ids)
