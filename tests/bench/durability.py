#!/usr/bin/env python3
"""What durability costs beside redis-server on the same disk, in one run. Prints; fails on nothing.

Throughput is wall-clock here, since a disk is waited for; so the two servers take turns and the median
of the rounds is shown, with the least and the greatest ratio of a round. What the log costs a message of
a group is CPU time of the server with the log less that without it.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

from common import measured, median
from resp import Client, encode  # found through common
from server import Server
from wait import wait_for

VALUE = "the quick brown fox jumps over the lazy dog, again and again: order 4711, customer 12, amount 3.50  "


def rate(server: Server, pipeline: int, count: int) -> float:
    """Operations per second of XADD by 50 connections."""
    arguments = ["redis-benchmark", "-p", str(server.port), "-c", "50", "-n", str(count)]
    arguments += ["-P", str(pipeline), "--csv", "XADD", "s", "*", "f", VALUE]
    text = subprocess.run(arguments, check=True, capture_output=True, timeout=300).stdout.decode()
    return float(re.findall(r'"([\d.]+)"', text.splitlines()[-1])[0])


def options(binary: str, sync: str, folder: str, extra: list[str]) -> list[str]:
    chosen = ["--appendonly", "yes", "--appendfsync", sync]
    return chosen + ([] if "redis" in os.path.basename(binary) else extra)


def throughput(redis: str, ours: str, extra: list[str], rounds: int) -> None:
    cases = [
        ("XADD always", 1, 30_000, "always"),
        ("XADD always, pipeline 16", 16, 200_000, "always"),
        ("XADD everysec, pipeline 16", 16, 200_000, "everysec"),
    ]
    print(f"{'operations a second, 50 connections':42} {'redis':>9} {'ours':>9} {'ratio':>7}")
    for name, pipeline, count, sync in cases:
        rates: dict[str, list[float]] = {redis: [], ours: []}
        for at in range(rounds):
            for binary in (redis, ours) if at % 2 == 0 else (ours, redis):
                with Server(binary, *options(binary, sync, "", extra)) as server:
                    rates[binary].append(rate(server, pipeline, count))
        ratios = sorted(b / a for a, b in zip(rates[redis], rates[ours]))
        a, b = median(rates[redis]), median(rates[ours])
        print(
            f"{name:42} {a:9.0f} {b:9.0f} {b / a:6.2f}x  ({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True
        )


class Readers:
    """Connections that read a group of their own each, COUNT 10, and acknowledge. All requests are made
    beforehand and replies are counted by their lines, so that the client costs little."""

    EACH, ENTRY_LINES, READ_LINES = 10, 8, 5

    def __init__(self, server: Server, connections: int, pipeline: int, messages: int) -> None:
        self.connections, self.pipeline = connections, pipeline
        self.rounds = messages // (connections * pipeline * self.EACH)
        self.sockets = []
        control = server.client(60)
        for stream in range(connections):
            self.sockets.append(socket.create_connection(("127.0.0.1", server.port), timeout=60))
            total = (self.rounds + 1) * pipeline * self.EACH
            for at in range(1, total + 1, 1000):
                upto = min(at + 1000, total + 1)
                control.pipeline([("XADD", f"s{stream}", f"{i}-1", "f", VALUE) for i in range(at, upto)])
            control.call("XGROUP", "CREATE", f"s{stream}", "g", "0")
        control.close()
        self.requests = [[self.batch(i, at) for i in range(connections)] for at in range(self.rounds + 1)]

    def batch(self, stream: int, at: int) -> tuple[bytes, bytes]:
        key, first = f"s{stream}", at * self.pipeline * self.EACH + 1
        read = encode("XREADGROUP", "GROUP", "g", "c", "COUNT", self.EACH, "STREAMS", key, ">")
        starts = range(first, first + self.pipeline * self.EACH, self.EACH)
        acks = (encode("XACK", key, "g", *(f"{i}-1" for i in range(start, start + self.EACH))) for start in starts)
        return read * self.pipeline, b"".join(acks)

    def ask(self, batches: list[bytes], lines: int) -> None:
        for connection, batch in zip(self.sockets, batches):
            connection.sendall(batch)
        for connection in self.sockets:
            left = lines * self.pipeline
            while left > 0:
                left -= connection.recv(1 << 18).count(b"\n")

    def turn(self, at: int) -> None:
        self.ask([read for read, _ in self.requests[at]], self.READ_LINES + self.EACH * self.ENTRY_LINES)
        self.ask([ack for _, ack in self.requests[at]], 1)

    def work(self) -> int:
        for at in range(1, self.rounds + 1):
            self.turn(at)
        return self.rounds * self.connections * self.pipeline * self.EACH


def group_cost(binary: str, extra: list[str], log: str, pipeline: int, messages: int) -> float:
    """CPU us for a message that is delivered and acknowledged."""
    chosen = ["--appendonly", log, "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0", "--save", ""]
    with Server(binary, *chosen, *([] if "redis" in os.path.basename(binary) else extra)) as server:
        readers = Readers(server, 10, pipeline, messages)
        readers.turn(0)
        return measured(server, readers.work)


def log_share(redis: str, ours: str, extra: list[str], rounds: int) -> None:
    """What the log costs a message of a group."""
    print(f"{'CPU us for a group message':42} {'redis':>9} {'ours':>9} {'share':>7}")
    for pipeline, messages in ((1, 50_000), (16, 200_000)):
        kinds = [(binary, log) for binary in (redis, ours) for log in ("no", "yes")]
        costs: dict[tuple[str, str], list[float]] = {kind: [] for kind in kinds}
        for at in range(rounds):
            for kind in kinds if at % 2 == 0 else reversed(kinds):
                costs[kind].append(group_cost(kind[0], extra, kind[1], pipeline, messages))
        medians = {kind: median(costs[kind]) for kind in kinds}
        more = {binary: medians[binary, "yes"] - medians[binary, "no"] for binary in (redis, ours)}
        title = f"pipeline {pipeline}" if pipeline > 1 else "no pipeline"
        print(f"{title + ', without a log':42} {medians[redis, 'no']:9.2f} {medians[ours, 'no']:9.2f}")
        print(
            f"{title + ', more with it':42} {more[redis]:9.2f} {more[ours]:9.2f} {more[ours] / more[redis]:6.2f}x",
            flush=True,
        )


def fill(client: Client, entries: int, pending: int) -> None:
    for at in range(0, entries, 1000):
        client.pipeline([("XADD", "s", "*", "f", VALUE, "n", i) for i in range(at, at + 1000)])
    client.call("XGROUP", "CREATE", "s", "g", "0")
    for _ in range(0, pending, 1000):
        client.call("XREADGROUP", "GROUP", "g", "c", "COUNT", 1000, "STREAMS", "s", ">")


def folder_bytes(folder: str) -> int:
    return sum(
        path.stat().st_size
        for path in pathlib.Path(folder).rglob("*")
        if path.is_file() and path.name not in ("server.log", "lock")
    )


def restart(binary: str, extra: list[str], entries: int, pending: int, rewrite: int) -> tuple[float, float]:
    """Seconds from start to the first answer, and bytes on disk for an entry. `rewrite` is
    auto-aof-rewrite-percentage: 0 keeps everything as it was logged."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = [*options(binary, "everysec", folder, extra), "--auto-aof-rewrite-percentage", str(rewrite)]
        server = Server(binary, *chosen, folder=folder)
        client = server.client(120)
        fill(client, entries, 0)
        each = folder_bytes(folder) / entries
        client.call("XGROUP", "DESTROY", "s", "g")
        client.call("XGROUP", "CREATE", "s", "g", "0")
        for _ in range(0, pending, 1000):
            client.call("XREADGROUP", "GROUP", "g", "c", "COUNT", 1000, "STREAMS", "s", ">")
        server.stop()
        begin = time.monotonic()
        server.restart(120)
        took = time.monotonic() - begin
        length = server.client(30).call("XLEN", "s")
        if length != entries:
            print(f"{binary} has {length} entries instead of {entries}")
        server.stop()
        return took, each


def longest_stall(binary: str, extra: list[str], gigabytes: float) -> tuple[float, float, float]:
    """The longest answer to a PING that comes every millisecond while a checkpoint is written, how
    long the checkpoint takes, and how long the fork took, which is what stops everybody."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, *options(binary, "everysec", folder, extra), folder=folder)
        client, pinger = server.client(300), server.client(60)
        value = "v" * 1000
        for at in range(0, int(gigabytes * 1e6), 1000):
            client.pipeline([("SET", f"key:{i}", value) for i in range(at, at + 1000)])

        def running() -> bool:
            text = client.call("INFO", "persistence").decode()
            return "aof_rewrite_in_progress:1" in text

        longest, began = [0.0], time.monotonic()
        done = threading.Event()

        def ping() -> None:
            while not done.is_set():
                start = time.monotonic()
                pinger.call("PING")
                longest[0] = max(longest[0], time.monotonic() - start)
                done.wait(0.001)

        thread = threading.Thread(target=ping)
        thread.start()
        client.call("BGREWRITEAOF")
        wait_for(lambda: not running(), 300, "the checkpoint")
        done.set()
        thread.join()
        took = time.monotonic() - began
        forked = re.findall(r"latest_fork_usec:(\d+)", client.call("INFO", "stats").decode())
        server.stop()
        return longest[0] * 1000, took, int(forked[0]) / 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--args", default="", help="further options for our server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--only", choices=("throughput", "log", "restart"), help="this part alone")
    chosen = parser.parse_args()
    extra = chosen.args.split()
    if chosen.only in (None, "throughput"):
        throughput(chosen.redis, chosen.ours, extra, chosen.rounds)
    if chosen.only in (None, "log"):
        log_share(chosen.redis, chosen.ours, extra, chosen.rounds)
    if chosen.only in (None, "restart"):
        report_restart(chosen, extra)
    return 0


def report_restart(chosen: argparse.Namespace, extra: list[str]) -> None:
    for rewrite, name in ((0, "from the whole log"), (100, "with automatic rewrites")):
        theirs = restart(chosen.redis, extra, chosen.entries, chosen.entries // 10, rewrite)
        ours = restart(chosen.ours, extra, chosen.entries, chosen.entries // 10, rewrite)
        print(f"{'seconds to restart ' + name:42} {theirs[0]:9.2f} {ours[0]:9.2f} {theirs[0] / ours[0]:6.2f}x")
        print(f"{'bytes on disk for an entry':42} {theirs[1]:9.1f} {ours[1]:9.1f} {theirs[1] / ours[1]:6.2f}x")
    if chosen.gigabytes > 0:
        stall, took, forked = longest_stall(chosen.ours, extra, chosen.gigabytes)
        print(f"\na checkpoint of {chosen.gigabytes} GB takes {took:.1f} s")
        print(f"the longest PING meanwhile {stall:.1f} ms, the fork {forked:.1f} ms")


if __name__ == "__main__":
    sys.exit(main())
