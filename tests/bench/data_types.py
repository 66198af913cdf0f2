#!/usr/bin/env python3
"""Every data type, pub/sub and queues beside redis-server: server CPU per operation, bytes per element.

As run.py does for streams. Prints tables; fails on nothing.
"""

from __future__ import annotations

import argparse
import selectors
import subprocess
import sys
import time
from typing import Callable

from common import Figures, benchmark, measured, side_by_side, used_memory
from resp import Client, encode  # found through common
from server import Server

TEN = "0123456789"
JOB = "j" * 100


def pipelined(server: Server, scale: float) -> Figures:
    count = int(400_000 * scale)
    client = server.client(60)
    for at in range(0, 1000, 100):
        client.call("RPUSH", "l", *range(at, at + 100))
        client.call("ZADD", "z", *(part for i in range(at, at + 100) for part in (i, f"member:{i}")))
    client.close()
    wide = count // 20
    return {
        "INCR, pipeline 16": benchmark(server, count, 16, "INCR", "counter:__rand_int__"),
        "HSET, pipeline 16": benchmark(server, count, 16, "HSET", "h", "f:__rand_int__", TEN),
        "HGET, pipeline 16": benchmark(server, count, 16, "HGET", "h", "f:__rand_int__"),
        "SADD, pipeline 16": benchmark(server, count, 16, "SADD", "s", "m:__rand_int__"),
        "ZADD, pipeline 16": benchmark(
            server, count, 16, "ZADD", "zz", "__rand_int__", "m:__rand_int__"
        ),
        "LPUSH, pipeline 16": benchmark(server, count, 16, "LPUSH", "ll", TEN),
        "LPOP, pipeline 16": benchmark(server, count, 16, "LPOP", "ll"),
        "ZRANGE 100, pipeline 16": benchmark(server, wide, 16, "ZRANGE", "z", "500", "599"),
        "LRANGE 100, pipeline 16": benchmark(server, wide, 16, "LRANGE", "l", "0", "99"),
    }


def queue(server: Server, scale: float) -> float:
    """A reliable queue: put a job in, move it to the worker's list, drop it when done."""
    producers = [server.client(60) for _ in range(25)]
    workers = [server.client(60) for _ in range(25)]
    rounds = int(800 * scale)

    def work() -> int:
        for _ in range(rounds):
            for worker in workers:
                worker.send("BLMOVE", "jobs", "busy", "RIGHT", "LEFT", 0)
            for producer in producers:
                producer.send("LPUSH", "jobs", JOB)
            for producer in producers:
                producer.read()
            for worker in workers:
                job = worker.read()
                worker.send("LREM", "busy", 1, job)
            for worker in workers:
                worker.read()
        return rounds * len(workers)

    cost = measured(server, work)
    for client in producers + workers:
        client.close()
    return cost


def fan_out(server: Server, size: int, messages: int) -> float:
    """Messages to a hundred subscribers, published as fast as they are taken; the cost of a delivery."""
    subscribers = [server.client(60) for _ in range(100)]
    watched = selectors.DefaultSelector()
    for subscriber in subscribers:
        subscriber.call("SUBSCRIBE", "news")
        watched.register(subscriber.socket, selectors.EVENT_READ, subscriber)
    payload = "m" * size
    frame = len(encode("message", "news", payload))
    arguments = ["redis-benchmark", "-p", str(server.port), "-c", "4", "-n", str(messages), "-q"]

    def work() -> int:
        due = messages * frame * len(subscribers)
        with subprocess.Popen(
            [*arguments, "PUBLISH", "news", payload], stdout=subprocess.DEVNULL
        ) as publisher:
            while due > 0:
                due -= drained(watched, 10)
            publisher.wait(60)
        return messages * len(subscribers)

    cost = measured(server, work)
    for client in subscribers:
        client.close()
    return cost


def drained(watched: selectors.BaseSelector, timeout: float = 0) -> int:
    """Reads and drops what has come; returns how many bytes."""
    got = 0
    for key, _ in watched.select(timeout):
        got += len(key.data.socket.recv(1 << 20))
    return got


def fill_keys(client: Client, keys: int, command: Callable[[int], tuple[str | int, ...]]) -> None:
    for at in range(0, keys, 1000):
        client.pipeline([command(i) for i in range(at, min(at + 1000, keys))])


def bytes_per_element(server: Server, scale: float) -> Figures:
    client = server.client(60)
    large, small = int(100_000 * scale), int(10_000 * scale)
    ten = range(10)
    shapes: list[tuple[str, int, int, Callable[[int], tuple[str | int, ...]]]] = [
        ("list, small", small, 10, lambda i: ("RPUSH", f"k{i}", *(f"{TEN}{j}" for j in ten))),
        ("list, large", large, 1, lambda i: ("RPUSH", "k", f"{TEN}{i}")),
        (
            "hash, small",
            small,
            10,
            lambda i: ("HSET", f"k{i}", *(part for j in ten for part in (f"field{j}", TEN))),
        ),
        ("hash, large", large, 1, lambda i: ("HSET", "k", f"field:{i:06}", TEN)),
        ("set of integers, small", small, 10, lambda i: ("SADD", f"k{i}", *range(i, i + 10))),
        ("set, small", small, 10, lambda i: ("SADD", f"k{i}", *(f"{TEN}{j}" for j in ten))),
        ("set, large", large, 1, lambda i: ("SADD", "k", f"m:{i:08}")),
        (
            "sorted set, small",
            small,
            10,
            lambda i: ("ZADD", f"k{i}", *(part for j in ten for part in (j, f"{TEN}{j}"))),
        ),
        ("sorted set, large", large, 1, lambda i: ("ZADD", "k", i * 7919 % 100_003, f"m:{i:08}")),
        ("string of 10 bytes", large, 1, lambda i: ("SET", f"key:{i:06}", TEN)),
    ]
    figures = {}
    for name, calls, each, command in shapes:
        client.call("FLUSHALL", "SYNC")
        before = used_memory(client)
        fill_keys(client, calls, command)
        figures[f"bytes per element: {name}"] = (used_memory(client) - before) / (calls * each)
    client.call("FLUSHALL", "SYNC")
    client.close()
    return figures


def all_figures(server: Server, scale: float) -> Figures:
    figures = pipelined(server, scale)
    figures["LPUSH + BLMOVE + LREM, a job"] = queue(server, scale)
    figures["PUBLISH of 32 bytes, a delivery"] = fan_out(server, 32, int(2000 * scale))
    figures["PUBLISH of 4 KiB, a delivery"] = fan_out(server, 4096, int(500 * scale))
    figures.update(bytes_per_element(server, scale))
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--args", default="--appendonly no --save", help="further options for our server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    started = time.monotonic()
    side_by_side(
        options.redis,
        options.ours,
        options.args.split(),
        options.rounds,
        lambda server: all_figures(server, options.scale),
    )
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
