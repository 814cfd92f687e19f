"""The documents of one batch, from values to records. Used by ``Recording`` only."""

from collections import Counter, defaultdict

from odoo.tools import SQL

from ..core import change, fact
from ..core.change import Change
from ..core.clock import naive, utc
from ..core.document import PROVES, Revision, content_hash, document_key, standing
from ..core.fact import DocumentFact, MilestoneFact, Outcome
from ..core.ownership import ACCEPT, ADVISORY, REJECT, Judgement, judge

_STATUS = {ACCEPT: fact.RECORDED, ADVISORY: fact.ADVISORY, REJECT: fact.REJECTED}


class DocumentWriter:
    """Judges documents, keeps those that are new, and lets the right revision stand."""

    def __init__(self, recording):
        self.recording = recording
        self.env = recording.env
        self.system = recording.system

    def store(self):
        stated = {
            index: document
            for index, document in self.recording.facts_of(DocumentFact).items()
            if index in self.recording.targets
        }
        if not stated:
            return
        rows, owners = {}, defaultdict(list)
        rules = self.env["logistics.ownership.rule"]._rules_of(self.system.company_id)
        for index, document in stated.items():
            key, vals = self._vals_of(index, document, rules)
            rows.setdefault(key, vals)
            owners[key].append(index)
        known = self._known(rows)
        new = [key for key in rows if key not in known]
        known |= dict(zip(new, self._keep([rows[key] for key in new]), strict=True))
        self._let_stand({key[0] for key in new})
        self._count_repeats(
            Counter({known[key]: len(owners[key]) - (key in new) for key in owners})
        )
        for key, indexes in owners.items():
            for position, index in enumerate(indexes):
                fresh = key in new and position == 0
                self._tell(index, rows[key], known[key], fresh)

    def _keep(self, rows):
        """Ids of the new documents, in the order of the rows."""
        return self.env["logistics.document"]._keep(rows).ids

    def _vals_of(self, index, document, rules):
        target = self.recording.targets[index]
        statement = self.recording.statements[index]
        judgement = self._judge(document, rules)
        place = f"s{target.shipment_id}/c{target.consignment_id or ''}/p{target.package_id or ''}"
        key = document_key(document, self.system.id, place)
        digest = content_hash(document)
        return (key, digest), {
            "shipment_id": target.shipment_id,
            "consignment_id": target.consignment_id,
            "package_id": target.package_id,
            "kind": document.document_kind,
            "system_id": self.system.id,
            "number": document.number.strip() or False,
            "issued_at": naive(document.issued_at) or False,
            "received_at": naive(statement.received_at),
            "file_name": document.file_name or False,
            "content": document.content,
            "stated_sha256": document.sha256.lower() or False,
            "url": document.url or False,
            "data": document.data or False,
            "source": statement.source or False,
            "verdict": judgement.verdict,
            "rule_id": judgement.rule_id or False,
            "document_key": key,
            "content_hash": digest,
        }

    def _judge(self, document, rules):
        """A document that proves a milestone belongs to who owns the milestone."""
        proves = PROVES.get(document.document_kind)
        if not proves:
            return Judgement(ACCEPT, None, 0)
        return judge(rules, proves, self.system.id, self.system.kind)

    def _known(self, rows):
        found = self.env.execute_query(
            SQL(
                "SELECT document_key, content_hash, id FROM logistics_document"
                " WHERE document_key = ANY(%s)",
                [key for key, _digest in rows],
            )
        )
        return {(key, digest): id_ for key, digest, id_ in found if (key, digest) in rows}

    def _let_stand(self, keys):
        """Of all revisions of one document, one stands; the others point to it."""
        if not keys:
            return
        revisions = defaultdict(list)
        for key, *values in self.env.execute_query(
            SQL(
                "SELECT document_key, id, verdict, issued_at, received_at, sha256"
                "  FROM logistics_document WHERE document_key = ANY(%s)",
                list(keys),
            )
        ):
            id_, verdict, issued_at, received_at, digest = values
            revisions[key].append(
                Revision(id_, verdict == ACCEPT, utc(issued_at), bool(digest), utc(received_at))
            )
        replaced = {
            revision.id: winner.id
            for several in revisions.values()
            for winner in [standing(several)]
            for revision in several
        }
        self.env["logistics.document"]._set_standing(replaced)

    def _count_repeats(self, repeats):
        repeats = +repeats
        if repeats:
            self.env.cr.execute_values(
                "UPDATE logistics_document AS document"
                " SET duplicate_count = COALESCE(duplicate_count, 0) + repeated.times"
                " FROM (VALUES %s) AS repeated(id, times) WHERE document.id = repeated.id",
                sorted(repeats.items()),
            )
            self.env["logistics.document"].browse(repeats).invalidate_recordset(["duplicate_count"])

    def _tell(self, index, vals, document_id, new):
        shipment_id = vals["shipment_id"]
        status = _STATUS[vals["verdict"]] if new else fact.DUPLICATE
        detail = ""
        if status in (fact.ADVISORY, fact.REJECTED):
            detail = f"{self.system.name} does not own what this document proves"
        self.recording.outcomes[index] = Outcome(status, shipment_id, explanation=detail)
        if new:
            kind = vals["kind"].replace("_", " ")
            told = f"{kind} {vals['number'] or vals['file_name'] or ''}".strip()
            self.recording.changes.append(
                Change(change.DOCUMENT, shipment_id, document_id=document_id, detail=told)
            )


class DocumentLinks:
    """Which document a statement's evidence means: the one with its hash, else its address."""

    def __init__(self, recording):
        self._by_name = {}
        proofs = [
            (recording.targets[index].shipment_id, stated.evidence)
            for index, stated in recording.facts_of(MilestoneFact).items()
            if stated.evidence and index in recording.targets
        ]
        hashes = {proof.sha256.lower() for _id, proof in proofs if proof.sha256}
        addresses = {proof.document_url for _id, proof in proofs if proof.document_url}
        if not hashes | addresses:
            return
        for shipment_id, id_, *names in recording.env.execute_query(
            SQL(
                "SELECT shipment_id, id, url, stated_sha256, sha256 FROM logistics_document"
                " WHERE shipment_id = ANY(%s) AND active AND verdict <> 'reject'"
                " AND (sha256 = ANY(%s) OR stated_sha256 = ANY(%s) OR url = ANY(%s)) ORDER BY id",
                [shipment_id for shipment_id, _proof in proofs],
                list(hashes),
                list(hashes),
                list(addresses),
            )
        ):
            for name in names:
                if name:
                    self._by_name[shipment_id, name] = id_

    def of(self, shipment_id, proof):
        """Id of the document, or ``None``."""
        by_hash = self._by_name.get((shipment_id, proof.sha256.lower()))
        return by_hash or self._by_name.get((shipment_id, proof.document_url))
