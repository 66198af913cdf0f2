#!/usr/bin/env python3
"""What INFO says of threads that wait for each other: nothing while one works alone, and each kind of
wait once several work on the same."""

from __future__ import annotations

import argparse
import sys
import threading

from common import Client, Error, Server, check, checked, info, ok
from pubsub import Worker
from wait import wait_for

WAITS = ("keyspace_lock", "world_stop", "world_run", "log_lock")
COUNTERS = ("world_stops", *(f"{place}_{what}" for place in WAITS for what in ("waits", "wait_usec")))
WRITERS = 6
DEADLINE_SECONDS = 60.0


def counters(client: Client) -> dict[str, int]:
    return {name: info(client, name, "stats") for name in COUNTERS}


def alone(server: Server) -> None:
    """Without log, so that there is no thread but the one reactor."""
    client = server.client(30)
    ok(client.call("CONFIG", "RESETSTAT"))
    for _ in range(20):
        client.pipeline([("XADD", "s", "*", "f", "v"), ("SET", "k", "v"), ("CONFIG", "GET", "port")] * 20)
    found = counters(client)
    check(found["world_stops"] >= 400, f"CONFIG GET stops the world: {found}")
    found["world_stops"] = 0
    check(not any(found.values()), f"nobody else is there: {found}")


def write(server: Server, number: int, done: threading.Event) -> None:
    client = server.client(30)
    calls = [("XADD", "hot", "MAXLEN", "~", "100", "*", "f", "v"), ("INCR", f"n:{number}")] * 32
    while not done.is_set():
        check(not any(isinstance(reply, Error) for reply in client.pipeline(list(calls))), "an error")


def together(server: Server) -> None:
    """INFO itself stops the world, and so makes two of the waits."""
    client, done = server.client(30), threading.Event()
    workers = [Worker(lambda n=n: write(server, n, done)) for n in range(WRITERS)]
    try:
        wait_for(lambda: all(counters(client).values()), DEADLINE_SECONDS, "a wait of each kind")
    except TimeoutError as late:
        check(False, f"{late}: {counters(client)}")
    finally:
        done.set()
        for worker in workers:
            worker.finish()
    before = counters(client)
    ok(client.call("CONFIG", "RESETSTAT"))
    after = counters(client)
    check(sum(after.values()) < sum(before.values()), f"not reset: {before}, {after}")
    check(after["world_stops"] < before["world_stops"], f"not reset: {before}, {after}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    options = parser.parse_args()
    results = [
        checked(options.server, 1, alone, ("--appendonly", "no")),
        checked(options.server, 4, together),
    ]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
