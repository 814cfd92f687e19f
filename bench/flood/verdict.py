"""What the database says afterwards: is anything missing or there twice, and how long it took."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.flood.plan import FATES, Message
from bootstrap.databases import Databases

_PART = 5_000  # rows asked for at a time
_REPLACED_WITHIN = 5  # seconds until a killed worker has a successor that has loaded everything


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the door to the ledger, of the messages of one sender."""

    messages: int
    median: float
    p95: float
    worst: float


class Verdict:
    """Compares the plan with what is stored; every query is over all messages of the flood."""

    def __init__(self, databases: Databases, database: str) -> None:
        self._databases = databases
        self._database = database

    def _rows(self, statement: str) -> list[list[str]]:
        return [line.split("\t") for line in self._databases.rows(self._database, statement)]

    def complaints(self, planned: list[Message]) -> list[str]:
        """Everything that is wrong, as sentences."""
        found = self._lost_or_double(planned)
        found += self._events(planned)
        return found

    def _lost_or_double(self, planned: list[Message]) -> list[str]:
        """Each body is one message with its fate, and each repetition of it is counted once."""
        wanted = Counter((message.sender, message.body) for message in planned)
        kinds = {(message.sender, message.body): message.kind for message in planned}
        stored = self._stored()
        found = []
        for key, times in wanted.items():
            rows = stored.pop(key, [])
            if len(rows) != 1:
                found.append(f"{_name(key)} is stored {len(rows)} times")
                continue
            state, repeated = rows[0]
            if state not in FATES[kinds[key]]:
                found.append(f"{_name(key)} is {state} and should be {FATES[kinds[key]][0]}")
            if repeated < times - 1:
                found.append(f"{_name(key)} came {times} times and counts {repeated} repetitions")
        found += [f"{_name(key)} was never sent" for key in stored]
        return found

    def _stored(self) -> dict[tuple[str, bytes], list[tuple[str, int]]]:
        found: dict[tuple[str, bytes], list[tuple[str, int]]] = {}
        last = 0
        while rows := self._rows(
            f"""
            SELECT m.id, substr(c.token, 7), encode(m.body, 'hex'), m.state,
                   (SELECT count(*) FROM logistics_message_duplicate d WHERE d.message_id = m.id)
              FROM logistics_message m JOIN logistics_connection c ON c.id = m.connection_id
             WHERE c.token LIKE 'flood-%' AND m.id > {last}
             ORDER BY m.id LIMIT {_PART}
            """
        ):
            for number, sender, body, state, repeated in rows:
                key = (sender, bytes.fromhex(body))
                found.setdefault(key, []).append((state, int(repeated)))
                last = int(number)
        return found

    def _events(self, planned: list[Message]) -> list[str]:
        """Each event that can be worked off is in the ledger once, and nothing else is."""
        wanted = {(each.sender, each.event) for each in planned if each.kind == "good"}
        rows = self._rows(
            """
            SELECT substr(s.code, 7), e.source_event_id, count(*)
              FROM logistics_milestone_event e JOIN logistics_system s ON s.id = e.system_id
             WHERE s.code LIKE 'flood-%' GROUP BY 1, 2
            """
        )
        stored = {(sender, event): int(count) for sender, event, count in rows}
        missing = wanted - stored.keys()
        return [
            *(f"{' '.join(key)} is not in the ledger" for key in sorted(missing)),
            *(f"{' '.join(key)} is in the ledger {n} times" for key, n in stored.items() if n > 1),
            *(f"{' '.join(key)} is in the ledger" for key in sorted(stored.keys() - wanted)),
        ]

    def latencies(self, calm: bool, apart_from: Sequence[float] = ()) -> dict[str, Latency]:
        """By sender, of what was worked off.

        :param bool calm: of the run without flood
        :param apart_from: when workers were killed, seconds since 1970: without what was under way
            then, or came before they were replaced
        """
        kills = ", ".join(map(str, apart_from))
        rows = self._rows(
            f"""
            SELECT substr(c.token, 7),
                   round(1000 * extract(epoch FROM m.processed_at - m.received_at))
              FROM logistics_message m JOIN logistics_connection c ON c.id = m.connection_id
             WHERE c.token LIKE 'flood-%' AND m.state = 'processed'
               AND convert_from(m.body, 'UTF8') {"LIKE" if calm else "NOT LIKE"} '%"calm-%'
               AND NOT EXISTS (
                SELECT 1 FROM unnest(ARRAY[{kills}]::float8[]) AS killed(at)
                 WHERE extract(epoch FROM m.received_at) <= killed.at + {_REPLACED_WITHIN}
                   AND extract(epoch FROM m.processed_at) >= killed.at)
            """
        )
        waits: dict[str, list[float]] = {}
        for sender, milliseconds in rows:
            waits.setdefault(sender, []).append(float(milliseconds))
        return {sender: _latency(each) for sender, each in sorted(waits.items())}

    def unfinished(self) -> int:
        """How many messages a lane worker still has to look at for the first time."""
        ((count,),) = self._rows(
            """
            SELECT count(*) FROM logistics_message m
              JOIN logistics_connection c ON c.id = m.connection_id
             WHERE c.token LIKE 'flood-%' AND m.state = 'received'
               AND m.error_class IS DISTINCT FROM 'poison'
            """
        )
        return int(count)


def _latency(waits: list[float]) -> Latency:
    percentiles = statistics.quantiles(waits, n=20) if len(waits) > 1 else [waits[0]] * 19
    return Latency(len(waits), statistics.median(waits), percentiles[18], max(waits))


def _name(key: tuple[str, bytes]) -> str:
    return f"{key[0]} {key[1][:60].decode('utf-8', 'replace')}"
