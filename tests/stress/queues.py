#!/usr/bin/env python3
"""Reliable queues under load: a job is in a queue, in some worker's list, or done; never twice, never
nowhere, whoever goes away.

queues.py --server BINARY [--seed N] [--seconds N] [--reactors N ...]. Producers push jobs to a few
queues; some of them pass through a relay first, so that serving one waiter makes others ready.
Workers wait with BLMOVE and BRPOPLPUSH. Some close their connection while they wait, or with a job in
hand: that job stays in their list, which nobody else uses. In the end every job is in one place.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import traceback
from typing import Any, Callable

from common import Client, Server, check, checked, info, ok
from wait import wait_for

QUEUES = ["queue:a", "queue:b", "queue:c"]
RELAY = "relay"  # jobs pass through it on their way to queue:a
WORKERS, PRODUCERS = 6, 3
IDLE_SECONDS = "0.3"  # how long a worker waits at most


class Jobs:
    """What was pushed and what was done."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pushed: set[bytes] = set()
        self.done: set[bytes] = set()
        self.lists: set[str] = set()

    def push(self, job: bytes) -> None:
        with self.lock:
            self.pushed.add(job)

    def finish(self, job: bytes) -> None:
        with self.lock:
            check(job in self.pushed, f"{job!r} was never pushed")
            check(job not in self.done, f"{job!r} was done twice")
            self.done.add(job)

    def list_of(self, worker: int, life: int) -> str:
        """The name of a worker's own list; a new one after each death."""
        name = f"worker:{worker}:{life}"
        with self.lock:
            self.lists.add(name)
        return name


def take(client: Client, chance: random.Random, mine: str) -> bytes | None:
    """Waits for a job, which is in the worker's own list afterwards."""
    queue = chance.choice(QUEUES)
    kind = chance.randrange(3)
    if kind == 0:
        reply = ok(client.call("BLMOVE", queue, mine, "RIGHT", "LEFT", IDLE_SECONDS))
    elif kind == 1:
        reply = ok(client.call("BRPOPLPUSH", queue, mine, IDLE_SECONDS))
    else:
        reply = ok(client.call("LMOVE", queue, mine, "RIGHT", "LEFT"))
    return reply if isinstance(reply, bytes) else None


def produce(server: Server, jobs: Jobs, chance: random.Random, number: int, until: float) -> None:
    client = server.client(30)
    for at in range(1_000_000):
        if time.monotonic() > until:
            return
        batch = [f"{number}:{at}:{i}".encode() for i in range(chance.randrange(1, 4))]
        for job in batch:
            jobs.push(job)
        queue = RELAY if chance.randrange(3) == 0 else chance.choice(QUEUES)
        if chance.randrange(4) == 0:
            client.call("MULTI")
            for job in batch:
                client.call("LPUSH", queue, job)
            ok(client.call("EXEC"))
        else:
            ok(client.call("LPUSH", queue, *batch))


def relay(server: Server, jobs: Jobs, chance: random.Random, _: int, until: float) -> None:
    """Feeds waiters by being one: each move makes the next queue's waiters ready."""
    client = server.client(30)
    while time.monotonic() < until:
        end = chance.choice(["LEFT", "RIGHT"])
        ok(client.call("BLMOVE", RELAY, "queue:a", "RIGHT", end, "0.05"))


def work(server: Server, jobs: Jobs, chance: random.Random, number: int, until: float) -> None:
    client, life = server.client(30), 0
    while time.monotonic() < until:
        mine = jobs.list_of(number, life)
        fate = chance.randrange(30)
        if fate == 0:  # goes away while it waits: what it may still be served is in its list
            client.send("BLMOVE", chance.choice(QUEUES), mine, "RIGHT", "LEFT", 0)
        job = take(client, chance, mine) if fate > 0 else None
        if fate > 1 and job is not None:
            jobs.finish(job)
            check(ok(client.call("LREM", mine, 1, job)) == 1, f"{job!r} is not in {mine}")
        if fate <= 1:  # 1: goes away with a job in hand
            client.close()
            client, life = server.client(30), life + 1


def run(server: Server, seed: int, seconds: float) -> None:
    jobs = Jobs()
    problems: list[str] = []
    until = time.monotonic() + seconds

    def guarded(task: Callable[..., Any], number: int) -> None:
        try:
            task(server, jobs, random.Random(f"{seed}:{task.__name__}:{number}"), number, until)
        except Exception:  # pylint: disable=broad-except
            problems.append(traceback.format_exc())

    tasks = [(produce, n) for n in range(PRODUCERS)] + [(work, n) for n in range(WORKERS)]
    tasks.append((relay, 0))
    threads = [threading.Thread(target=guarded, args=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 60)
    check(not problems, "\n".join(problems))
    check(not any(thread.is_alive() for thread in threads), "somebody waits for ever")
    client = server.client(30)
    wait_for(lambda: info(client, "blocked_clients") == 0, 20, "those who went away to be forgotten")
    places = list(jobs.done)
    for name in [*QUEUES, RELAY, *jobs.lists]:
        places += ok(client.call("LRANGE", name, 0, -1))
    check(len(places) == len(set(places)), "a job is in two places")
    check(set(places) == jobs.pushed, f"{len(jobs.pushed)} were pushed, {len(places)} are there")
    print(f"{len(jobs.pushed)} jobs, {len(jobs.done)} done, the others where they should be")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--reactors", type=int, nargs="+", default=[1, 4])
    options = parser.parse_args()
    print(f"seed {options.seed}")
    good = True
    for reactors in options.reactors:
        good &= checked(options.server, reactors, lambda s: run(s, options.seed, options.seconds))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
