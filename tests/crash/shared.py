"""Keys that all connections work on at once, and the books about them.

Each connection writes down what it was told (acknowledged) and what it had asked when the server
died (under way). Whatever the order was among connections, the sums have to fit.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Callable

from common import Client, Error, check, ok
from operations import Command

STREAM, GROUP = "shared:stream", "workers"
JOBS, ACCOUNTS, COUNTER = "shared:jobs", 8, "shared:counter"


@dataclass
class Call:
    """Commands to send, and what to do once their replies are there."""

    commands: list[Command]
    done: Callable[[list[Any]], None]
    unsure: Callable[[], None]  # the server died before all replies came


@dataclass
class Books:
    """Of all connections together; `lock` guards it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    counted: int = 0
    counted_maybe: int = 0
    counter_seen: int = 0
    entries: set[bytes] = field(default_factory=set)  # IDs that XADD has told
    given: dict[bytes, str] = field(default_factory=dict)  # delivered: to whom
    acked: set[bytes] = field(default_factory=set)
    acked_maybe: set[bytes] = field(default_factory=set)
    pushed: set[bytes] = field(default_factory=set)
    pushed_maybe: set[bytes] = field(default_factory=set)
    finished: set[bytes] = field(default_factory=set)
    finished_maybe: set[bytes] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)


def set_up(client: Client, with_groups: bool) -> None:
    if with_groups:
        ok(client.call("XGROUP", "CREATE", STREAM, GROUP, "0", "MKSTREAM"))


def first_error(reply: Any) -> Error | None:
    """An error, also one inside."""
    if isinstance(reply, Error):
        return reply
    if isinstance(reply, list):
        for each in reply:
            if (found := first_error(each)) is not None:
                return found
    return None


class Shared:
    """One connection's part in it."""

    def __init__(self, name: str, seed: int, books: Books, with_groups: bool) -> None:
        self.name = name
        self.random = random.Random(seed)
        self.books = books
        self.counter = 0
        self.to_ack: list[bytes] = []
        self.held: list[bytes] = []  # jobs in this connection's own list
        self.kinds = [self.transfer, self.count, self.push, self.take, self.finish]
        if with_groups:
            self.kinds += [self.add, self.read, self.read, self.acknowledge]

    def next(self) -> Call:
        return self.random.choice(self.kinds)()

    def check(self, holds: object, message: str) -> None:
        if not holds:
            self.books.wrong.append(message)

    def label(self) -> bytes:
        self.counter += 1
        return f"{self.name}{self.counter}.{self.random.getrandbits(40):x}".encode()

    def transfer(self) -> Call:
        """From one account to another, in either database: the sum stays 0."""
        amount = self.random.randint(1, 100)
        source, target = (f"shared:account:{self.random.randrange(ACCOUNTS)}" for _ in range(2))
        other = self.random.choice((0, 1))
        commands: list[Command] = [("MULTI",), ("DECRBY", source, amount)]
        commands += [("SELECT", other), ("INCRBY", target, amount), ("SELECT", 0), ("EXEC",)]
        return Call(commands, lambda replies: None, lambda: None)

    def count(self) -> Call:
        def done(replies: list[Any]) -> None:
            self.books.counted += 1
            self.books.counter_seen = max(self.books.counter_seen, replies[0])

        def unsure() -> None:
            self.books.counted_maybe += 1

        return Call([("INCR", COUNTER)], done, unsure)

    # --- A stream with a group.

    def add(self) -> Call:
        def done(replies: list[Any]) -> None:
            self.check(replies[0] not in self.books.entries, f"{replies[0]} was given out twice")
            self.books.entries.add(replies[0])

        return Call([("XADD", STREAM, "*", "f", self.label())], done, lambda: None)

    def read(self) -> Call:
        def done(replies: list[Any]) -> None:
            if not isinstance(replies[0], list):
                return
            for entry_id, _ in replies[0][0][1]:
                before = self.books.given.get(entry_id)
                self.check(
                    before is None,
                    f"{entry_id!r} was delivered to {before} and again as new to {self.name} "
                    f"(acknowledged: {entry_id in self.books.acked})",
                )
                self.books.given[entry_id] = self.name
                self.to_ack.append(entry_id)

        block: list[str | int] = ["BLOCK", 5] if self.random.random() < 0.3 else []
        words = ("XREADGROUP", "GROUP", GROUP, self.name, "COUNT", self.random.randint(1, 5))
        return Call([(*words, *block, "STREAMS", STREAM, ">")], done, lambda: None)

    def acknowledge(self) -> Call:
        if not self.to_ack:
            return self.add()
        ids = [self.to_ack.pop(0) for _ in range(min(len(self.to_ack), 3))]

        def done(replies: list[Any]) -> None:
            self.check(replies[0] == len(ids), f"XACK of {ids} gave {replies[0]}: not pending")
            self.books.acked.update(ids)

        return Call(
            [("XACK", STREAM, GROUP, *ids)], done, lambda: self.books.acked_maybe.update(ids)
        )

    # --- A list that others wait for.

    def own_list(self) -> str:
        return f"shared:held:{self.name}"

    def push(self) -> Call:
        jobs = [self.label() for _ in range(self.random.randint(1, 3))]
        command = self.random.choice(("RPUSH", "LPUSH"))
        return Call(
            [(command, JOBS, *jobs)],
            lambda replies: self.books.pushed.update(jobs),
            lambda: self.books.pushed_maybe.update(jobs),
        )

    def take(self) -> Call:
        def done(replies: list[Any]) -> None:
            if isinstance(replies[0], bytes):
                self.held.append(replies[0])

        move: Command = ("BLMOVE", JOBS, self.own_list(), "LEFT", "RIGHT", "0.005")
        return Call([move], done, lambda: None)

    def finish(self) -> Call:
        if not self.held:
            return self.take()
        job = self.held.pop(0)

        def done(replies: list[Any]) -> None:
            self.check(replies[0] == 1, f"{job!r} was in {self.own_list()}, and is not any more")
            self.books.finished.add(job)

        return Call(
            [("LREM", self.own_list(), 1, job)], done, lambda: self.books.finished_maybe.add(job)
        )


# --- After the crash.


def check_accounts(client: Client) -> None:
    total = 0
    for db in (0, 1):
        ok(client.call("SELECT", db))
        for account in range(ACCOUNTS):
            total += int(ok(client.call("GET", f"shared:account:{account}")) or 0)
    ok(client.call("SELECT", 0))
    check(total == 0, f"half a transaction: the accounts' sum is {total}")


def check_counter(client: Client, books: Books, lossless: bool) -> None:
    value = int(ok(client.call("GET", COUNTER)) or 0)
    least, most = books.counted, books.counted + books.counted_maybe
    check(value <= most, f"the counter is {value}, at most {most} were asked")
    if lossless:
        check(value >= least, f"the counter is {value}, {least} were acknowledged")
        check(value >= books.counter_seen, f"the counter is {value}, {books.counter_seen} was seen")


def check_jobs(client: Client, books: Books, lossless: bool) -> None:
    where: dict[bytes, list[str]] = {}
    for key in [JOBS.encode(), *ok(client.call("KEYS", "shared:held:*"))]:
        for job in ok(client.call("LRANGE", key, 0, -1)):
            where.setdefault(job, []).append(key.decode())
    twice = {job: lists for job, lists in where.items() if len(lists) > 1}
    check(not twice, f"jobs that are there twice: {twice}")
    strange = where.keys() - books.pushed - books.pushed_maybe
    check(not strange, f"jobs nobody pushed: {strange}")
    if not lossless:
        return
    back = where.keys() & books.finished
    check(not back, f"jobs that were finished are there again: {back}")
    lost = books.pushed - where.keys() - books.finished - books.finished_maybe
    check(not lost, f"jobs that were acknowledged are lost: {lost}")


def check_stream(client: Client, books: Books, lossless: bool) -> None:
    there = {entry[0] for entry in ok(client.call("XRANGE", STREAM, "-", "+"))}
    pending = {row[0]: row[1].decode() for row in ok(client.call(
        "XPENDING", STREAM, GROUP, "-", "+", 10000000))}  # fmt: skip
    check(pending.keys() <= there, "pending entries that are not in the stream")
    if not lossless:
        return
    lost = books.entries - there
    check(not lost, f"entries that were acknowledged are lost: {sorted(lost)[:5]} of {len(lost)}")
    owed = books.given.keys() - books.acked - books.acked_maybe
    missing = sorted(owed - pending.keys())
    check(
        not missing,
        f"{len(missing)} of {len(owed)} delivered entries are neither pending nor acknowledged: "
        f"{missing[:5]}",
    )
    moved = [each for each in owed if pending[each] != books.given[each]]
    check(not moved, f"pending entries of another consumer: {moved[:5]}")
    back = pending.keys() & books.acked
    check(not back, f"acknowledged entries are pending again: {sorted(back)[:5]}")


def check_books(client: Client, books: Books, with_groups: bool, lossless: bool) -> list[str]:
    """What does not fit, one line a rule."""
    rules: list[Callable[[], None]] = [
        lambda: check_accounts(client),
        lambda: check_counter(client, books, lossless),
        lambda: check_jobs(client, books, lossless),
    ]
    if with_groups:
        rules.append(lambda: check_stream(client, books, lossless))
    wrong = list(books.wrong)
    for rule in rules:
        try:
            rule()
        except Exception as problem:  # pylint: disable=broad-except
            wrong.append(f"shared: {problem}")
            ok(client.call("SELECT", 0))
    return wrong


def settle(client: Client, books: Books, workers: list[Shared]) -> None:
    """What was unsure is known now: the books begin anew from what is there."""
    books.counted, books.counted_maybe = int(ok(client.call("GET", COUNTER)) or 0), 0
    books.counter_seen = books.counted
    for worker in workers:
        worker.held = list(ok(client.call("LRANGE", worker.own_list(), 0, -1)))
    jobs = set(ok(client.call("LRANGE", JOBS, 0, -1)))
    books.pushed = jobs | {job for worker in workers for job in worker.held}
    books.pushed_maybe, books.finished_maybe, books.finished = set(), set(), set()
    if ok(client.call("EXISTS", STREAM)) == 0:
        return
    books.entries = {entry[0] for entry in ok(client.call("XRANGE", STREAM, "-", "+"))}
    pending = {row[0]: row[1].decode() for row in ok(client.call(
        "XPENDING", STREAM, GROUP, "-", "+", 10000000))}  # fmt: skip
    books.acked |= books.acked_maybe - pending.keys()
    books.acked_maybe = set()
    for entry_id, name in pending.items():
        books.given[entry_id] = name
    for worker in workers:
        worker.to_ack = [each for each, name in pending.items() if name == worker.name]
