#!/usr/bin/env python3
"""What replication costs, how fast a replica applies, and what coming back takes. Prints; fails on nothing.

    tests/bench/replication.py --ours build/release/broker/millstream-server --only cost

An effect is a call in the stream of the log, as the replica counts it: XREADGROUP is logged as what it
has changed, and a read that finds nothing is none. README.md says what each table shows.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Callable, Iterator

from common import median
from resp import Client, Error  # found through common
from server import Server
from wait import wait_for

CONNECTIONS = 50
PIPELINE = 16
ENTRY_BYTES = 100
VALUE = "x" * ENTRY_BYTES
MB = 1e6
NO_REWRITES = ["--auto-aof-rewrite-percentage", "0"]
APPLY_REACTORS = 4  # the figure that is asked for is about these
NOBODY = 1  # a port where nobody listens
LEVEL_SECONDS = 600
POLL_SECONDS = 0.005
RESYNC_RECORD = 1035  # bytes of such a SET in the stream, about
PEAK_RESET = "5"  # written to clear_refs: VmHWM begins anew (proc(5))
NOT_EFFECTS = {"ping", "replconf", "psync", "info", "config", "replicaof", "client", "command", "select"}


@dataclass
class Options:
    ours: str
    redis: str
    benchmark: str
    extra: list[str]
    reactors: int | None
    rounds: int
    scale: float
    gigabytes: float

    def own(self, reactors: int) -> list[str]:
        return ["--reactors", str(self.reactors or reactors), *self.extra]


# --- Servers that follow each other.


def info(client: Client, section: str = "replication") -> dict[str, str]:
    text = client.call("INFO", section).decode()
    return dict(line.split(":", 1) for line in text.split("\r\n") if ":" in line)


def position(client: Client) -> int:
    return int(info(client)["master_repl_offset"])


def patiently(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """As wait_for, asking less often: whoever is asked is being measured."""

    def rested() -> bool:
        met = condition()
        if not met:
            time.sleep(POLL_SECONDS)
        return met

    wait_for(rested, seconds, what)


def wait_level(primary: Client, replica: Client) -> None:
    """The replica has what the primary has now."""
    target = position(primary)

    def level() -> bool:
        return position(replica) >= target

    patiently(level, LEVEL_SECONDS, "the replica to have what the primary has")


def ask(client: Client, *words: str | int) -> None:
    reply = client.call(*words)
    if isinstance(reply, Error):
        raise RuntimeError(f"{words}: {reply.text}")


def follow(primary: Server, replica: Server) -> None:
    """Until it does, and has everything."""
    with contextlib.closing(primary.client(60)) as first, contextlib.closing(replica.client(60)) as second:
        ask(second, "REPLICAOF", "127.0.0.1", primary.port)
        patiently(lambda: info(second).get("master_link_status") == "up", 60, "the link to be up")
        wait_level(first, second)


@contextlib.contextmanager
def pair(binary: str, *given: str) -> Iterator[tuple[Server, Server]]:
    given = ("--repl-diskless-sync-delay", "0", *given)
    with Server(binary, *given) as primary, Server(binary, *given) as replica:
        follow(primary, replica)
        yield primary, replica


# --- What is counted.


def cpu_seconds(server: Server) -> float:
    """As server.cpu_seconds(), with threads that have ended: feeders come and go. The process's CPU
    clock is the scheduler's count, too; its number is made as clock_getcpuclockid(3) does."""
    return time.clock_gettime(((~server.process.pid) << 3) | 2)


def thread_seconds(server: Server) -> dict[str, float]:
    times = {}
    for path in pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # it has ended
            times[path.parent.name] = int(path.read_text(encoding="ascii").split()[0]) / 1e9
    return times


def effects(replica: Client) -> int:
    """How many it has applied so far."""
    total = 0
    for name, value in info(replica, "commandstats").items():
        if name.removeprefix("cmdstat_").split("|")[0] not in NOT_EFFECTS:
            total += int(value.split("calls=")[1].split(",")[0])
    return total


class Meter:
    """CPU of a server since the meter was made."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.threads = thread_seconds(server)
        self.whole = cpu_seconds(server)

    def us(self, count: int) -> float:
        return (cpu_seconds(self.server) - self.whole) * 1e6 / count

    def busiest_us(self, count: int) -> float:
        """Of the one thread that ran most: with a core for each thread it is what limits the rate."""
        now = thread_seconds(self.server)
        return max(seconds - self.threads.get(task, 0.0) for task, seconds in now.items()) * 1e6 / count


# --- Load.

Load = list[list[str]]  # command lines that run at the same time


def load(options: Options, port: int, test: str, count: int, *more: str) -> list[str]:
    """A later -c, -P or -d in `more` wins."""
    command = [options.benchmark, "-p", str(port), "-t", test, "-n", str(max(count, 1)), "--json"]
    return [*command, "-c", str(CONNECTIONS), "-P", str(PIPELINE), "-d", str(ENTRY_BYTES), *more]


def scattered(port: int, connections: int, keys: int, count: int, *words: str) -> list[str]:
    """By redis-benchmark: a command of which __rand_int__ is one of so many numbers."""
    command = ["redis-benchmark", "-p", str(port), "-n", str(max(count, 1)), "-c", str(connections)]
    return [*command, "-P", str(PIPELINE), "-r", str(keys), "-q", *words]


def run(commands: Load) -> float:
    """Runs them together; seconds until the last one is done."""
    began = time.monotonic()
    processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in commands]
    codes = [process.wait(LEVEL_SECONDS) for process in processes]
    if any(codes):
        raise RuntimeError(f"{commands} ended with {codes}")
    return time.monotonic() - began


def measured(command: list[str]) -> dict[str, float]:
    """rps, p50 and p99 (milliseconds) of one run of millstream-benchmark."""
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=LEVEL_SECONDS).stdout
    result = json.loads(text)[0]
    return {"rps": result["rps"], "p50": result["latency_ms"]["p50"], "p99": result["latency_ms"]["p99"]}


def medians(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: median([row[name] for row in rows]) for name in rows[0]}


# --- apply: how fast a replica carries out what the primary has.


def one_stream(options: Options, port: int, count: int) -> Load:
    half = load(options, port, "xadd", count // 2, "-c", str(CONNECTIONS // 2))
    return [half, half]


def streams(_: Options, port: int, count: int) -> Load:
    words = ("XADD", "s:__rand_int__", "*", "f", VALUE)
    return [scattered(port, CONNECTIONS // 2, 64, count // 2, *words)] * 2


def mix(options: Options, port: int, count: int) -> Load:
    """Each takes about as long as the others. `group` is XADD by half of its connections, XREADGROUP
    and XACK by the others; of each entry it makes about three effects, two of them for many at once."""
    return [
        load(options, port, "set", count * 2 // 5, "-r", "100000", "-c", "16"),
        scattered(port, 16, 10_000, count * 2 // 5, "HSET", "h:__rand_int__", "field", VALUE),
        load(options, port, "group", count // 5, "-c", "32"),
    ]


LOADS: list[tuple[str, Callable[[Options, int, int], Load]]] = [
    ("XADD to one stream", one_stream),
    ("XADD to 64 streams", streams),
    ("SET, HSET, XADD, XREADGROUP + XACK", mix),
]


def apply_round(options: Options, make: Callable[[Options, int, int], Load], count: int) -> dict[str, float]:
    figures = {}
    with pair(options.ours, *NO_REWRITES, *options.own(APPLY_REACTORS)) as (primary, replica):
        first, second = primary.client(LEVEL_SECONDS), replica.client(LEVEL_SECONDS)
        before = effects(second)
        replica.process.send_signal(signal.SIGSTOP)
        writing = Meter(primary)
        seconds = run(make(options, primary.port, count))
        executed = writing.us(1), writing.busiest_us(1)
        feeding, applying, began = Meter(primary), Meter(replica), time.monotonic()
        replica.process.send_signal(signal.SIGCONT)
        wait_level(first, second)
        caught_up = time.monotonic() - began
        applied = effects(second) - before
        figures |= {"write rate": applied / seconds, "write us": executed[0] / applied}
        figures |= {"write busiest": executed[1] / applied, "feed us": feeding.us(applied)}
        figures |= {"apply rate": applied / caught_up, "apply us": applying.us(applied)}
        figures |= {"apply busiest": applying.busiest_us(applied)}
        figures["ratio"] = figures["apply rate"] / figures["write rate"]
        # Both at the same time.
        before, writing, applying = effects(second), Meter(primary), Meter(replica)
        seconds = run(make(options, primary.port, count))
        began = time.monotonic()
        figures["lag MB"] = max(position(first) - position(second), 0) / MB
        wait_level(first, second)
        figures["lag ms"] = (time.monotonic() - began) * 1000
        applied = effects(second) - before
        figures |= {"both rate": applied / seconds, "both primary": writing.us(applied)}
        figures |= {"both replica": applying.us(applied), "both primary busiest": writing.busiest_us(applied)}
        figures["both replica busiest"] = applying.busiest_us(applied)
        first.close()
        second.close()
    return figures


def apply(options: Options) -> None:
    count = int(2_000_000 * options.scale)
    rows: dict[str, list[dict[str, float]]] = {name: [] for name, _ in LOADS}
    for _ in range(options.rounds):
        for name, make in LOADS:
            rows[name].append(apply_round(options, make, count))
    print(f"{'':36} {'':>10} {'CPU us an effect (its busiest thread)':>40}")
    reactors = f"{options.reactors or APPLY_REACTORS} reactors"
    print(f"{reactors:36} {'effects/s':>10} {'primary':>20} {'replica':>19}")
    for name, figures in ((name, medians(rows[name])) for name in rows):

        def cost(whole: str, busiest: str, of: dict[str, float] = figures) -> str:
            return f"{of[whole]:.2f} ({of[busiest]:.2f})"

        print(name)
        print(
            f"{'  written, the replica stopped':36} {figures['write rate']:10.0f}"
            f" {cost('write us', 'write busiest'):>20}"
        )
        print(
            f"{'  applied, nobody writing':36} {figures['apply rate']:10.0f} {figures['feed us']:20.2f}"
            f" {cost('apply us', 'apply busiest'):>19}"
        )
        print(
            f"{'  both at once':36} {figures['both rate']:10.0f}"
            f" {cost('both primary', 'both primary busiest'):>20}"
            f" {cost('both replica', 'both replica busiest'):>19}"
        )
        print(f"  behind at the end: {figures['lag MB']:.2f} MB, {figures['lag ms']:.0f} ms")
        most = (1e6 / figures[f"{what} busiest"] for what in ("write", "apply"))
        print("  at most, with a core for each thread: {:.0f} written, {:.0f} applied".format(*most))
        print(f"  applied / written {figures['ratio']:.2f} (asked: 1.00 or more)", flush=True)


# --- resync: a replica that was away continues from the log on the primary's disk.


def out_of_cache(folder: str) -> None:
    """What is there is read from the disk the next time."""
    for path in pathlib.Path(folder).rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def stored_bytes(client: Client) -> int:
    return int(info(client, "persistence")["log_stored_bytes"])


def is_written(client: Client) -> bool:
    log = info(client, "persistence")
    return log["log_position"] == log["log_durable_position"]


def peak_bytes(server: Server) -> int:
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", text)[0]) * 1024


def overwrite(client: Client, size: int) -> None:
    """SET of 1000 bytes to 1000 keys: much log, little data. By chance, in six bits of eight, since what
    the benchmark programs send is the same again and again and would leave next to nothing on the disk."""
    for _ in range(size // (RESYNC_RECORD * 1000)):
        text = base64.b64encode(os.urandom(750_000))
        client.pipeline([("SET", f"key:{i}", text[i * 1000 : (i + 1) * 1000]) for i in range(1000)])


def resync_round(options: Options, size: int, compression: str) -> dict[str, float]:
    given = [*options.own(APPLY_REACTORS), "--repl-backlog-size", str(2 * size)]
    given += ["--log-compression", compression]
    with pair(options.ours, *given) as (primary, replica):
        first, second = primary.client(LEVEL_SECONDS), replica.client(LEVEL_SECONDS)
        ask(second, "REPLICAOF", "127.0.0.1", NOBODY)
        since, stored = position(first), stored_bytes(first)
        overwrite(first, size)
        missing = position(first) - since
        patiently(lambda: is_written(first), 60, "the log to be written")
        stored = stored_bytes(first) - stored
        out_of_cache(primary.folder)
        before = info(first, "stats")
        pathlib.Path(f"/proc/{primary.process.pid}/clear_refs").write_text(PEAK_RESET, encoding="ascii")
        resident, feeding, applying = peak_bytes(primary), Meter(primary), Meter(replica)
        began = time.monotonic()
        ask(second, "REPLICAOF", "127.0.0.1", primary.port)
        wait_level(first, second)
        seconds = time.monotonic() - began
        after = info(first, "stats")
        if int(after["sync_full"]) > int(before["sync_full"]):
            print("this was a full synchronisation")
        figures = {
            "GB the replica lacks": missing / 1e9,
            "GB of the log that these are": stored / 1e9,
            "seconds": seconds,
            "MB/s": missing / MB / seconds,
            "primary, CPU us a MB": feeding.us(1) / (missing / MB),
            "replica, CPU us a MB": applying.us(1) / (missing / MB),
            "primary, resident MB before": resident / MB,
            "primary, growth of the peak in MB": (peak_bytes(primary) - resident) / MB,
        }
        first.close()
        second.close()
    return figures


def resync(options: Options) -> None:
    size = int(options.gigabytes * 1e9)
    rows: dict[str, list[dict[str, float]]] = {"no": [], "yes": []}
    for _ in range(min(options.rounds, 3)):
        for compression, taken in rows.items():
            taken.append(resync_round(options, size, compression))
    plain, compressed = medians(rows["no"]), medians(rows["yes"])
    print(f"{'from the log on disk, not cached':42} {'plain':>10} {'compressed':>10}")
    for name, value in plain.items():
        print(f"{name:42} {value:10.2f} {compressed[name]:10.2f}")
    print("(asked: no growth of the primary's memory)", flush=True)


# --- cost: what a replica adds to the primary's work.


def cost_turn(options: Options, binary: str, given: list[str], with_replica: bool, count: int) -> float:
    """The primary's CPU microseconds of an XADD, until the replica has it, too."""
    with contextlib.ExitStack() as stack:
        if with_replica:
            primary, replica = stack.enter_context(pair(binary, *NO_REWRITES, *given))
        else:
            primary = replica = stack.enter_context(Server(binary, *NO_REWRITES, *given))
        first, second = primary.client(LEVEL_SECONDS), replica.client(LEVEL_SECONDS)
        run([load(options, primary.port, "xadd", count // 10)])
        wait_level(first, second)
        meter = Meter(primary)
        run([load(options, primary.port, "xadd", count)])
        wait_level(first, second)
        us = meter.us(count)
        first.close()
        second.close()
    return us


def cost(options: Options) -> None:
    count = int(1_000_000 * options.scale)
    own = options.own(1)
    cases = [
        ("ours", options.ours, [*own, "--appendonly", "yes"]),
        ("ours, appendonly no", options.ours, [*own, "--appendonly", "no", "--save", ""]),
        ("redis, appendonly yes", options.redis, ["--appendonly", "yes"]),
        ("redis, appendonly no", options.redis, ["--appendonly", "no", "--save", ""]),
    ]
    taken: dict[tuple[str, bool], list[float]] = {}
    for at in range(options.rounds):
        for name, binary, given in cases:
            for with_replica in (False, True) if at % 2 == 0 else (True, False):
                us = cost_turn(options, binary, given, with_replica, count)
                taken.setdefault((name, with_replica), []).append(us)
    print(f"{f'primary, CPU us of an XADD, pipeline {PIPELINE}':42} {'alone':>9} {'followed':>9} {'ratio':>7}")
    for name, _, _ in cases:
        alone, followed = taken[name, False], taken[name, True]
        ratio = median([b / a for a, b in zip(alone, followed)])
        print(f"{name:42} {median(alone):9.3f} {median(followed):9.3f} {ratio:7.3f}")
    print("(asked: ours at most 1.15)", flush=True)


# --- sync: what it takes to wait for a replica's disk.


def bounded(options: Options, port: int, connections: int, most: int) -> dict[str, float]:
    """As many SETs as take about five seconds, or `most`."""
    settings = ("-c", str(connections), "-P", "1", "-r", "1000")
    probe = measured(load(options, port, "set", 5 * connections, *settings))
    count = max(5 * connections, min(most, int(5 * probe["rps"])))
    return measured(load(options, port, "set", count, *settings))


def sync(options: Options) -> None:
    cases = [(replicas, fsync) for fsync in ("everysec", "always") for replicas in (0, 1)]
    rows: dict[tuple[int, str], list[dict[str, float]]] = {case: [] for case in cases}
    with pair(options.ours, *options.own(1)) as (primary, replica):
        client = primary.client(60)
        for at in range(options.rounds):
            for case in cases if at % 2 == 0 else cases[::-1]:
                ask(client, "CONFIG", "SET", "sync-replicas", case[0], "appendfsync", case[1])
                single = bounded(options, primary.port, 1, int(20_000 * options.scale))
                many = bounded(options, primary.port, CONNECTIONS, int(200_000 * options.scale))
                figures = {"one " + name: value for name, value in single.items()}
                rows[case].append(figures | {"many " + name: value for name, value in many.items()})
        ask(client, "CONFIG", "SET", "sync-replicas", 0)
        client.close()
    print(f"{'':37} {'1 connection':>22} {f'{CONNECTIONS} connections':>31}")
    print(
        f"{'SET of 100 bytes, pipeline 1':37} {'p50 ms':>10} {'p99 ms':>11}"
        f" {'SET/s':>11} {'p50 ms':>9} {'p99 ms':>9}"
    )
    for (replicas, fsync), figures in ((case, medians(rows[case])) for case in cases):
        print(
            f"{f'sync-replicas {replicas}, appendfsync {fsync}':37}"
            f" {figures['one p50']:10.3f} {figures['one p99']:11.3f} {figures['many rps']:11.0f}"
            f" {figures['many p50']:9.3f} {figures['many p99']:9.3f}",
            flush=True,
        )


MODES: dict[str, Callable[[Options], None]] = {"apply": apply, "resync": resync, "cost": cost, "sync": sync}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--benchmark", help="millstream-benchmark; by default that of the same build")
    parser.add_argument("--args", default="", help="further options for our servers")
    parser.add_argument("--reactors", type=int, help="of ours; by default 4 for apply and resync, else 1")
    parser.add_argument("--rounds", type=int, help="5; with --quick 1")
    parser.add_argument("--gigabytes", type=float, help="of log that resync sends: 1; with --quick 0.1")
    parser.add_argument("--quick", action="store_true", help="a look whose figures are rough")
    parser.add_argument("--only", choices=sorted(MODES))
    given = parser.parse_args()
    build = pathlib.Path(given.ours).resolve().parent.parent
    options = Options(
        ours=given.ours,
        redis=given.redis,
        benchmark=given.benchmark or str(build / "clients" / "millstream-benchmark"),
        extra=given.args.split(),
        reactors=given.reactors,
        rounds=given.rounds or (1 if given.quick else 5),
        scale=0.05 if given.quick else 1.0,
        gigabytes=given.gigabytes or (0.1 if given.quick else 1.0),
    )
    started = time.monotonic()
    for name, mode in MODES.items():
        if given.only in (None, name):
            print(f"\n{name}", flush=True)
            mode(options)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
