#!/usr/bin/env python3
"""maxmemory-clients under load, with one reactor and with four.

Whatever the memory of a connection is used for (replies that are not read, a call that is not
complete, a queue, names), the sum goes below the limit, by ending the largest and no more of them
than needed. Who is small, or has said NO-EVICT, stays. What is counted does not drift.
"""

from __future__ import annotations

import random
import re
import sys
import time
from typing import Callable

from common import Client, Server, by_reactors, check, info, ok
from pubsub import Worker
from resp import Closed, Error, Verbatim
from wait import wait_for

KIBI, MEBI = 1 << 10, 1 << 20
LIMIT = 24 * MEBI
HOGS = 24
SMALL = 100
ROUND_S = 6.0
ROOM = 10 * MEBI  # more than the two sockets of a connection hold
WHOLE = 5 * MEBI // 2  # a hog has this much when all that it sent is there, and not before

Hog = Callable[[Client], None]


def unread_reply(client: Client) -> None:
    client.send("GET", "big")


def half_a_call(client: Client) -> None:
    client.send_raw(b"*3\r\n$3\r\nSET\r\n$4\r\nhalf\r\n$4000000\r\n" + b"x" * 3_000_000)


def queued_calls(client: Client) -> None:
    client.send("MULTI")
    for _ in range(4):
        client.send("SET", "queued", b"x" * 700_000)


def watched_names(client: Client) -> None:
    for i in range(4):
        client.send("WATCH", f"{client.socket.getsockname()[1]}:{i}:" + "x" * 700_000)


def subscribed_names(client: Client) -> None:
    """Names of its own, the answers read as they come."""
    for i in range(4):
        client.call("SUBSCRIBE", f"{client.socket.getsockname()[1]}:{i}:" + "x" * 700_000)


def tracked_prefixes(client: Client) -> None:
    own = client.socket.getsockname()[1]
    for i in range(4):
        client.send("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", f"{own}{i}" + "x" * 700_000)


def waiting_names(client: Client) -> None:
    client.send("BLPOP", "list", *(b"x" * 700_000 for _ in range(4)), 0)


HOGGING: list[Hog] = [
    unread_reply,
    half_a_call,
    queued_calls,
    watched_names,
    subscribed_names,
    tracked_prefixes,
    waiting_names,
]


def lines_of(control: Client) -> list[dict[str, str]]:
    reply = ok(control.call("CLIENT", "LIST"))
    text = (reply.data if isinstance(reply, Verbatim) else reply).decode()
    return [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in text.splitlines()]


def memory(control: Client) -> int:
    return sum(int(line["tot-mem"]) for line in lines_of(control))


def hogging(control: Client) -> int:
    """Hogs that are there with all that they sent."""
    return sum(int(line["tot-mem"]) >= WHOLE for line in lines_of(control))


def evicted(control: Client) -> int:
    return info(control, "evicted_clients", "stats")


def is_open(client: Client) -> bool:
    """It answers; only for those who have read all their replies."""
    try:
        return not isinstance(client.call("PING"), Error)
    except (Closed, OSError):
        return False


def limit(control: Client, value: str | int) -> None:
    ok(control.call("CONFIG", "SET", "maxmemory-clients", value))


def start(server: Server) -> tuple[Client, int]:
    control = server.client(30)
    ok(control.call("CLIENT", "NO-EVICT", "ON"))
    return control, evicted(control)


def gone(control: Client) -> None:
    """All but the one asking."""
    wait_for(lambda: len(lines_of(control)) == 1, 20, "the others to be gone")


def hogs_go(server: Server, hog: Hog, part: int) -> None:
    """One hog after the other, all of a size: the sum stays below, and nobody goes needlessly."""
    control, before = start(server)
    small = [server.client(30) for _ in range(SMALL)]
    check(all(is_open(client) for client in small), "a small client is gone at once")
    limit(control, LIMIT)
    hogs = []
    for _ in range(HOGS):
        client = server.client(30)
        hogs.append(client)
        try:
            hog(client)
        except (Closed, OSError):
            pass  # it may go while it sends
    wait_for(
        lambda: hogging(control) + evicted(control) - before == HOGS and memory(control) <= LIMIT,
        20,
        f"{hog.__name__}: the sum to fit",
    )
    count = evicted(control) - before
    check(0 < count < HOGS, f"{hog.__name__}: {count} of {HOGS} are gone")
    left = memory(control)
    check(left + 2 * part > LIMIT, f"{hog.__name__}: only {left} bytes are left in use")
    check(all(is_open(client) for client in small), f"{hog.__name__}: a small client is gone")
    for client in hogs + small:
        client.close()
    gone(control)
    limit(control, 0)
    control.close()


def protected_ones_stay(server: Server) -> None:
    """Even where they alone are above the limit: then everybody else goes, and they work on."""
    control, before = start(server)
    limit(control, 4 * MEBI)
    stays = server.client(60)
    ok(stays.call("CLIENT", "NO-EVICT", "ON"))
    small = server.client(30)
    check(is_open(small), "a small client is gone")
    stays.send("GET", "huge")
    wait_for(lambda: evicted(control) > before, 20, "the small client to go")
    check(not is_open(small), "the small client is there")
    newcomer = server.client(30)
    wait_for(lambda: not is_open(newcomer), 20, "a newcomer to go")
    check(len(stays.read()) == 6 * ROOM, "the reply of who stays is cut short")
    wait_for(lambda: is_open(server.client(30)), 20, "newcomers to be let in")
    check("Over client maxmemory after evicting" in server.log(), "the log does not say so")
    ok(stays.call("CLIENT", "NO-EVICT", "OFF"))
    stays.send("GET", "huge")
    wait_for(lambda: len(lines_of(control)) < 3, 20, "who is not protected any more to go")
    limit(control, 0)
    stays.close()
    gone(control)
    control.close()


def waiters_get_nothing(server: Server) -> None:
    """Who was cut off while it waited takes no element with it."""
    control, before = start(server)
    limit(control, 4 * MEBI)
    waiters = [server.client(30) for _ in range(6)]
    for client in waiters:
        try:
            waiting_names(client)
        except OSError:
            pass

    def wait_or_are_gone() -> bool:
        count = evicted(control) - before
        waiting = info(control, "blocked_clients", "clients")
        return waiting > 0 and waiting + count == len(waiters) and evicted(control) - before == count

    # All that have come may still be above the limit: the next round of a reactor sees to it.
    wait_for(
        lambda: wait_or_are_gone() and memory(control) <= 4 * MEBI,
        20,
        "each waiter to wait, or to go, and the sum to fit",
    )
    there = info(control, "blocked_clients", "clients")
    check(there < len(waiters), "all are there")
    check(ok(control.call("RPUSH", "list", *range(6))) == 6, "RPUSH")
    check(ok(control.call("LLEN", "list")) == 6 - there, f"{there} waiters were there")
    ok(control.call("DEL", "list"))
    limit(control, 0)
    for client in waiters:
        client.close()
    gone(control)
    control.close()


def slow_subscribers_go(server: Server) -> None:
    """They share the bytes of a message, and count for it each."""
    control, before = start(server)
    ok(control.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0"))
    listeners = [server.client(30) for _ in range(8)]
    for client in listeners:
        ok(client.call("SUBSCRIBE", "news"))
    limit(control, LIMIT)
    for _ in range(16):
        ok(control.call("PUBLISH", "news", b"x" * MEBI))
    wait_for(lambda: memory(control) <= LIMIT and evicted(control) > before, 20, "the sum to fit")
    limit(control, 0)
    ok(control.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60"))
    for client in listeners:
        client.close()
    gone(control)
    control.close()


def replicas_are_exempt(server: Server) -> None:
    """A replica follows a primary whose limit all others of its size would pass; and so its own."""
    control, before = start(server)
    limit(control, 128 * KIBI)
    follow = ("--replicaof", f"127.0.0.1 {server.port}", "--maxmemory-clients", "128kb")
    with Server(server.binary, *follow) as replica:
        wait_for(lambda: info(control, "connected_slaves", "replication") == 1, 30, "the replica")
        for i in range(20):
            ok(control.call("SET", f"replicated:{i}", b"x" * MEBI))
        check(ok(control.call("WAIT", 1, 30000)) == 1, "the replica is behind")
        check(info(control, "connected_slaves", "replication") == 1, "the replica is gone")
        check(evicted(control) == before, "somebody was cut off")
        other = replica.client(30)
        check(evicted(other) == 0, "the replica has cut somebody off")
        other.close()
    for i in range(20):
        ok(control.call("DEL", f"replicated:{i}"))
    limit(control, 0)
    gone(control)
    control.close()


def churn(server: Server, seed: int, until: float) -> None:
    """Connects, hogs, reads some of it, leaves or is cut off; switches protection on and off."""
    choice = random.Random(seed)
    while time.monotonic() < until:
        client = server.client(30)
        try:
            if choice.random() < 0.2:
                ok(client.call("CLIENT", "NO-EVICT", "ON"))
                ok(client.call("PING"))
                ok(client.call("CLIENT", "NO-EVICT", "OFF"))
            choice.choice(HOGGING)(client)
            if choice.random() < 0.5:
                client.pending(choice.random() * 0.01)
            if choice.random() < 0.1:
                client.send("RESET")
        except (Closed, OSError):
            pass
        client.close()


def switch(control: Client, seed: int, until: float) -> None:
    """Another limit every few rounds, none now and then, while others are charged and cut off."""
    choice = random.Random(seed)
    while time.monotonic() < until:
        limit(control, choice.choice([0, "1mb", "8mb", "24mb", "10%"]))
        lines_of(control)


def nothing_drifts(server: Server, seed: int, seconds: float) -> None:
    """After all that, the sum is still what CLIENT LIST shows."""
    control, _ = start(server)
    ok(control.call("CONFIG", "SET", "maxmemory", "100mb"))
    ok(control.call("CONFIG", "SET", "maxmemory-policy", "volatile-lru"))
    limit(control, "24mb")
    until = time.monotonic() + seconds
    workers = [Worker(lambda n=n: churn(server, seed * 100 + n, until)) for n in range(6)]
    for worker in workers:
        worker.finish()
    switch_until = time.monotonic() + seconds / 2
    workers = [Worker(lambda n=n: churn(server, seed * 100 + n, switch_until)) for n in range(4)]
    switch(control, seed, switch_until)
    for worker in workers:
        worker.finish()
    ok(control.call("CONFIG", "SET", "maxmemory", "0"))
    limit(control, "24mb")
    gone(control)
    before = evicted(control)
    fits = [server.client(30) for _ in range(3)]
    for client in fits:
        half_a_call(client)
    wait_for(lambda: memory(control) > 8 * MEBI, 20, "the calls to be there")
    check(memory(control) <= 24 * MEBI, f"the test is wrong: {memory(control)}")
    check(evicted(control) == before, "somebody was cut off below the limit: the sum is too large")
    more = [server.client(30) for _ in range(9)]
    for client in more:
        try:
            half_a_call(client)
        except OSError:
            pass
    wait_for(lambda: evicted(control) > before, 20, "somebody to be cut off: the sum is too small")
    wait_for(lambda: memory(control) <= 24 * MEBI, 20, "the sum to fit")
    limit(control, 0)
    for client in fits + more:
        client.close()
    gone(control)
    control.close()


def test(server: Server, seconds: float) -> None:
    control = server.client(30)
    ok(control.call("SET", "big", b"x" * ROOM))
    ok(control.call("SET", "huge", b"x" * (6 * ROOM)))
    control.close()
    for hog in HOGGING:
        hogs_go(server, hog, ROOM if hog is unread_reply else 4 * MEBI)
    protected_ones_stay(server)
    waiters_get_nothing(server)
    slow_subscribers_go(server)
    replicas_are_exempt(server)
    nothing_drifts(server, 1, seconds)


def main() -> int:
    return by_reactors(__doc__, ROUND_S, test)


if __name__ == "__main__":
    sys.exit(main())
