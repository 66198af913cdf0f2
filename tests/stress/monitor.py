#!/usr/bin/env python3
"""What MONITOR, SLOWLOG and LATENCY show while several clients work, with one reactor and with four.

Every call is shown to every watcher exactly once, those of a connection in their order, and all
watchers see the same order. The slow log loses nothing either while it is long enough.
"""

from __future__ import annotations

import re
import sys
import threading
import time

from common import Server, by_reactors, check, info, ok
from pubsub import Worker
from resp import Closed, Simple
from wait import wait_for

ROUND_S = 8.0
WRITERS = 6
WATCHERS = 4
HUGE = 40_000_000  # bytes, above MONITOR_FEED_LIMIT
LINE = re.compile(r'^(\d{10})\.(\d{6}) \[(\d+) (\S+)\] "(.*)"$')


def mark(writer: int, number: int) -> str:
    return f"w{writer}:{number}"


def work(server: Server, writer: int, until: float, sent: dict[int, int]) -> None:
    """Sends numbered ECHO and SET calls, now and then in a transaction, a pipeline at a time."""
    client = server.client(30)
    number = 0
    while time.monotonic() < until:
        calls: list[tuple[str, ...]] = []
        for _ in range(8):
            calls.append(("SET", f"k{number % 17}", mark(writer, number)))
            number += 1
        calls.append(("MULTI",))
        calls.append(("ECHO", mark(writer, number)))
        calls.append(("GET", mark(writer, number + 1)))
        calls.append(("EXEC",))
        number += 2
        client.pipeline(list(calls))
    sent[writer] = number


def watch(server: Server, lines: list[str], ready: threading.Barrier) -> None:
    client = server.client(60)
    check(client.call("MONITOR") == Simple("OK"), "MONITOR is not answered OK")
    ready.wait(30)
    while True:
        line = client.read().text
        if '"the end"' in line:
            return
        lines.append(line)


def check_lines(lines: list[str], sent: dict[int, int]) -> None:
    following = {writer: 0 for writer in sent}
    before = ("", "")
    for line in lines:
        parts = LINE.match(line)
        check(parts is not None, f"a line is malformed: {line!r}")
        now = (parts.group(1), parts.group(2))
        check(now >= before, f"time goes back: {now} after {before}")
        before = now
        found = re.search(r'"w(\d+):(\d+)"', line)
        if not found:
            check(parts.group(5).split('"')[0] in ("MULTI", "EXEC", "RESET", "PING"), line)
            continue
        writer, number = int(found.group(1)), int(found.group(2))
        check(number == following[writer], f"writer {writer}: {number} for {following[writer]}")
        following[writer] += 1
    check(following == sent, f"shown {following}, sent {sent}")


def shows_each_call_once(server: Server, seconds: float) -> None:
    ready = threading.Barrier(WATCHERS + 1)
    seen: list[list[str]] = [[] for _ in range(WATCHERS)]
    watchers = [Worker(lambda lines=lines: watch(server, lines, ready)) for lines in seen]
    ready.wait(30)
    until = time.monotonic() + seconds
    sent: dict[int, int] = {}
    workers = [Worker(lambda n=n: work(server, n, until, sent)) for n in range(WRITERS)]
    readers = [Worker(lambda: read_slowlog(server, until)) for _ in range(2)]
    comers = [Worker(lambda: come_and_go(server, until)) for _ in range(2)]
    for worker in workers + readers + comers:
        worker.finish()
    ok(server.client(30).call("SET", "end", "the end"))
    for watcher in watchers:
        watcher.finish()
    for lines in seen:
        check_lines(lines, sent)
    check(all(lines == seen[0] for lines in seen), "the watchers do not see the same order")
    print(f"{len(seen[0])} calls shown to {WATCHERS}")


def read_slowlog(server: Server, until: float) -> None:
    """Entries have falling ids; what is read while it is written is whole."""
    client = server.client(30)
    ok(client.call("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "50"))
    while time.monotonic() < until:
        entries = client.call("SLOWLOG", "GET", "-1")
        check(len(entries) <= 50, "the slow log is longer than allowed")
        numbers = [entry[0] for entry in entries]
        whole = list(range(numbers[0], numbers[0] - len(numbers), -1)) if numbers else []
        check(numbers == whole, f"ids are missing: {numbers}")
        check(all(len(entry) == 7 and len(entry[3]) == entry[6] for entry in entries), "not whole")


def come_and_go(server: Server, until: float) -> None:
    """Begins to watch and leaves it by RESET, by QUIT and by closing."""
    turn = 0
    while time.monotonic() < until:
        client = server.client(30)
        ok(client.call("MONITOR"))
        client.send("PING")
        while client.read() != Simple("PONG"):
            pass
        if turn % 2:
            client.send("RESET")
            while client.read() != Simple("RESET"):
                pass
            # the protocol's: nothing more comes, so the answer is the next thing to read
            check(client.call("PING") == Simple("PONG"), "RESET does not end it")
        client.close()
        turn += 1


def cuts_a_slow_watcher_off(server: Server) -> None:
    control = server.client(30)
    ok(control.call("CONFIG", "SET", "slowlog-log-slower-than", "-1"))
    ok(control.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 0 0"))
    slow = server.client(60)
    ok(slow.call("MONITOR"))
    wait_for(lambda: b" flags=O " in control.call("CLIENT", "LIST"))
    long = "x" * 100000
    until = time.monotonic() + 60
    while info(control, "client_output_buffer_limit_disconnections") == 0:
        check(time.monotonic() < until, "who does not read is not cut off")
        control.call("ECHO", long)
    try:
        while True:
            slow.read()
    except (Closed, ConnectionError):
        pass
    ok(control.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60"))


def most_resident(server: Server) -> int:
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024


def is_sanitized(server: Server) -> bool:
    """The run-time has memory of its own for each byte."""
    with open(f"/proc/{server.process.pid}/maps", encoding="ascii") as maps:
        return any("san.so" in line for line in maps)


def does_not_make_up_a_line_that_fits_no_feed(server: Server) -> None:
    """Quoted, it may be four times as long as the call."""
    control, watcher = server.client(60), server.client(60)
    before = most_resident(server)
    ok(watcher.call("MONITOR"))
    ok(control.call("SET", "huge", b"\xff" * HUGE))
    try:
        while True:
            watcher.read()
    except (Closed, ConnectionError):
        pass
    grown = most_resident(server) - before
    print(f"grew by {grown} bytes")
    check(is_sanitized(server) or grown < 6 * HUGE, f"memory grew by {grown} bytes meanwhile")
    ok(control.call("DEL", "huge"))


def test(server: Server, seconds: float) -> None:
    shows_each_call_once(server, seconds)
    cuts_a_slow_watcher_off(server)
    does_not_make_up_a_line_that_fits_no_feed(server)


def main() -> int:
    return by_reactors(__doc__, ROUND_S, test)


if __name__ == "__main__":
    sys.exit(main())
