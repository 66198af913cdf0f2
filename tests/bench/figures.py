#!/usr/bin/env python3
"""Every figure that is asked for beside redis-server, in one run and one table.

    tests/bench/figures.py --ours build/release/broker/millstream-server
    tests/bench/figures.py --ours build/release/broker/millstream-server --only xadd-16,bytes-json

The servers take turns, each time fresh and empty; a line shows the medians of the rounds and the median of
the rounds' ratios. Fails on nothing. README.md says what each row measures.
"""

from __future__ import annotations

import pathlib
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from common import benchmark, chosen_names, deliver_all, fan_out, generated, growth, info_text, measured
from common import Words, median, our_benchmark, pour, two_servers
from durability import group_cost, rate
from loads import LOADS, TEN, VALUE, Load
from resp import encode  # found through common
from server import Server

CONNECTIONS = 50
RANDOM_KEYS = 100_000
ENTRIES = 200_000  # of which the memory is taken
SMALL = 10  # entries of a small stream
READERS = (10, 500, 10_000)
FILES = 2 * READERS[-1] + 1000
NO_LOG = ("--appendonly", "no")


class Skipped(Exception):
    """The row can't be measured; the text says why."""


@dataclass
class Bench:
    ours: str
    redis: str
    extra: list[str]
    reactors: int
    scale: float

    def count(self, usual: int) -> int:
        return max(100, int(usual * self.scale))

    def start(self, binary: str, *options: str, reactors: int = 0) -> Server:
        """A fresh server; only ours gets the options of the command line."""
        most = 2 * READERS[-1] + 100  # those that warmed up may not have gone yet
        given = [*options, "--maxclients", str(most)]
        if binary == self.ours:
            given += ["--save", "", "--reactors", str(reactors or self.reactors), *self.extra]
        return Server(binary, *given)


Turn = Callable[[Bench, str], float]  # a figure of the server whose program is given


@dataclass
class Row:
    name: str
    title: str
    asked: float
    theirs: Turn
    ours: Turn
    kind: str = "less"  # what the ratio is, see ratio()
    constant: bool = False  # one round is enough

    def ratio(self, theirs: float, ours: float) -> float:
        """less: how many times less ours is; more: how many times more, both at least as asked;
        share: ours of theirs; alone: ours itself, both at most as asked."""
        if self.kind == "alone":
            return ours
        above, below = (theirs, ours) if self.kind == "less" else (ours, theirs)
        return above / below if below else 0.0

    def is_limit(self) -> bool:
        return self.kind in ("share", "alone")

    def is_met(self, ratio: float) -> bool:
        return ratio <= self.asked if self.is_limit() else ratio >= self.asked


def cpu(name: str, title: str, asked: float, turn: Turn) -> Row:
    return Row(name, title, asked, turn, turn)


# --- CPU us per operation.


def open_load(server: Server, name: str, count: int) -> Load:
    factory = LOADS[name]
    usual = getattr(factory, "connections", CONNECTIONS)
    return factory(server.port, usual, count + count // 2)


def loaded(name: str, usual: int) -> Turn:
    """A load of loads.py."""

    def turn(bench: Bench, binary: str) -> float:
        count = bench.count(usual)
        with bench.start(binary, *NO_LOG) as server:
            load = open_load(server, name, count)
            load.work(max(1, count // 10))
            figure = measured(server, lambda: load.work(count))
            load.close()
        return figure

    return turn


def benchmarked(pipeline: int, usual: int, *command: str) -> Turn:
    """redis-benchmark with 50 connections; GET finds its keys."""

    def turn(bench: Bench, binary: str) -> float:
        count = bench.count(usual)
        with bench.start(binary, *NO_LOG) as server:
            if command[0] == "GET":
                client = server.client(60)
                pour(client, RANDOM_KEYS, lambda i: ("SET", f"key:{i:012}", VALUE))
                client.close()
            benchmark(server, count // 10, pipeline, *command)
            return benchmark(server, count, pipeline, *command)

    return turn


def driven(test: str, usual: int, connections: int, pipeline: int) -> Turn:
    """A test of millstream-benchmark, for what redis-benchmark can't send and Python not fast enough."""

    def turn(bench: Bench, binary: str) -> float:
        count = bench.count(usual)
        tool = our_benchmark(bench.ours)
        if not tool.is_file():
            raise Skipped(f"there is no {tool}; build the target millstream-benchmark")
        with bench.start(binary, *NO_LOG) as server:
            generated(tool, server, test, count // 10, connections, pipeline)
            return generated(tool, server, test, count, connections, pipeline)

    return turn


def published(bench: Bench, binary: str) -> float:
    with bench.start(binary, *NO_LOG) as server:
        fan_out(server, 32, bench.count(200))
        return fan_out(server, 32, bench.count(4000))


def blocked(readers: int, pipeline: int = 16) -> Turn:
    return driven("blocked", 20_000, readers + 1, pipeline)


def flat(readers: int) -> Turn:
    """As many under way whatever the number of readers is, half of whom wait at least."""
    return blocked(readers, READERS[0] // 2)


XADD = ("XADD", "s", "*", "f", VALUE)
APPENDS = {"many": ("XADD", "s:__rand_int__", "*", "f", VALUE), "one": XADD}
WAITS = re.compile(r"\b((?:keyspace_lock|world|log_lock)_\w+):(\d+)")
COMMANDS = {
    "get": ("GET", "key:__rand_int__"),
    "set": ("SET", "key:__rand_int__", VALUE),
    "incr": ("INCR", "counter:__rand_int__"),
    "hset": ("HSET", "h", "f:__rand_int__", TEN),
    "lpush": ("LPUSH", "l", TEN),
    "zadd": ("ZADD", "z", "__rand_int__", "m:__rand_int__"),
}


def cpu_rows() -> list[Row]:
    fanout = driven("fanout", 400_000, CONNECTIONS + 1, 16)
    queue = driven("jobs", 100_000, CONNECTIONS, 1)
    rows = [
        cpu("xadd-64", "XADD 100 B, pipeline 64", 2.5, benchmarked(64, 600_000, *XADD)),
        cpu("xadd-16", "XADD 100 B, pipeline 16", 2.0, benchmarked(16, 600_000, *XADD)),
        cpu("xadd-1", "XADD 100 B, no pipeline", 1.1, benchmarked(1, 100_000, *XADD)),
        cpu("message", "XADD, XREADGROUP COUNT 10, XACK; P16", 2.0, loaded("message", 160_000)),
        cpu("drain", "drain COUNT 100 + XACK, a message", 4.0, loaded("drain", 200_000)),
        cpu("xrange", "XRANGE COUNT 100, a call", 2.5, loaded("xrange", 8000)),
        cpu("autoclaim", "XAUTOCLAIM COUNT 100, a call", 6.0, loaded("autoclaim", 1000)),
        cpu("blocked", "XADD, 500 readers blocked", 5.0, blocked(READERS[1])),
        Row("flat", "ours, 10 readers and 10,000", 0.8, ours(flat(READERS[0])), flat(READERS[2])),
        cpu("fanout", "XREAD BLOCK, 50 readers, P16, a delivery", 1.5, fanout),
        cpu("pubsub", "PUBLISH, 100 subscribers, a delivery", 2.0, published),
        cpu("queue", "LPUSH, BLMOVE, LREM, a job", 1.5, queue),
    ]
    for pipeline, asked, usual in ((16, 1.5, 400_000), (1, 1.1, 100_000)):
        for name, command in COMMANDS.items():
            title = f"{command[0]}, {'pipeline 16' if pipeline > 1 else 'no pipeline'}"
            rows.append(cpu(f"{name}-{pipeline}", title, asked, benchmarked(pipeline, usual, *command)))
    return rows


def ours(turn: Turn) -> Turn:
    """In Redis's column, too."""
    return lambda bench, _: turn(bench, bench.ours)


# --- Bytes.


def noise(_: int) -> bytes:
    return random.randbytes(100)


def json(number: int) -> bytes:
    """An order of about a hundred bytes, of which a quarter is different each time."""
    customer, cents = number * 7919 % 100_003, number * 104_729 % 99_991
    state = ("new", "paid", "sent", "done")[customer % 4]
    text = f'{{"order":{1_000_000 + number},"customer":"c-{customer:06}","amount":{cents / 100:.2f},'
    text += f'"currency":"EUR","state":"{state}","at":{1_700_000_000 + number // 10}}}'
    return text.encode()


def entry_bytes(value: Callable[[int], bytes], each: int, *options: str) -> Turn:
    """The growth of used_memory for an entry, `each` in one stream; options are of our server."""

    def turn(bench: Bench, binary: str) -> float:
        count = bench.count(ENTRIES)
        own = options if binary == bench.ours else ()
        try:
            server = bench.start(binary, *NO_LOG, *own)
        except RuntimeError as error:
            if own and own[0].lstrip("-") in str(error):
                raise Skipped(f"the server has no {own[0].lstrip('-')}") from error
            raise
        with server:
            client = server.client(60)
            taken = growth(
                client,
                lambda: pour(client, count, lambda i: ("XADD", f"s:{i // each}", "*", "f", value(i))),
            )
            client.close()
        return taken / count

    return turn


def pending_bytes(bench: Bench, binary: str) -> float:
    count = bench.count(ENTRIES)
    with bench.start(binary, *NO_LOG) as server:
        client = server.client(60)
        pour(client, count, lambda i: ("XADD", "s", "*", "f", VALUE))
        client.call("XGROUP", "CREATE", "s", "g", "0")
        taken = growth(client, lambda: deliver_all(client, "s", "g"))
        client.close()
    return taken / count


def bytes_row(name: str, title: str, asked: float, turn: Turn) -> Row:
    return Row(name, f"bytes: {title}", asked, turn, turn, "share", True)


def bytes_rows() -> list[Row]:
    compressed = entry_bytes(json, ENTRIES, "--stream-compress-depth", "1")
    return [
        bytes_row("bytes-random", "100 B entry, incompressible", 0.95, entry_bytes(noise, ENTRIES)),
        bytes_row("bytes-json", "100 B entry like JSON, compressed", 0.35, compressed),
        bytes_row("bytes-small", "100 B entry in streams of ten", 0.4, entry_bytes(noise, SMALL)),
        Row("bytes-pending", "bytes: pending entry", 32, pending_bytes, pending_bytes, "alone", True),
    ]


# --- The log.


def log_cost(bench: Bench, binary: str) -> float:
    """What a message that is delivered and acknowledged costs more with the log."""
    own, count = ["--reactors", str(bench.reactors), *bench.extra], bench.count(200_000)
    with_log, without = (group_cost(binary, own, log, 16, count) for log in ("yes", "no"))
    return with_log - without


def always(bench: Bench, binary: str) -> float:
    """Operations a second; the disk is waited for, so that this is wall-clock."""
    with bench.start(binary, "--appendonly", "yes", "--appendfsync", "always") as server:
        return rate(server, 1, bench.count(30_000))


# --- Reactors.


def thread_seconds(server: Server) -> dict[str, float]:
    """The time each thread has run."""
    tasks = pathlib.Path(f"/proc/{server.process.pid}/task")
    return {
        path.parent.name: int(path.read_text(encoding="ascii").split()[0]) / 1e9
        for path in tasks.glob("*/schedstat")
    }


def append(server: Server, count: int, command: Words) -> None:
    """At pipeline 64 by 50 connections of two threads; of many keys there are 1000.

    A load of one thread does not feed two reactors: they sleep between small rounds.
    """
    arguments = ["redis-benchmark", "-p", str(server.port), "-c", str(CONNECTIONS), "-P", "64", "-r", "1000"]
    arguments += ["--threads", "2"]
    words = [str(word) for word in command]
    subprocess.run([*arguments, "-q", "-n", str(count), *words], check=True, capture_output=True)


def busiest(reactors: int, command: Words) -> Turn:
    """CPU us of the busiest thread for an operation."""

    def turn(bench: Bench, _: str) -> float:
        count = bench.count(1_000_000)
        with bench.start(bench.ours, *NO_LOG, reactors=reactors) as server:
            append(server, count // 10, command)
            before = thread_seconds(server)
            append(server, count, command)
            after = thread_seconds(server)
            most = max(after[thread] - before.get(thread, 0.0) for thread in after)
        return most * 1e6 / count

    return turn


def scaling_row(name: str, reactors: int, title: str, asked: float, command: Words) -> Row:
    return Row(name, f"1 and {reactors} reactors, {title}", asked, busiest(1, command), busiest(reactors, command))


def waits(bench: Bench, reactors: int, command: Words) -> dict[str, float]:
    """What INFO says of threads that waited for each other, per 1000 operations."""
    count = bench.count(1_000_000)
    with bench.start(bench.ours, *NO_LOG, reactors=reactors) as server:
        client = server.client(60)
        append(server, count // 10, command)
        client.call("CONFIG", "RESETSTAT")
        append(server, count, command)
        found = WAITS.findall(info_text(client, "stats"))
        client.close()
    return {name: int(value) * 1000 / count for name, value in found}


def print_waits(bench: Bench) -> None:
    sides = [(reactors, title, command) for title, command in APPENDS.items() for reactors in (2, 4)]
    columns = [waits(bench, reactors, command) for reactors, _, command in sides]
    heads = "".join(f"{f'{title}, {reactors}':>14}" for reactors, title, _ in sides)
    print(f"\n{'our waits per 1000 XADD, keys and reactors':42}{heads}")
    for name in columns[0]:
        print(f"{name:42}" + "".join(f"{column[name]:14.3f}" for column in columns), flush=True)


def rows() -> list[Row]:
    many, one = APPENDS.values()
    return [
        *cpu_rows(),
        *bytes_rows(),
        Row("log", "the log, delivered and acknowledged", 1 / 3, log_cost, log_cost, "share"),
        Row("always", "XADD `always`, operations a second", 2.0, always, always, "more"),
        scaling_row("reactors", 2, "XADD to many keys", 1.7, many),
        scaling_row("reactors-4", 4, "XADD to many keys", 0.0, many),
        scaling_row("reactors-hot", 2, "XADD to one key", 0.0, one),
        scaling_row("reactors-hot-4", 4, "XADD to one key", 0.0, one),
    ]


# --- The table.


def measure(row: Row, bench: Bench, rounds: int) -> tuple[float, float, float]:
    """Medians of both and of their ratio. The servers take turns, and turns about."""
    theirs, mine = [], []
    for at in range(1 if row.constant else rounds):
        sides = [(row.theirs, bench.redis, theirs), (row.ours, bench.ours, mine)]
        for turn, binary, into in sides if at % 2 == 0 else sides[::-1]:
            into.append(turn(bench, binary))
    return median(theirs), median(mine), median([row.ratio(a, b) for a, b in zip(theirs, mine)])


def print_row(row: Row, bench: Bench, rounds: int) -> None:
    try:
        theirs, mine, ratio = measure(row, bench, rounds)
    except Skipped as reason:
        print(f"{row.title:42} skipped: {reason}", flush=True)
        return
    asked = f"{'<=' if row.is_limit() else '>='} {row.asked:.2f}" if row.asked else "-"
    met = "-" if not row.asked else "yes" if row.is_met(ratio) else "NO"
    print(f"{row.title:42} {theirs:10.3f} {mine:10.3f} {ratio:7.2f} {asked:>8} {met:>4}", flush=True)


def allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main() -> int:
    parser = two_servers(__doc__)
    table = {row.name: row for row in rows()}
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help=f"rows with commas between: {', '.join([*table, 'waits'])}")
    given = parser.parse_args()
    if not given.redis:
        parser.error("the figures are ratios: both servers have to be there")
    names = chosen_names(parser, given.only, [*table, "waits"])
    allow_many_files()
    bench = Bench(given.ours, given.redis, given.args.split(), given.reactors, given.scale)
    started = time.monotonic()
    columns = f"{'redis':>10} {'ours':>10} {'ratio':>7} {'asked':>8} {'met':>4}"
    print(f"{'server CPU us per operation, unless said':42} {columns}")
    for name in names:
        if name in table:
            print_row(table[name], bench, given.rounds)
    if "waits" in names:
        print_waits(bench)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
