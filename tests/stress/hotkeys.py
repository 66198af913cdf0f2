#!/usr/bin/env python3
"""HOTKEYS while several clients work on several reactors, and others begin, read and end sessions.

In a quiet session, which nobody disturbs, the bytes of each key and of all calls are exact.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from typing import Any

from common import Client, Error, Server, by_reactors, check, ok
from pubsub import Worker

ROUND_S = 6.0
WRITERS = 6
KEYS = 40
SET_BYTES = len("SET") + len("key:00") + len("0123456789") + len("+OK\r\n")
GET_BYTES = len("GET") + len("key:00") + len("$10\r\n0123456789\r\n")
BUSY = "hotkey tracking session already in progress"
UNDER_WAY = "hotkey tracking session in progress, stop tracking first"


def fields(reply: Any) -> dict[str, Any]:
    """The answer of HOTKEYS GET in RESP2."""
    check(len(reply) == 1 and len(reply[0]) % 2 == 0, f"another shape: {reply}")
    flat = reply[0]
    return {flat[i].decode(): flat[i + 1] for i in range(0, len(flat), 2)}


def weights(flat: list[Any]) -> dict[bytes, int]:
    found = {flat[i]: flat[i + 1] for i in range(0, len(flat), 2)}
    check(len(found) * 2 == len(flat), f"a key comes twice: {flat}")
    order = [found[name] for name in flat[::2]]
    check(order == sorted(order, reverse=True), f"not in order: {flat}")
    return found


def work(server: Server, until: float) -> None:
    """All ways in which a call comes to be counted: alone, in EXEC, in a script, served after a wait."""
    client, chance = server.client(30), random.Random()
    while time.monotonic() < until:
        key = f"key:{chance.randrange(KEYS)}"
        replies = client.pipeline([
            ("SET", key, "v"), ("MSET", key, "v", "other", "v"), ("MULTI",), ("INCR", "n"), ("GET", key), ("EXEC",),
            ("EVAL", "return redis.call('GET', KEYS[1])", 1, key), ("LPUSH", "queue", "x"), ("PING",),
        ])  # fmt: skip
        check(not any(isinstance(reply, Error) for reply in replies), f"{replies}")


def wait_for_work(server: Server, until: float) -> None:
    client = server.client(30)
    while time.monotonic() < until:
        ok(client.call("BLPOP", "queue", "0.05"))


def meddle(server: Server, until: float) -> None:
    """Begins, reads, ends and forgets sessions at any time."""
    client, chance = server.client(30), random.Random()
    allowed = {"START": BUSY, "RESET": UNDER_WAY}
    while time.monotonic() < until:
        verb = chance.choice(["START", "STOP", "GET", "GET", "RESET", "INFO"])
        if verb == "INFO":
            ok(client.call("INFO", "hotkeys"))
            continue
        options: tuple[Any, ...] = ()
        if verb == "START":
            sample = chance.choice([1, 1, 7])
            options = ("METRICS", 2, "CPU", "NET", "COUNT", chance.choice([1, 10, 64]), "SAMPLE", sample)
        reply = client.call("HOTKEYS", verb, *options)
        if isinstance(reply, Error):
            check(reply.text == f"ERR {allowed.get(verb)}", f"{verb}: {reply}")
        if verb == "GET" and reply is not None:
            found = fields(reply)
            for name in ("by-cpu-time-us", "by-net-bytes"):
                check(sum(weights(found[name]).values()) >= 0, name)


def disturbed_sessions(server: Server, seconds: float) -> None:
    until = time.monotonic() + seconds
    workers = [Worker(lambda: work(server, until)) for _ in range(WRITERS)]
    workers += [Worker(lambda: wait_for_work(server, until)) for _ in range(2)]
    workers += [Worker(lambda: meddle(server, until)) for _ in range(3)]
    for worker in workers:
        worker.finish()
    control = server.client(30)
    ok(control.call("HOTKEYS", "STOP"))
    ok(control.call("HOTKEYS", "RESET"))
    check(control.call("HOTKEYS", "GET") is None, "something is left")


def count_calls(client: Client, ready: threading.Barrier, number: int, rounds: int) -> None:
    ready.wait(30)
    for turn in range(rounds):
        key = f"key:{(number + turn) % KEYS:02}"
        calls = [("SET", key, "0123456789"), ("GET", key)] * 4
        if turn % 2:
            calls = [("MULTI",), *calls, ("EXEC",)]
        client.pipeline(list(calls))


def quiet_session_is_exact(server: Server) -> None:
    rounds = KEYS * 5
    control = server.client(30)
    clients = [server.client(30) for _ in range(WRITERS)]
    ready = threading.Barrier(WRITERS)
    ok(control.call("HOTKEYS", "START", "METRICS", "2", "CPU", "NET", "COUNT", "64"))
    workers = [Worker(lambda n=n: count_calls(clients[n], ready, n, rounds)) for n in range(WRITERS)]
    for worker in workers:
        worker.finish()
    ok(control.call("HOTKEYS", "STOP"))
    found = fields(control.call("HOTKEYS", "GET"))
    each = 4 * (SET_BYTES + GET_BYTES) * rounds // KEYS * WRITERS
    by_bytes = weights(found["by-net-bytes"])
    check(by_bytes == {f"key:{i:02}".encode(): each for i in range(KEYS)}, f"wanted {each} each: {by_bytes}")
    # and the calls without keys: MULTI of each transaction, and START itself
    start = sum(len(word) for word in ("HOTKEYS", "START", "METRICS", "2", "CPU", "NET", "COUNT", "64", "+OK\r\n"))
    total = each * KEYS + start + WRITERS * rounds // 2 * len("MULTI+OK\r\n")
    check(found["net-bytes-all-commands-all-slots"] == total, f"wanted {total} in all: {found}")
    by_time = weights(found["by-cpu-time-us"])
    check(set(by_time) == set(by_bytes), "other keys by time")
    check(sum(by_time.values()) <= found["all-commands-all-slots-us"], "more than all")
    ok(control.call("HOTKEYS", "RESET"))


def test(server: Server, seconds: float) -> None:
    quiet_session_is_exact(server)
    disturbed_sessions(server, seconds)
    quiet_session_is_exact(server)


def main() -> int:
    return by_reactors(__doc__, ROUND_S, test)


if __name__ == "__main__":
    sys.exit(main())
