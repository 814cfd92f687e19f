"""One batch of stored messages, read by two versions of a profile. Used by the dry run only."""

import json
from collections import defaultdict
from functools import cached_property

from odoo.addons.logistics_milestone_sync.core.clock import utc
from odoo.addons.logistics_milestone_sync.core.fact import fact_from_json, to_json
from odoo.addons.logistics_milestone_sync.core.reference import NoMatch, resolve
from odoo.addons.logistics_milestone_sync.models.recording_names import Names

from ..core.comparison import fact_changes
from . import message_fate, message_reader

READ, HELD, REFUSED = "read", "held", "refused"


class DryRunReading:
    """Reads messages as they are read now, and as a draft would. Changes nothing."""

    def __init__(self, messages, draft):
        self.env = messages.env
        self.messages = messages
        self.draft = draft
        self.catalogue = frozenset(self.env["logistics.milestone"]._catalogue())
        self.bodies = messages._contents()

    def rows(self):
        """What differs, as values of ``logistics.dry.run.fact``; ``(rows, fates)``.

        ``fates`` has ``(message, before, after)`` for messages that would be read, held or refused
        otherwise.
        """
        rows, fates = [], []
        for connection, messages in self.messages.grouped("connection_id").items():
            before, after = self._readers(connection)
            stated = []
            for message in messages:
                raw, received = self.bodies[message.id], utc(message.received_at)
                asked = message._asked()
                old = before.understand(raw, received, asked)
                new = after.understand(raw, received, asked)
                if _fate(old) != _fate(new):
                    fates.append((message, _fate(old), _fate(new)))
                stated += [(message, each) for each in fact_changes(_stated(old), _stated(new))]
            rows += self._placed(connection, stated)
        return rows, fates

    def _readers(self, connection):
        agreement = connection.contract_id.active_version_id
        rest = (
            agreement._agreement() if agreement else None,
            self.catalogue,
            self.env["logistics.mapping.override"]._of_connection(connection),
        )
        form = connection.mapping_id.format
        in_use = connection.mapping_id.active_version_id
        return (
            message_reader.Reader(form, in_use.content or "", *rest),
            message_reader.Reader(form, self.draft.content, *rest),
        )

    def _placed(self, connection, stated):
        """The differences with the shipments that they are about."""
        facts = {
            number: fact_from_json(change.after or change.before)
            for number, (_message, change) in enumerate(stated)
        }
        if not facts:
            return
        system = connection.system_id
        names = Names(self.env, system, facts)
        for number, (message, change) in enumerate(stated):
            match = resolve(facts[number].references, names.lookup, issuer=system.id)
            target = None if isinstance(match, NoMatch) else match.target
            yield {
                "message_id": message.id,
                "kind": change.kind,
                "item": change.index + 1,
                "shipment_id": target and target.shipment_id,
                "consignment": target and target.consignment_id,
                "package": target and target.package_id,
                "system_id": system.id,
                "before": change.before or False,
                "after": change.after or False,
                "said_before": self._said(change.before),
                "said_after": self._said(change.after),
            }

    def _said(self, stated):
        if not stated:
            return False
        said = message_fate.summary(fact_from_json(stated))
        when = (said.get("occurred_at") or "")[:16].replace("T", " ")
        words = (self.names.get(said["what"], said["what"]), when, said.get("code"))
        reason = stated.get("reason", "").replace("_", " ")
        return " · ".join(word for word in (*words, reason) if word)

    @cached_property
    def names(self):
        """``{code of a milestone: its name}``."""
        milestones = self.env["logistics.milestone"].search([])
        return {milestone.code: milestone.name for milestone in milestones}


def _stated(reading):
    # As JSON would give it back, so that equal facts compare equal after they were stored.
    return [(index, json.loads(json.dumps(to_json(fact)))) for index, fact in reading.facts]


def _fate(reading):
    if reading.error or (reading.problems and not reading.facts):
        return REFUSED
    return HELD if reading.unmapped else READ


def group_by_shipment(lines):
    """``{shipment id: [line, …]}``."""
    found = defaultdict(list)
    for line in lines:
        found[line.shipment_id.id].append(line)
    return found
