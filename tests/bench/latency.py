#!/usr/bin/env python3
"""How long a PING takes while the server keeps house, and while it does not; ours and redis-server.

    tests/bench/latency.py --ours build/release/broker/millstream-server --only expiry,del-stream

A connection of its own sends a PING each half millisecond, beside a steady load. What could not be sent in
time, because the last one was not answered, counts from when it was due. `work` is the longest time that a
thread of the server has worked between two waits for events, in CPU time: no PING is answered meanwhile.
Each figure is the least of all rounds: what the server makes a PING wait for is in every round, what the
machine does is in some. Prints; fails on nothing.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import os
import pathlib
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from common import chosen_names, two_servers, used_memory
from figures import json
from loads import Wire
from rounds import Rounds
from resp import Client, Verbatim, encode  # found through common
from server import Server
from wait import wait_for

PROBE_SECONDS = 0.0005
LOAD_SECONDS = 0.001  # between batches of the steady load
LOAD_BATCH = 32
LOAD_KEYS = 20_000
STALL_SECONDS = 0.001
CALM_SECONDS = 2.0
AFTER_SECONDS = 0.5  # a window goes on for so long when all is done
DONE_SECONDS = 300
VALUE = "v" * 100


class Skipped(Exception):
    """The job can't be done by this server, or the machine was too slow for it."""


# --- Processes that send.


def prefer(thread: int, priority: int) -> None:
    """Ahead of everything else, where we may: else it is measured how busy the machine is. What the
    thread starts is not preferred."""
    with contextlib.suppress(PermissionError, ProcessLookupError):
        os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(priority))


def probe(port: int, pipe: multiprocessing.connection.Connection) -> None:
    """Until something comes through the pipe; then it sends what it has: when, and how long."""
    prefer(0, 2)
    wire, ping = Wire(port), encode("PING")
    samples: list[tuple[float, float]] = []
    gc.disable()
    due = time.perf_counter()
    while not pipe.poll():
        due += PROBE_SECONDS
        begin = time.perf_counter()
        if begin < due:
            time.sleep(due - begin)
            begin = time.perf_counter()
        else:
            begin = due
        wire.send(ping)
        wire.take(1)
        samples.append((begin, time.perf_counter() - begin))
    pipe.send(samples)


def steady(port: int, batches: list[tuple[bytes, int]], pipe: multiprocessing.connection.Connection) -> None:
    """A batch each millisecond."""
    wire = Wire(port)
    due, at = time.perf_counter(), 0
    while not pipe.poll(max(0.0, due - time.perf_counter())):
        batch, lines = batches[at % len(batches)]
        wire.send(batch)
        wire.take(lines)
        at += 1
        due = max(due + LOAD_SECONDS, time.perf_counter() - 0.1)


def usual_batches() -> list[tuple[bytes, int]]:
    """SET and GET by turns."""
    draw = random.Random(7)
    made = []
    for _ in range(200):
        keys = [f"load:{draw.randrange(LOAD_KEYS)}" for _ in range(LOAD_BATCH // 2)]
        made.append((b"".join(encode("SET", key, VALUE) + encode("GET", key) for key in keys), 3 * len(keys)))
    return made


def json_batches() -> list[tuple[bytes, int]]:
    return [
        (b"".join(encode("XADD", "j", "*", "f", json(at + i)) for i in range(LOAD_BATCH)), 2 * LOAD_BATCH)
        for at in range(0, 2000 * LOAD_BATCH, LOAD_BATCH)
    ]


class Process:
    """A function that runs beside us until it is told to end."""

    def __init__(self, run: Callable[..., None], *arguments: object) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=run, args=(*arguments, theirs), daemon=True)
        self.process.start()

    def stop(self) -> None:
        self.pipe.send(None)
        self.process.join(20)


# --- A server that is watched.


@dataclass
class Scene:
    server: Server
    client: Client
    scale: float
    is_ours: bool
    rounds: Rounds
    windows: dict[str, tuple[float, float]] = field(default_factory=dict)
    work: dict[str, tuple[float, int, int]] = field(default_factory=dict)

    @contextlib.contextmanager
    def window(self, name: str) -> Iterator[None]:
        self.rounds.clear()
        begin = time.perf_counter()
        yield
        time.sleep(AFTER_SECONDS)
        self.windows[name] = (begin, time.perf_counter())
        rounds = self.rounds
        self.work[name] = (rounds.longest(), rounds.above_a_millisecond(), rounds.slept())

    def calm(self) -> None:
        with self.window("calm"):
            time.sleep(CALM_SECONDS)

    def count(self, usual: int) -> int:
        return max(1000, int(usual * self.scale))

    def pour(self, count: int, keys: int, *command: str) -> None:
        """As fast as it can be taken."""
        arguments = ["redis-benchmark", "-p", str(self.server.port), "-c", "4", "-P", "16", "-q"]
        arguments += ["-n", str(count), "-r", str(keys), *command]
        subprocess.run(arguments, check=True, capture_output=True, timeout=DONE_SECONDS)

    def info(self, section: str, name: str) -> str:
        reply = self.client.call("INFO", section)
        text = (reply.data if isinstance(reply, Verbatim) else reply).decode()
        return text.split(f"\n{name}:")[1].split("\r")[0] if f"\n{name}:" in text else "0"

    def wait(self, done: Callable[[], bool], what: str) -> None:
        def polled() -> bool:
            time.sleep(0.02)
            return done()

        wait_for(polled, DONE_SECONDS, what)


Job = Callable[[Scene], None]

EVERY = 10**9  # so many keys that hardly any is drawn twice


def rehash(scene: Scene) -> None:
    """A keyspace grows to five million keys; calm is the same load on a thousand."""
    count = scene.count(5_000_000)
    with scene.window("calm"):
        scene.pour(count // 5, 1000, "SET", "same:__rand_int__", "v")
    with scene.window("active"):
        scene.pour(count, EVERY, "SET", "grow:__rand_int__", "v")


def expiry(scene: Scene) -> None:
    """A million keys are due in the same millisecond."""
    count, before = scene.count(1_000_000), scene.client.call("DBSIZE")
    due = time.time() + 10 + count / 20_000
    for at in range(0, count, 1000):
        keys = range(at, min(at + 1000, count))
        scene.client.pipeline([("SET", f"e:{i}", "v", "PXAT", int(due * 1000)) for i in keys])
    if time.time() > due - CALM_SECONDS:
        raise Skipped
    time.sleep(due - CALM_SECONDS - AFTER_SECONDS - time.time())
    scene.calm()
    limit = before + LOAD_KEYS
    with scene.window("active"):
        scene.wait(lambda: scene.client.call("DBSIZE") <= limit, "keys to go")


def eviction(scene: Scene) -> None:
    """New keys come when memory is full; calm is the same while it is not."""
    count = scene.count(1_000_000)
    scene.pour(count, EVERY, "SET", "old:__rand_int__", VALUE)
    scene.client.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    with scene.window("calm"):
        scene.pour(count // 2, EVERY, "SET", "new:__rand_int__", VALUE)
    scene.client.call("CONFIG", "SET", "maxmemory", used_memory(scene.client))
    with scene.window("active"):
        scene.pour(count // 2, EVERY, "SET", "newer:__rand_int__", VALUE)


def release(command: str, fill: Job) -> Job:
    def job(scene: Scene) -> None:
        fill(scene)
        scene.calm()
        with scene.window("active"):
            scene.client.call(command, "big")
            scene.wait(lambda: scene.info("memory", "lazyfree_pending_objects") == "0", "memory to be free")

    job.__doc__ = f"{command} of {fill.__doc__}"
    return job


def big_stream(scene: Scene) -> None:
    """a stream of ten million entries."""
    scene.pour(scene.count(10_000_000), 1, "XADD", "big", "*", "f", "v")


def big_hash(scene: Scene) -> None:
    """a hash of two million fields."""
    scene.pour(scene.count(2_000_000), EVERY, "HSET", "big", "field:__rand_int__", "value")


def compression(scene: Scene) -> None:
    """Entries like JSON are appended to a stream, and compressed."""
    name = "stream-compress-depth"
    if not scene.client.call("CONFIG", "GET", name):
        raise Skipped
    load = Process(steady, scene.server.port, json_batches())
    scene.client.call("CONFIG", "SET", name, 0)
    scene.calm()
    scene.client.call("CONFIG", "SET", name, 1)
    with scene.window("active"):
        time.sleep(3 * CALM_SECONDS)
    load.stop()


def compaction(scene: Scene) -> None:
    """The log is rewritten: half a gigabyte in keys of a kilobyte."""
    count = scene.count(500_000)
    scene.pour(count, EVERY, "SET", "log:__rand_int__", "v" * 1000)
    scene.calm()
    with scene.window("active"):
        scene.client.call("BGREWRITEAOF")
        scene.wait(lambda: scene.info("persistence", "aof_rewrite_in_progress") == "0", "the rewrite")


JOBS: dict[str, Job] = {
    "rehash": rehash,
    "expiry": expiry,
    "eviction": eviction,
    "del-stream": release("DEL", big_stream),
    "unlink-stream": release("UNLINK", big_stream),
    "del-hash": release("DEL", big_hash),
    "unlink-hash": release("UNLINK", big_hash),
    "compression": compression,
    "compaction": compaction,
}


# --- The table.


def prefer_reactors(server: Server) -> None:
    """The threads that serve: the first one, and ours that are called so."""
    pid = server.process.pid
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if int(task.name) == pid or (task / "comm").read_text(encoding="ascii").startswith("reactor"):
            prefer(int(task.name), 1)


@dataclass
class Seen:
    """In a window: seconds that PINGs took, the longest work, how often it was a stall, and how often
    one with a sleep in it."""

    took: list[float]
    longest: float
    stalls: int
    slept: int


def watched(job: Job, binary: str, given: list[str], scale: float) -> dict[str, Seen]:
    is_ours = "redis" not in os.path.basename(binary)
    with Rounds() as rounds, Server(binary, *given, environment=rounds.environment) as server:
        prefer_reactors(server)
        load = Process(steady, server.port, usual_batches())
        prober = Process(probe, server.port)
        scene = Scene(server, server.client(DONE_SECONDS), scale, is_ours, rounds)
        try:
            job(scene)
        finally:
            load.stop()
            prober.pipe.send(None)
            samples = prober.pipe.recv()
            prober.process.join(20)
            scene.client.close()
    return {
        name: Seen(sorted(took for at, took in samples if begin <= at < end), *scene.work[name])
        for name, (begin, end) in scene.windows.items()
    }


def percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))]


def figures_of(seen: Seen) -> tuple[float, ...]:
    """p50, p99, p99.9, the longest, the longest work; how many PINGs and works were stalls, or slept."""
    took = seen.took
    shares = [percentile(took, share) for share in (0.5, 0.99, 0.999)]
    slow = sum(1 for one in took if one > STALL_SECONDS)
    return (*shares, took[-1], seen.longest, slow, seen.stalls, seen.slept)


def print_windows(job: str, who: str, rounds: list[dict[str, Seen]]) -> None:
    if not rounds:
        print(f"{job:14} {who:7} skipped", flush=True)
    for window in rounds[0] if rounds else ():
        all_seen = [one[window] for one in rounds if one[window].took]
        if not all_seen:
            print(f"{job:14} {who:7} {window:7} over before a PING was answered", flush=True)
            continue
        *seconds, slow, long, slept = (min(column) for column in zip(*map(figures_of, all_seen)))
        columns = " ".join(f"{one * 1000:8.3f}" for one in seconds)
        counts = f"{slow:8} {long:8} {slept:8}"
        print(f"{job:14} {who:7} {window:7} {len(all_seen[0].took):8} {columns} {counts}", flush=True)


def main() -> int:
    parser = two_servers(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help=f"jobs with commas between: {', '.join(JOBS)}")
    given = parser.parse_args()
    names = chosen_names(parser, given.only, JOBS)
    started = time.monotonic()
    heads = " ".join(f"{head:>8}" for head in ("p50", "p99", "p99.9", "max", "work"))
    print(f"{'PING, ms':30} {'samples':>8} {heads} {'> 1 ms':>8} {'of work':>8} {'slept':>8}")
    for name in names:
        log = ["--appendonly", "yes" if name == "compaction" else "no"]
        own = ["--save", "", "--reactors", str(given.reactors), *given.args.split()]
        sides = [("redis", given.redis, log), ("ours", given.ours, log + own)]
        seen: dict[str, list[dict[str, Seen]]] = {}
        for _ in range(given.rounds):
            for who, binary, options in sides if given.redis else sides[1:]:
                with contextlib.suppress(Skipped):
                    seen.setdefault(who, []).append(watched(JOBS[name], binary, options, given.scale))
        for who, rounds in seen.items():
            print_windows(name, who, rounds)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
