"""What clients did while servers failed, and whether the final state can be explained by it.

Writers append values that nobody else ever sends: to streams (XADD), to lists (RPUSH), and each to
registers of its own (SET, whose values count up). An operation ends in one of three ways:

    ok       the server acknowledged it: it must be in the final state
    error    the server refused it (READONLY, NOREPLICAS): it must not be there
    unknown  the connection broke, or no answer came: it may be there or not, also later than its end

What must hold whatever was lost: nothing is there that nobody sent, or twice, or although it was
refused; what was acknowledged before something else was begun stands before it; a stream's entry
has the id, and a list's value the place, that the acknowledgement told; and what a reader saw of a
key on a primary never went back while that server led. What an asynchronous failover may lose is
acknowledged operations, which are listed; with synchronous replicas that is a fault as well, and so
is losing what a reader has seen.
"""

from __future__ import annotations

import json
import pathlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Iterable

OK, ERROR, UNKNOWN = "ok", "error", "unknown"
NEVER = float("inf")
SHOWN = 5  # of each kind of fault


@dataclass
class Operation:
    """One append. Times are of CLOCK_MONOTONIC in seconds, which all processes of a machine share."""

    writer: str
    number: int  # counts up per writer
    kind: str  # xadd, rpush, set
    key: str
    value: str  # of `set`: the number as text
    begin: float
    end: float = NEVER
    outcome: str = UNKNOWN
    reply: str | int | None = None  # of xadd the id, of rpush the length
    said: str = ""  # the error
    server: str = ""

    def __str__(self) -> str:
        told = f" -> {self.reply}" if self.reply is not None else f" ({self.said})" if self.said else ""
        return f"{self.kind} {self.key} {self.value} by {self.writer} {self.outcome}{told}"


@dataclass
class Read:
    """How far a reader saw a key: the length of a stream or list, the value of a register.

    Reads of one reign were made one after the other on one server that was a primary all the while.
    """

    reign: str
    key: str
    begin: float
    seen: int


@dataclass
class Final:
    """The state at the end: (value, id) of streams in order, values of lists, values of registers."""

    streams: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    registers: dict[str, str | None] = field(default_factory=dict)


class History:
    """Filled by many threads at once."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.reads: list[Read] = []
        self.lock = threading.Lock()

    def add(self, operation: Operation) -> None:
        with self.lock:
            self.operations.append(operation)

    def add_read(self, read: Read) -> None:
        with self.lock:
            self.reads.append(read)

    def add_lines(self, lines: Iterable[str]) -> None:
        """What another process recorded: an operation a line, as JSON."""
        for line in lines:
            self.add(Operation(**json.loads(line)))

    def copy(self) -> list[Operation]:
        with self.lock:
            return list(self.operations)

    def acknowledged(self, since: float = 0.0, writers: str = "") -> list[Operation]:
        """Those begun after that time, of writers whose names begin so."""
        return [
            operation
            for operation in self.copy()
            if operation.outcome == OK and operation.begin >= since and operation.writer.startswith(writers)
        ]

    def keys(self, kind: str) -> list[str]:
        return sorted({operation.key for operation in self.copy() if operation.kind == kind})

    def save(self, path: str | pathlib.Path) -> None:
        """For looking at it: an operation a line."""
        with open(path, "w", encoding="utf-8") as out:
            for operation in self.copy():
                print(json.dumps(operation.__dict__), file=out)


@dataclass
class Verdict:
    """What the checker found. Each list names a kind of fault and says what is wrong."""

    outcomes: Counter[str]
    missing: list[Operation] = field(default_factory=list)
    phantoms: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    refused_yet_there: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    seen_yet_missing: list[str] = field(default_factory=list)

    def faults(self, synchronous: bool) -> list[str]:
        """What can't be excused. With synchronous replicas losing something can't be either."""
        kinds: list[tuple[str, list[Any]]] = [
            ("never sent", self.phantoms),
            ("duplicate", self.duplicates),
            ("refused, yet there", self.refused_yet_there),
            ("out of order", self.disorder),
            ("not as acknowledged", self.contradictions),
            ("read backwards", self.backwards),
        ]
        if synchronous:
            kinds += [("acknowledged, yet missing", self.missing), ("seen, yet missing", self.seen_yet_missing)]
        lines = []
        for name, found in kinds:
            lines += [f"{name}: {what}" for what in found[:SHOWN]]
            if len(found) > SHOWN:
                lines.append(f"{name}: {len(found) - SHOWN} more")
        return lines

    def report(self, failed_at: float | None = None) -> str:
        """One line: what was done, and what was lost of it, as asynchronous replication may."""
        counts = ", ".join(f"{self.outcomes[outcome]} {outcome}" for outcome in (OK, ERROR, UNKNOWN))
        text = f"{counts}; acknowledged and lost: {len(self.missing)}"
        if self.missing and failed_at is not None:
            ends = [(operation.end - failed_at) * 1000 for operation in self.missing]
            text += f", with answers from {min(ends):+.0f} to {max(ends):+.0f} ms of the failure"
        return text


def check(history: History, final: Final) -> Verdict:
    """Compares what was done with what is there. O(n log n)."""
    operations = history.copy()
    verdict = Verdict(Counter(operation.outcome for operation in operations))
    by_key: dict[tuple[str, str], list[Operation]] = {}
    for operation in operations:
        by_key.setdefault((operation.kind, operation.key), []).append(operation)
    for key, entries in final.streams.items():
        sent = by_key.pop(("xadd", key), [])
        _check_sequence(verdict, key, sent, [value for value, _ in entries])
        _check_ids(verdict, key, sent, entries)
    for key, values in final.lists.items():
        sent = by_key.pop(("rpush", key), [])
        _check_sequence(verdict, key, sent, values)
        _check_places(verdict, key, sent, values)
    for key, value in final.registers.items():
        _check_register(verdict, key, by_key.pop(("set", key), []), value)
    if by_key:
        raise ValueError(f"the final state has not been read of {sorted(key for _, key in by_key)}")
    _check_reads(verdict, history.reads, final)
    return verdict


def _check_sequence(verdict: Verdict, key: str, sent: list[Operation], values: list[str]) -> None:
    known = {operation.value: operation for operation in sent}
    if len(known) != len(sent):
        raise ValueError(f"{key}: a writer sent a value twice, so the test is wrong")
    for value, count in Counter(values).items():
        operation = known.get(value)
        if operation is None:
            verdict.phantoms.append(f"{value!r} in {key}")
        elif operation.outcome == ERROR:
            verdict.refused_yet_there.append(str(operation))
        if count > 1:
            verdict.duplicates.append(f"{value!r} is {count} times in {key}")
    there = set(values)
    verdict.missing += [
        operation for operation in sent if operation.outcome == OK and operation.value not in there
    ]
    _check_order(verdict, key, known, values)


def _check_order(verdict: Verdict, key: str, known: dict[str, Operation], values: list[str]) -> None:
    """Walks from the front: who was acknowledged before somebody in front of it began is misplaced."""
    latest: Operation | None = None
    passed: set[str] = set()
    for value in values:
        operation = known.get(value)
        if operation is None or value in passed:  # faults of their own
            continue
        passed.add(value)
        if latest and operation.outcome == OK and operation.end < latest.begin:
            verdict.disorder.append(f"in {key}: {operation} stands behind {latest}, which was begun later")
        if latest is None or operation.begin > latest.begin:
            latest = operation


def _check_ids(verdict: Verdict, key: str, sent: list[Operation], entries: list[tuple[str, str]]) -> None:
    told = {operation.value: operation.reply for operation in sent if operation.outcome == OK}
    for value, entry_id in entries:
        if told.get(value) not in (None, entry_id):
            verdict.contradictions.append(f"{value!r} in {key} has the id {entry_id}, not {told[value]}")
    ids = [tuple(map(int, entry_id.split("-"))) for _, entry_id in entries]
    if any(after <= before for before, after in zip(ids, ids[1:])):
        verdict.disorder.append(f"the ids of {key} do not rise")


def _check_places(verdict: Verdict, key: str, sent: list[Operation], values: list[str]) -> None:
    """A survivor has all in front of it that it had on the primary that took it, so its place is the same."""
    told = {operation.value: operation.reply for operation in sent if operation.outcome == OK}
    for at, value in enumerate(values):
        if told.get(value) not in (None, at + 1):
            verdict.contradictions.append(f"{value!r} is number {at + 1} of {key}, not {told[value]}")


def _check_register(verdict: Verdict, key: str, sent: list[Operation], value: str | None) -> None:
    known = {operation.value: operation for operation in sent}
    last = max((o for o in sent if o.outcome == OK), key=lambda o: o.number, default=None)
    operation = known.get(value) if value is not None else None
    if value is not None and operation is None:
        verdict.phantoms.append(f"{value!r} in {key}")
        return
    if operation and operation.outcome == ERROR:
        verdict.refused_yet_there.append(str(operation))
    # One whose outcome is unknown may have come later than those that followed it.
    late = operation is not None and operation.outcome == UNKNOWN
    if last and not late and (operation is None or operation.number < last.number):
        verdict.missing.append(last)


def _check_reads(verdict: Verdict, reads: list[Read], final: Final) -> None:
    most: dict[tuple[str, str], int] = {}
    ends: dict[str, int] = {key: len(entries) for key, entries in final.streams.items()}
    ends |= {key: len(values) for key, values in final.lists.items()}
    ends |= {key: int(value or -1) for key, value in final.registers.items()}
    seen: dict[str, int] = {}
    for read in sorted(reads, key=lambda read: read.begin):
        before = most.get((read.reign, read.key), -1)
        if read.seen < before:
            verdict.backwards.append(f"{read.key} went from {before} to {read.seen} on {read.reign}")
        most[read.reign, read.key] = max(before, read.seen)
        seen[read.key] = max(seen.get(read.key, -1), read.seen)
    for key, number in seen.items():
        if key in ends and number > ends[key]:
            verdict.seen_yet_missing.append(f"{key} was seen up to {number} and ends at {ends[key]}")
