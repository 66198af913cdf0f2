"""Many clients, random commands on few keys, four reactors; the books must balance at the end.

Each worker is a process with its own random generator (derived from --seed, which is printed) and
keeps a record of what the server promised it. Afterwards the records of all are put together and
compared with what the server holds:

- an entry goes to a group as new (`>`) exactly once, and every entry that is still there was given;
- an entry whose acknowledgement had been answered before a claim was sent is not in its answer;
- XLEN = added - deleted - trimmed, entries-added = added, a retried XADD has the id of the first;
- pending = given as new - acknowledged - dropped with their entry or their consumer, and XPENDING's
  summary, XINFO's numbers and the walk over all pending entries agree;
- INCR totals are the sum of the increments, APPEND lost nothing, MSET was atomic;
- nobody is left blocked.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable

from common import Client, Server, check, checked, info, is_millstream, ok

STREAMS = ["jobs", "mail", "trimmed"]  # only the last one is deleted from and trimmed
GROUPS = ["alpha", "beta", "gamma"]
COUNTERS = ["n:0", "n:1", "n:2", "n:3"]
TEXTS = ["text:0", "text:1"]
VALUES = ["v:0", "v:1", "v:2", "v:3"]
PAIRS = [("left:0", "right:0"), ("left:1", "right:1")]
SHRINKING = "trimmed"

Place = tuple[str, str]  # stream and group


@dataclass
class Record:
    """What one worker was told. Times are of the monotonic clock, which all processes share."""

    added: dict[str, list[bytes]] = field(default_factory=lambda: {s: [] for s in STREAMS})
    removed: Counter[str] = field(default_factory=Counter)
    given: list[tuple[Place, bytes]] = field(default_factory=list)
    claimed: list[tuple[Place, bytes, float]] = field(default_factory=list)
    acked: list[tuple[Place, bytes, float]] = field(default_factory=list)
    settled: Counter[Place] = field(default_factory=Counter)  # no longer pending, as counted by replies
    read: dict[str, list[bytes]] = field(default_factory=lambda: {s: [] for s in STREAMS})
    increments: Counter[str] = field(default_factory=Counter)
    appended: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    problem: str = ""


def ids_of(reply: Any) -> list[bytes]:
    """The ids of the entries in a reply of XREAD or XREADGROUP for one stream."""
    if not isinstance(reply, list) or not reply:
        return []
    return [entry[0] for entry in reply[0][1]]


class StreamWorker:
    """Produces, consumes, claims and acknowledges."""

    def __init__(self, server: Server, name: str, seed: str, ours: bool) -> None:
        self.client = server.client(30)
        self.retrier = server.client(30)
        self.name = name
        self.ours = ours
        self.random = random.Random(seed)
        self.record = Record()
        self.mine: dict[Place, list[bytes]] = {(s, g): [] for s in STREAMS for g in GROUPS}
        self.recent: list[tuple[str, str, bytes]] = []
        self.positions = {s: b"0-0" for s in STREAMS}
        self.serial = 0

    def place(self) -> Place:
        return self.random.choice(STREAMS), self.random.choice(GROUPS)

    def payload(self) -> list[str]:
        self.serial += 1
        return ["from", self.name, "n", str(self.serial), "x" * self.random.randrange(120), "y"]

    def add(self) -> None:
        stream = self.random.choice(STREAMS)
        self.record.added[stream].append(ok(self.client.call("XADD", stream, "*", *self.payload())))

    def add_batch(self) -> None:
        stream, count = self.random.choice(STREAMS), self.random.randrange(2, 30)
        batch = [("XADD", stream, "*", *self.payload()) for _ in range(count)]
        ids = [ok(reply) for reply in self.client.pipeline(batch)]  # type: ignore[arg-type]
        self.record.added[stream] += ids

    def add_once(self) -> None:
        """An idempotent XADD, sometimes sent by two connections at the same time."""
        if not self.ours:
            return self.add()
        stream, payload = self.random.choice(STREAMS), self.payload()
        once = str(self.serial)
        command = ("XADD", stream, "IDMP", self.name, once, "*", *payload)
        both = self.random.random() < 0.3
        if both:
            self.retrier.send(*command)
        entry = ok(self.client.call(*command))
        if both:
            check(ok(self.retrier.read()) == entry, f"a concurrent retry of {once} made a second entry")
        self.record.added[stream].append(entry)
        self.recent = [*self.recent[-40:], (stream, once, entry)]
        return None

    def retry(self) -> None:
        if not self.recent:
            return
        stream, once, entry = self.random.choice(self.recent)
        again = ok(self.retrier.call("XADD", stream, "IDMP", self.name, once, "*", "f", "v"))
        check(again == entry, f"a retry of {once} gave {again!r}, the first time it was {entry!r}")

    def consume(self) -> None:
        stream, group = place = self.place()
        words: list[str] = ["XREADGROUP", "GROUP", group, self.consumer()]
        if self.random.random() < 0.8:
            words += ["COUNT", str(self.random.choice([1, 1, 2, 10, 100]))]
        if self.random.random() < 0.5:
            words += ["BLOCK", str(self.random.choice([1, 5, 20, 60]))]
        noack = self.random.random() < 0.05
        if noack:
            words += ["NOACK"]
        ids = ids_of(ok(self.client.call(*words, "STREAMS", stream, ">")))
        self.record.given += [(place, id) for id in ids]
        if noack:
            self.record.settled[place] += len(ids)
        else:
            self.mine[place] += ids

    def consume_several(self) -> None:
        """One blocking read over all streams of one group."""
        group = self.random.choice(GROUPS)
        reply = ok(
            self.client.call(
                *("XREADGROUP", "GROUP", group, self.consumer(), "COUNT", "7", "BLOCK", "20"),
                *("STREAMS", *STREAMS, *[">"] * len(STREAMS)),
            )
        )
        for stream, entries in reply if isinstance(reply, list) else []:
            place = (stream.decode(), group)
            self.record.given += [(place, entry[0]) for entry in entries]
            self.mine[place] += [entry[0] for entry in entries]

    def consumer(self) -> str:
        return f"{self.name}-{self.random.randrange(3)}"

    def acknowledge(self) -> None:
        stream, group = place = self.place()
        mine = self.mine[place]
        self.random.shuffle(mine)
        count = self.random.randrange(1, 60)
        ids, self.mine[place] = mine[:count], mine[count:]
        if not ids:
            return
        self.record.settled[place] += ok(self.client.call("XACK", stream, group, *ids))
        now = time.monotonic()
        self.record.acked += [(place, id, now) for id in ids]

    def autoclaim(self) -> None:
        stream, group = place = self.place()
        idle, count = self.random.choice(["0", "0", "5", "50"]), self.random.choice(["1", "10", "100"])
        start = self.random.choice(self.mine[place] or [b"0-0"]) if self.random.random() < 0.5 else b"0"
        just = ["JUSTID"] if self.random.random() < 0.3 else []
        sent = time.monotonic()
        reply = ok(
            self.client.call(
                *("XAUTOCLAIM", stream, group, self.consumer(), idle, start, "COUNT", count, *just)
            )
        )
        ids = reply[1] if just else [entry[0] for entry in reply[1]]
        self.record.claimed += [(place, id, sent) for id in ids]
        self.record.settled[place] += len(reply[2])
        self.mine[place] += ids

    def claim(self) -> None:
        stream, group = place = (self.random.choice(STREAMS[:-1]), self.random.choice(GROUPS))
        if not self.mine[place]:
            return
        ids = self.random.choices(self.mine[place], k=3)
        sent = time.monotonic()
        entries = ok(self.client.call("XCLAIM", stream, group, self.consumer(), "0", *ids))
        self.record.claimed += [(place, entry[0], sent) for entry in entries]

    def history(self) -> None:
        stream, group = self.place()
        ok(
            self.client.call(
                *("XREADGROUP", "GROUP", group, self.consumer(), "COUNT", "5", "STREAMS", stream, "0")
            )
        )

    def follow(self) -> None:
        """XREAD from where we are: it must give everything, in order."""
        stream = self.random.choice(STREAMS)
        reply = ok(
            self.client.call(
                *("XREAD", "COUNT", "50", "BLOCK", str(self.random.choice([1, 10, 30]))),
                *("STREAMS", stream, self.positions[stream]),
            )
        )
        ids = ids_of(reply)
        self.record.read[stream] += ids
        if ids:
            self.positions[stream] = ids[-1]

    def follow_new(self) -> None:
        stream = self.random.choice(STREAMS)
        ok(self.client.call("XREAD", "BLOCK", "10", "STREAMS", stream, "$"))

    def delete(self) -> None:
        added = self.record.added[SHRINKING]
        if added:
            ids = self.random.choices(added, k=self.random.randrange(1, 5))
            self.record.removed[SHRINKING] += ok(self.client.call("XDEL", SHRINKING, *ids))

    def trim(self) -> None:
        added = self.record.added[SHRINKING]
        if self.random.random() < 0.5 or not added:
            words = ["MAXLEN", self.random.choice(["=", "~"]), str(self.random.randrange(500, 2000))]
        else:
            words = ["MINID", "=", self.random.choice(added[: len(added) // 2 + 1]).decode()]
        self.record.removed[SHRINKING] += ok(self.client.call("XTRIM", SHRINKING, *words))

    def drop_consumer(self) -> None:
        stream, group = place = self.place()
        dropped = ok(self.client.call("XGROUP", "DELCONSUMER", stream, group, self.consumer()))
        self.record.settled[place] += dropped

    def look(self) -> None:
        stream, group = self.place()
        summary = ok(self.client.call("XPENDING", stream, group))
        told = sum(int(count) for _, count in summary[3]) if isinstance(summary[3], list) else 0
        check(summary[0] == told, f"XPENDING of {stream} {group}: {summary[0]}, by consumer {told}")
        ok(self.client.call("XPENDING", stream, group, "IDLE", "1", "-", "+", "5"))
        ok(self.client.call("XINFO", "STREAM", stream, "FULL", "COUNT", "2"))
        ok(self.client.call("XINFO", "CONSUMERS", stream, group))

    def run(self, operations: int, deadline: float) -> None:
        weights: list[tuple[Callable[[], None], int]] = [
            (self.add, 20), (self.add_batch, 4), (self.add_once, 8), (self.retry, 4),
            (self.consume, 25), (self.consume_several, 5), (self.acknowledge, 20),
            (self.autoclaim, 4), (self.claim, 3), (self.history, 2), (self.follow, 5),
            (self.follow_new, 2), (self.delete, 2), (self.trim, 1), (self.drop_consumer, 1),
            (self.look, 1),
        ]  # fmt: skip
        actions = [action for action, _ in weights]
        shares = [share for _, share in weights]
        for _ in range(operations):
            if time.monotonic() > deadline:
                break
            action = self.random.choices(actions, shares)[0]
            action()
            self.record.operations[action.__name__] += 1
        for stream, ids in self.record.read.items():
            keys = [tuple(map(int, id.split(b"-"))) for id in ids]
            check(keys == sorted(set(keys)), f"XREAD of {stream} went back or gave something twice")


class StringWorker:
    """Changes strings, and now and then runs what stops the world."""

    def __init__(self, server: Server, name: str, seed: str, ours: bool) -> None:
        self.client = server.client(30)
        self.random = random.Random(seed)
        self.record = Record()
        self.name = name
        self.ours = ours

    def increment(self) -> None:
        for counter, by in zip(self.random.choices(COUNTERS, k=4), range(1, 5)):
            ok(self.client.call("INCRBY", counter, by))
            self.record.increments[counter] += by

    def increment_batch(self) -> None:
        keys = self.random.choices(COUNTERS, k=self.random.randrange(1, 100))
        replies = self.client.pipeline([("INCR", key) for key in keys])
        for key in set(keys):
            seen = [reply for k, reply in zip(keys, replies) if k == key]
            check(seen == sorted(set(seen)), f"INCR of {key} went back: {seen}")
        self.record.increments.update(keys)

    def append(self) -> None:
        key, text = self.random.choice(TEXTS), "a" * self.random.randrange(1, 20)
        ok(self.client.call("APPEND", key, text))
        self.record.appended[key] += len(text)

    def values(self) -> None:
        key = self.random.choice(VALUES)
        text = f"{key}={self.random.randrange(1000)}"
        self.client.pipeline(
            [
                ("SET", key, text, *self.random.choice([(), ("PX", "3"), ("NX",), ("KEEPTTL",)])),
                ("PEXPIRE", self.random.choice(VALUES), self.random.choice(["1", "20", "100000"])),
                ("DEL", *self.random.sample(VALUES, 2)),
                ("PERSIST", self.random.choice(VALUES)),
                ("SET", key, text, "GET"),
            ]
        )
        for name, value in zip(VALUES, ok(self.client.call("MGET", *VALUES))):
            good = value is None or value.startswith(name.encode() + b"=")
            check(good, f"{name} holds {value!r}")

    def pairs(self) -> None:
        left, right = self.random.choice(PAIRS)
        value = f"{self.name}:{self.random.randrange(10**6)}"
        ok(self.client.call("MSET", *self.random.choice([(left, value, right, value), (right, value, left, value)])))
        one, two = ok(self.client.call("MGET", left, right))
        check(one == two, f"MSET of {left} and {right} was seen half done: {one!r} {two!r}")

    def rename(self) -> None:
        """A key that wanders between shards is always in exactly one of two places."""
        here, there = f"{self.name}:here", f"{self.name}:there"
        ok(self.client.call("SET", here, "x"))
        ok(self.client.call("RENAME", here, there))
        check(ok(self.client.call("EXISTS", here, there)) == 1, "RENAME lost or doubled a key")

    def world(self) -> None:
        """Exclusive commands on what the others do not use."""
        one = self.random.randrange(8)
        if one == 0:
            ok(self.client.pipeline([("SELECT", "9"), ("SET", "a", "b"), ("FLUSHDB",), ("SELECT", "0")])[2])
        elif one == 1:
            ok(self.client.call("CONFIG", "SET", "maxmemory-samples", str(self.random.randrange(1, 9))))
        elif one == 2:
            ok(self.client.call("INFO", "everything"))
        elif one == 3:
            ok(self.client.call("CLIENT", "LIST"))
        elif one == 4:
            cursor, found = b"0", set()
            while True:
                cursor, keys = ok(self.client.call("SCAN", cursor, "COUNT", "3"))
                found |= set(keys)
                if cursor == b"0":
                    break
            check({s.encode() for s in STREAMS} <= found, "SCAN missed a key that stayed throughout")
        elif one == 5:
            ok(self.client.call("SWAPDB", "10", "11"))
        elif one == 6:
            ok(self.client.call("DBSIZE"))
        else:
            ok(self.client.call("CONFIG", "GET", "max*"))

    def run(self, operations: int, deadline: float) -> None:
        weights: list[tuple[Callable[[], None], int]] = [
            (self.increment, 10), (self.increment_batch, 5), (self.append, 10), (self.values, 10),
            (self.pairs, 10), (self.rename, 5), (self.world, 3),
        ]  # fmt: skip
        actions = [action for action, _ in weights]
        shares = [share for _, share in weights]
        for _ in range(operations):
            if time.monotonic() > deadline:
                break
            action = self.random.choices(actions, shares)[0]
            action()
            self.record.operations[action.__name__] += 1


def work(kind: Any, server: Server, name: str, options: Any, results: Any) -> None:
    """The body of a worker's process."""
    record = Record()
    try:
        worker = kind(server, name, f"{options.seed}:{name}", is_millstream(options.server))
        record = worker.record
        worker.run(options.operations, options.deadline)
    except Exception as problem:  # pylint: disable=broad-except
        record.problem = f"{name}: {type(problem).__name__}: {problem}"
    results.put(record)


def run_workers(server: Server, options: Any) -> list[Record]:
    results: Any = multiprocessing.SimpleQueue()
    kinds = [StreamWorker] * options.stream_workers + [StringWorker] * options.string_workers
    processes = [
        multiprocessing.Process(target=work, args=(kind, server, f"w{i}", options, results))
        for i, kind in enumerate(kinds)
    ]
    for process in processes:
        process.start()
    records = [results.get() for _ in processes]
    for process in processes:
        process.join()
    for record in records:
        check(not record.problem, record.problem)
    return records


def drain(client: Client, place: Place) -> list[bytes]:
    stream, group = place
    ids: list[bytes] = []
    while True:
        more = ids_of(
            ok(client.call(*("XREADGROUP", "GROUP", group, "last", "COUNT", "500", "STREAMS", stream, ">")))
        )
        if not more:
            return ids
        ids += more


def pairs_of(reply: list[Any]) -> dict[str, Any]:
    return {reply[i].decode(): reply[i + 1] for i in range(0, len(reply), 2)}


def check_streams(client: Client, records: list[Record]) -> dict[str, set[bytes]]:
    added_ids = {}
    for stream in STREAMS:
        added = [id for record in records for id in record.added[stream]]
        removed = sum(record.removed[stream] for record in records)
        check(len(added) == len(set(added)), f"{stream}: two XADDs were given the same id")
        length = ok(client.call("XLEN", stream))
        check(length == len(added) - removed, f"{stream}: XLEN {length}, {len(added)} added, {removed} gone")
        there = [entry[0] for entry in ok(client.call("XRANGE", stream, "-", "+"))]
        check(len(there) == length, f"{stream}: XLEN {length}, XRANGE gives {len(there)}")
        check(set(there) <= set(added), f"{stream} holds entries nobody added")
        about = pairs_of(ok(client.call("XINFO", "STREAM", stream)))
        check(about["entries-added"] == len(added), f"{stream}: entries-added {about['entries-added']}")
        check(about["length"] == length, f"{stream}: XINFO's length {about['length']}")
        for record in records if stream != SHRINKING else []:
            read = record.read[stream]
            check(read == there[: len(read)], f"{stream}: an XREAD loop skipped entries")
        added_ids[stream] = set(added)
    return added_ids


def check_groups(client: Client, records: list[Record], added: dict[str, set[bytes]]) -> None:
    for stream in STREAMS:
        there = {entry[0] for entry in ok(client.call("XRANGE", stream, "-", "+"))}
        for group in GROUPS:
            place = (stream, group)
            given = [id for record in records for where, id in record.given if where == place]
            given += drain(client, place)
            twice = [id for id, times in Counter(given).items() if times > 1]
            check(not twice, f"{place}: given twice as new: {twice[:5]} ({len(twice)})")
            check(set(given) <= added[stream], f"{place}: gave entries nobody added")
            lost = (there if stream == SHRINKING else added[stream]) - set(given)
            check(not lost, f"{place}: {len(lost)} entries never given, such as {sorted(lost)[:5]}")
            settled = sum(record.settled[place] for record in records)
            check_pending(client, place, len(given) - settled)
            check_acknowledged(place, records)


def check_pending(client: Client, place: Place, expected: int) -> None:
    stream, group = place
    summary = ok(client.call("XPENDING", stream, group))
    check(summary[0] == expected, f"{place}: {summary[0]} pending, the books say {expected}")
    by_consumer = {name: int(count) for name, count in summary[3]} if expected else {}
    check(sum(by_consumer.values()) == expected, f"{place}: XPENDING's consumers do not add up")
    rows = ok(client.call("XPENDING", stream, group, "-", "+", str(expected + 10)))
    check(Counter(row[1] for row in rows) == by_consumer, f"{place}: the long XPENDING disagrees")
    about = [pairs_of(item) for item in ok(client.call("XINFO", "GROUPS", stream))]
    mine = next(item for item in about if item["name"].decode() == group)
    check(mine["pending"] == expected, f"{place}: XINFO GROUPS says {mine['pending']} pending")
    check(mine["lag"] in (0, None), f"{place}: lag {mine['lag']} after everything was given")
    consumers = [pairs_of(item) for item in ok(client.call("XINFO", "CONSUMERS", stream, group))]
    told = {item["name"]: item["pending"] for item in consumers if item["pending"]}
    check(told == by_consumer, f"{place}: XINFO CONSUMERS disagrees with XPENDING")


def check_acknowledged(place: Place, records: list[Record]) -> None:
    acked: dict[bytes, float] = {}
    for record in records:
        for where, id, when in record.acked:
            if where == place:
                acked[id] = min(when, acked.get(id, when))
    for record in records:
        for where, id, sent in record.claimed:
            late = where == place and id in acked and acked[id] < sent
            check(not late, f"{place}: {id!r} was acknowledged and claimed again later")


def check_strings(client: Client, records: list[Record]) -> None:
    for counter in COUNTERS:
        total = sum(record.increments[counter] for record in records)
        value = int(ok(client.call("GET", counter)) or 0)
        check(value == total, f"{counter} is {value}, the increments sum to {total}")
    for text in TEXTS:
        total = sum(record.appended[text] for record in records)
        value = ok(client.call("STRLEN", text))
        check(value == total, f"{text} is {value} long, {total} was appended")


def body(server: Server, options: Any) -> None:
    client = server.client(30)
    for stream in STREAMS:
        for group in GROUPS:
            ok(client.call("XGROUP", "CREATE", stream, group, "0", "MKSTREAM"))
    started = time.monotonic()
    options.deadline = started + options.seconds
    records = run_workers(server, options)
    took = time.monotonic() - started
    totals: Counter[str] = Counter()
    for record in records:
        totals.update(record.operations)
    print(f"{sum(totals.values())} operations in {took:.1f} s: {dict(totals)}", flush=True)
    added = check_streams(client, records)
    check_groups(client, records, added)
    check_strings(client, records)
    check(info(client, "blocked_clients") == 0, "somebody is still counted as blocked")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, default=4)
    parser.add_argument("--operations", type=int, default=1500, help="of each worker, at most")
    parser.add_argument("--seconds", type=float, default=8, help="no new operation after that")
    parser.add_argument("--stream-workers", type=int, default=8)
    parser.add_argument("--string-workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    passed = checked(options.server, options.reactors, lambda server: body(server, options))
    print("passed" if passed else f"failed; repeat with --seed {options.seed}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
