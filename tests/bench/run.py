#!/usr/bin/env python3
"""Measures server CPU per operation beside redis-server, in one run, alternating.

Wall-clock time says little on a shared machine, so every figure is user and system time of the server
process divided by operations (what the scheduler has counted of its threads). Prints tables; fails on
nothing. README.md says how to read them.
"""

from __future__ import annotations

import argparse
import selectors
import sys
import time

from common import benchmark, measured, side_by_side, used_memory
from resp import Client, encode  # found through common
from server import Server
from wait import wait_for

VALUE = "x" * 100


def fill(client: Client, key: str, count: int) -> None:
    batch = [("XADD", key, "*", "f", VALUE)] * 1000
    for _ in range(count // 1000):
        client.pipeline(batch)


def drain(clients: list[Client], key: str, group: str) -> int:
    """Many consumers read and acknowledge everything, 100 at a time each."""
    count = 0
    working = list(clients)
    while working:
        for client in working:
            client.send("XREADGROUP", "GROUP", group, "c", "COUNT", 100, "STREAMS", key, ">")
        replies = [client.read() for client in working]
        busy = [(c, r) for c, r in zip(working, replies) if isinstance(r, list)]
        for client, reply in busy:
            ids = [entry[0] for entry in reply[0][1]]
            count += len(ids)
            client.send("XACK", key, group, *ids)
        for client, _ in busy:
            client.read()
        working = [client for client, _ in busy]
    return count


def deliver_all(client: Client, key: str, group: str) -> None:
    while isinstance(
        client.call("XREADGROUP", "GROUP", group, "c", "COUNT", 1000, "STREAMS", key, ">"), list
    ):
        pass


def autoclaim(client: Client, key: str, group: str, passes: int) -> int:
    calls = 0
    for _ in range(passes):
        cursor: bytes | str = "0"
        while cursor != b"0-0":
            cursor = client.call("XAUTOCLAIM", key, group, "d", 0, cursor, "COUNT", 100)[0]
            calls += 1
    return calls


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
    client.call("FLUSHALL")
    fill(client, "d", int(200_000 * scale))
    client.call("XGROUP", "CREATE", "d", "g", "0")
    consumers = [server.client(60) for _ in range(16)]
    figures["XREADGROUP COUNT 100 + XACK, a message"] = measured(
        server, lambda: drain(consumers, "d", "g")
    )
    for consumer in consumers:
        consumer.close()
    client.call("XGROUP", "CREATE", "d", "h", "0")
    before = used_memory(client)
    deliver_all(client, "d", "h")
    figures["bytes per pending entry"] = (used_memory(client) - before) / int(200_000 * scale)
    figures["XAUTOCLAIM COUNT 100, a call"] = measured(
        server, lambda: autoclaim(client, "d", "h", 2)
    )
    client.call("FLUSHALL")
    before = used_memory(client)
    fill(client, "m", int(200_000 * scale))
    figures["bytes per 100-byte entry"] = (used_memory(client) - before) / int(200_000 * scale)
    before = used_memory(client)
    for i in range(2000):
        client.pipeline([("XADD", f"small:{i}", "*", "f", VALUE)] * 10)
    figures["bytes per entry, streams of ten"] = (used_memory(client) - before) / 20_000
    client.close()
    return figures


def pending_curve(server: Server, sizes: list[int]) -> list[tuple[int, dict[str, float]]]:
    """Cost a call with so many pending entries, none of which is idle long enough or asked for."""
    rows = []
    client = server.client(120)
    for size in sizes:
        client.call("FLUSHALL")
        batch = [("XADD", "p", "*", "f", "v")] * 1000
        for _ in range(size // 1000):
            client.pipeline(batch)
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
        control.call("XGROUP", "CREATE", "w", "g", "0", "MKSTREAM")
        readers = [server.client(60) for _ in range(count)]
        command = encode("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "w", ">")
        for reader in readers:
            reader.send_raw(command)

        def blocked() -> bool:
            reply = control.call("INFO", "clients")
            return f"blocked_clients:{count}\r".encode() in reply

        wait_for(blocked, 60, f"{count} readers to block")
        woken = selectors.DefaultSelector()
        for reader in readers:
            woken.register(reader.socket, selectors.EVENT_READ, reader)
        before = server.cpu_seconds()
        for _ in range(adds):
            control.call("XADD", "w", "*", "f", VALUE)
            for key, _ in woken.select(60):
                key.data.read()
                key.data.send_raw(command)
        rows.append((count, (server.cpu_seconds() - before) * 1e6 / adds))
        woken.close()
        for reader in readers:
            reader.close()
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
