#!/usr/bin/env python3
"""What is sent at once is answered as if it had been sent call by call.

The server reads several calls before the first of them runs; what a call changes for those behind it
(the user, the database, a transaction, the end of the connection) must hold for them all the same.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

from common import Client, Error, Server, by_reactors, check, ok
from resp import Closed, Simple, encode
from wait import wait_for

SECONDS = 5.0
KEYS = 12
DEBUG = ("--enable-debug-command", "yes")


def some_call(dice: random.Random) -> bytes:
    key, other = (f"k{dice.randrange(KEYS)}" for _ in range(2))
    words: list[tuple[Any, ...]] = [
        ("SET", key, dice.randrange(100)),
        ("GET", key),
        ("INCR", key),
        ("APPEND", key, "x" * dice.randrange(300)),
        ("RPUSH", f"l{key}", *range(dice.choice((1, 2, 3, 200)))),  # more than are read ahead
        ("LTRIM", f"l{key}", 0, 20),
        ("LRANGE", f"l{key}", 0, -1),
        ("BLPOP", f"l{key}", "0.001"),
        ("XADD", f"s{key}", "*" if dice.random() < 0.01 else f"{dice.randrange(1, 9999)}-1", "f", "v"),
        ("XLEN", f"s{key}"),
        ("RENAME", key, other),
        ("DEL", key, *(f"d{n}" for n in range(dice.choice((0, 3, 20))))),
        ("SELECT", dice.randrange(3)),
        ("MULTI",),
        ("EXEC",),
        ("WATCH", key),
        ("EVAL", "return redis.call('INCRBY', KEYS[1], ARGV[1])", 1, key, 2),
        ("GET",),
        ("NOTHING", key),
        ("xadd", key, "1-1", "odd"),
        ("CLIENT", "NOTHING"),
        ("CLIENT", "REPLY", "SKIP"),
        ("ECHO", "y" * dice.choice((0, 9, 10, 99, 100, 5000))),
        ("RESET",),
    ]
    call = dice.choice(words)
    if call[0] == "XADD" and call[2] == "*":
        call = ("PING",)  # an id of its own is not the same twice
    if dice.random() < 0.05:
        return b"SET %s inline\r\n" % key.encode() if dice.random() < 0.5 else b"\r\n"
    return encode(*call)


def read_until(client: Client, end: bytes) -> list[Any]:
    replies = []
    while True:
        replies.append(client.read())
        if replies[-1] == end:
            return replies


def answers_as_call_by_call(server: Server, twin: Server, seed: int) -> None:
    """The same calls for two servers: each alone, and cut at random places."""
    dice = random.Random(seed)
    alone, together = twin.client(30), server.client(30)
    calls = [some_call(dice) for _ in range(dice.randrange(2, 120))]
    calls += [encode("CLIENT", "REPLY", "ON"), encode("RESET"), encode("ECHO", "the end")]
    for call in calls:
        alone.send_raw(call)
    data = b"".join(calls)
    while data:
        size = dice.choice((1, 7, 100, 3000, 100_000))
        together.send_raw(data[:size])
        data = data[size:]
    expected, found = read_until(alone, b"the end"), read_until(together, b"the end")
    check(len(expected) == len(found), f"seed {seed}: {len(expected)} replies against {len(found)}")
    for number, (one, other) in enumerate(zip(expected, found)):
        check(one == other, f"seed {seed}, reply {number}: {one!r} against {other!r}")
    alone.close()
    together.close()


def digest(server: Server) -> Any:
    return ok(server.client(30).call("DEBUG", "DIGEST"))


def an_error_of_the_protocol_comes_behind_the_replies(server: Server) -> None:
    client = server.client(30)
    client.send_raw(encode("SET", "a", "1") + encode("GET", "a") + b"*1\r\n+PING\r\n" + encode("SET", "a", "2"))
    check(client.read() == Simple("OK") and client.read() == b"1", "what came before is not answered")
    check("expected '$'" in str(client.read()), "no error")
    try:
        client.read()
        check(False, "the connection goes on")
    except (Closed, ConnectionError):
        pass
    check(server.client(30).call("GET", "a") == b"1", "what came behind it has run")


def a_user_holds_from_the_next_call_on(server: Server) -> None:
    control = server.client(30)
    ok(control.call("CONFIG", "SET", "requirepass", "secret"))
    client = server.client(30)
    many = ("DEL", *(f"n{n}" for n in range(20)))  # more than a stranger may send
    replies = client.pipeline([("GET", "a"), ("AUTH", "secret"), many, ("GET", "a"), ("RESET",), ("GET", "a")])
    check(isinstance(replies[0], Error) and isinstance(replies[5], Error), f"a stranger reads: {replies}")
    check(replies[1] == Simple("OK") and replies[2] == 0 and replies[3] == b"1", f"{replies}")
    ok(control.call("CONFIG", "SET", "requirepass", ""))


def a_pause_holds_back_what_is_behind_it(server: Server) -> None:
    control, client = server.client(30), server.client(30)
    ok(control.call("SET", "p", "before"))
    client.send_raw(
        encode("CLIENT", "PAUSE", 100_000, "WRITE") + encode("GET", "p") + encode("SET", "p", "x") + encode("GET", "p")
    )
    check(client.read() == Simple("OK") and client.read() == b"before", "reads are held back")
    check(control.call("GET", "p") == b"before", "a write got through")
    ok(control.call("CLIENT", "UNPAUSE"))
    check(client.read() == Simple("OK") and client.read() == b"x", "what was held back is lost")


def who_waits_goes_on_behind_it(server: Server) -> None:
    control, client = server.client(30), server.client(30)
    client.send_raw(b"".join([encode("SET", "w", "1"), encode("BLPOP", "wl", 0), encode("GET", "w"), encode("QUIT")]))
    check(client.read() == Simple("OK"), "SET")
    wait_for(lambda: b" cmd=blpop" in control.call("CLIENT", "LIST"), 10, "BLPOP to wait")
    ok(control.call("SET", "w", "2"))
    ok(control.call("RPUSH", "wl", "x"))
    check(client.read() == [b"wl", b"x"] and client.read() == b"2", "what is behind BLPOP ran before it")
    check(client.read() == Simple("OK"), "QUIT")


def test(server: Server, seconds: float) -> None:
    an_error_of_the_protocol_comes_behind_the_replies(server)
    a_user_holds_from_the_next_call_on(server)
    a_pause_holds_back_what_is_behind_it(server)
    who_waits_goes_on_behind_it(server)
    ok(server.client(30).call("FLUSHALL"))
    with Server(server.binary, *server.options) as twin:
        first, until = random.randrange(1 << 30), time.monotonic() + seconds
        seed = first
        while time.monotonic() < until:
            answers_as_call_by_call(server, twin, seed)
            seed += 1
        check(digest(server) == digest(twin), f"seeds {first} to {seed}: the data differs")
        print(f"{seed - first} pipelines from seed {first} on")


def main() -> int:
    return by_reactors(__doc__, SECONDS, test, DEBUG)


if __name__ == "__main__":
    sys.exit(main())
