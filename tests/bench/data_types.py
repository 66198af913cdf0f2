#!/usr/bin/env python3
"""Every data type, pub/sub and queues beside redis-server: server CPU per operation, bytes per element.

As run.py does for streams. Prints tables; fails on nothing.
"""

from __future__ import annotations

import argparse
import functools
import sys
import time
from typing import Callable

from common import Figures, benchmark, fan_out, growth, measured, pour, side_by_side
from loads import LOADS, TEN
from server import Server  # found through common


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
    load = LOADS["queue"](server.port, 50, 0)
    cost = measured(server, lambda: load.work(int(20_000 * scale)))
    load.close()
    return cost


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
        taken = growth(client, functools.partial(pour, client, calls, command))
        figures[f"bytes per element: {name}"] = taken / (calls * each)
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
