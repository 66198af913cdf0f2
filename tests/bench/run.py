#!/usr/bin/env python3
"""Measures server CPU per operation beside redis-server, in one run, alternating.

Wall-clock time says little on a shared machine, so every figure is user and system time of the server
process divided by operations (what the scheduler has counted of its threads). Prints tables; fails on
nothing. README.md says how to read them.
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import islice

from common import benchmark, deliver_all, growth, measured, pour, side_by_side
from loads import LOADS, VALUE
from resp import Client  # found through common
from server import Server
from wait import wait_for


def loaded(server: Server, name: str, connections: int, count: int) -> float:
    """CPU microseconds per operation of a load of loads.py."""
    load = LOADS[name](server.port, connections, count)
    cost = measured(server, lambda: load.work(count))
    load.close()
    return cost


def throughput_figures(server: Server, scale: float) -> dict[str, float]:
    many, few = int(600_000 * scale), int(100_000 * scale)
    figures = {
        "XADD, pipeline 16": benchmark(server, many, 16, "XADD", "s", "*", "f", VALUE),
        "SET, pipeline 16": benchmark(server, many, 16, "SET", "key:__rand_int__", VALUE),
        "GET, pipeline 16": benchmark(server, many, 16, "GET", "key:__rand_int__"),
        "PING": benchmark(server, few, 1, "PING"),
        "XADD": benchmark(server, few, 1, "XADD", "s1", "*", "f", VALUE),
        "SET": benchmark(server, few, 1, "SET", "key:__rand_int__", VALUE),
        "GET": benchmark(server, few, 1, "GET", "key:__rand_int__"),
    }
    client = server.client(60)
    client.call("FLUSHALL", "SYNC")
    figures["XREADGROUP COUNT 100 + XACK, a message"] = loaded(server, "drain", 16, int(200_000 * scale))
    figures["XAUTOCLAIM COUNT 100, a call"] = loaded(server, "autoclaim", 1, int(2000 * scale))
    client.call("FLUSHALL", "SYNC")
    figures.update(bytes_figures(client, int(200_000 * scale)))
    client.close()
    return figures


def bytes_figures(client: Client, count: int) -> dict[str, float]:
    add = ("*", "f", VALUE)
    entries = growth(client, lambda: pour(client, count, lambda _: ("XADD", "m", *add)))
    client.call("XGROUP", "CREATE", "m", "g", "0")
    pending = growth(client, lambda: deliver_all(client, "m", "g"))
    small = growth(client, lambda: pour(client, 20_000, lambda i: ("XADD", f"small:{i // 10}", *add)))
    return {
        "bytes per pending entry": pending / count,
        "bytes per 100-byte entry": entries / count,
        "bytes per entry, streams of ten": small / 20_000,
    }


def pending_curve(server: Server, sizes: list[int]) -> list[tuple[int, dict[str, float]]]:
    """Cost a call with so many pending entries, none of which is idle long enough or asked for."""
    rows = []
    client = server.client(120)
    for size in sizes:
        client.call("FLUSHALL")
        pour(client, size, lambda _: ("XADD", "p", "*", "f", "v"))
        client.call("XGROUP", "CREATE", "p", "g", "0")
        deliver_all(client, "p", "g")
        calls = 300

        def repeat(*command: str | int) -> float:
            return measured(server, lambda: len(client.pipeline([command] * calls)))

        rows.append(
            (
                size,
                {
                    "XAUTOCLAIM idle 1h": repeat("XAUTOCLAIM", "p", "g", "d", 3600000, 0, "COUNT", 100),
                    "XPENDING IDLE 1h": repeat("XPENDING", "p", "g", "IDLE", 3600000, "-", "+", 10),
                    "XINFO GROUPS": repeat("XINFO", "GROUPS", "p"),
                    "XTRIM of one": measured(
                        server,
                        lambda: len(
                            client.pipeline(
                                [("XTRIM", "p", "MAXLEN", size - i - 1) for i in range(calls)]
                            )
                        ),
                    ),
                },
            )
        )
    client.close()
    return rows


def reader_curve(server: Server, counts: list[int], adds: int) -> list[tuple[int, float]]:
    """Cost of an XADD that wakes one of so many readers blocked on one group, and of its next read."""
    rows = []
    control = server.client(60)
    for count in counts:
        control.call("FLUSHALL")
        rows.append((count, loaded(server, "blocked", count, adds)))
        wait_for(lambda: b"blocked_clients:0\r" in control.call("INFO", "clients"), 60)
    control.close()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--args", default="--appendonly no --save", help="further options for our server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--largest", type=int, default=1_000_000, help="pending entries")
    parser.add_argument("--readers", type=int, default=1000, help="blocked readers")
    options = parser.parse_args()
    started = time.monotonic()
    side_by_side(
        options.redis,
        options.ours,
        options.args.split(),
        options.rounds,
        lambda server: throughput_figures(server, options.scale),
    )
    sizes = [n for n in (10_000, 100_000, 1_000_000, 10_000_000) if n <= options.largest]
    with Server(options.ours, *options.args.split()) as server:
        rows = pending_curve(server, sizes)
    print("\nours, CPU us a call, by pending entries")
    print(f"{'pending':>10} " + " ".join(f"{name:>20}" for name in rows[0][1]))
    for size, row in rows:
        print(f"{size:10} " + " ".join(f"{value:20.2f}" for value in row.values()))
    counts = [n for n in (10, 100, 1000, 5000, 10_000) if n <= options.readers]
    print("\nCPU us of an XADD that wakes one reader and of its next read, by readers blocked")
    print(f"{'readers':>10} {'redis':>9} {'ours':>9}")
    columns = []
    for binary, extra in ((options.redis, []), (options.ours, options.args.split())):
        with Server(binary, *extra) as server:
            columns.append(dict(reader_curve(server, counts, 2000)))
    for count in counts:
        print(f"{count:10} {columns[0][count]:9.1f} {columns[1][count]:9.1f}")
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
