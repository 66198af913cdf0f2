#!/usr/bin/env python3
"""Values travel as DUMP payloads between our server and redis-server 7.0, both ways, and read the same.

rdb_exchange.py --server BINARY [--redis BINARY]. Every value is built by the same commands on both
servers, in all encodings: small, at the limit, just above it, large. What is dumped on one is restored
on the other, and on itself, and compared by reading it.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import sys
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Error  # noqa: E402
from server import Server  # noqa: E402

Commands = list[tuple[str | bytes | int, ...]]


def text(chance: random.Random, size: int) -> bytes:
    return bytes(chance.randrange(256) for _ in range(size))


def word(chance: random.Random, limit: int = 40) -> str | bytes | int:
    """Anything a value may hold: numbers, near-numbers, text, bytes."""
    kind = chance.randrange(6)
    if kind == 0:
        return chance.choice([0, 1, -1, 127, 128, -4096, 4095, 2**31, -(2**63), 2**63 - 1])
    if kind == 1:
        return chance.choice(["007", "+1", "-0", "", "9223372036854775808", "1.5"])
    if kind == 2:
        return "x" * chance.randrange(limit)
    return text(chance, chance.randrange(limit))


def strings(chance: random.Random) -> dict[str, Commands]:
    values = ["", "a", 0, -1, 127, -128, 32767, 2**31, -(2**63), "12345678901", "x" * 100, "ab" * 50_000]
    made = {f"string:{i}": [("SET", f"string:{i}", value)] for i, value in enumerate(values)}
    made["string:noise"] = [("SET", "string:noise", text(chance, 20_000))]
    made["string:grown"] = [("APPEND", "string:grown", "abc"), ("APPEND", "string:grown", "d" * 70)]
    return made


def lists(chance: random.Random) -> dict[str, Commands]:
    made = {}
    for count in (1, 5, 127, 128, 129, 2000):
        key = f"list:{count}"
        made[key] = [("RPUSH", key, *(word(chance) for _ in range(count)))]
    made["list:large"] = [("RPUSH", "list:large", "a", "b" * 9000, text(chance, 20_000), "c")]
    return made


def hashes(chance: random.Random) -> dict[str, Commands]:
    made = {}
    for count in (1, 10, 511, 512, 513, 3000):
        key = f"hash:{count}"
        pairs = [part for i in range(count) for part in (f"f{i}", word(chance))]
        made[key] = [("HSET", key, *pairs)]
    made["hash:long"] = [("HSET", "hash:long", "f", "v" * 64), ("HSET", "hash:long", "g", "v" * 65)]
    return made


def sets(chance: random.Random) -> dict[str, Commands]:
    made = {}
    for count in (1, 100, 512, 513, 3000):
        made[f"set:int:{count}"] = [("SADD", f"set:int:{count}", *range(-3, count - 3))]
    for count in (1, 128, 129, 2000):
        key = f"set:text:{count}"
        made[key] = [("SADD", key, *(b"%d:" % i + text(chance, 10) for i in range(count)))]
    made["set:wide"] = [("SADD", "set:wide", 1, 2**15, 2**31, -(2**63), 2**63 - 1)]
    made["set:long"] = [("SADD", "set:long", "m" * 65, 7)]
    return made


def sorted_sets(chance: random.Random) -> dict[str, Commands]:
    scores: list[Any] = [0, 1, -1, 1.5, "inf", "-inf", "1e300", "-2.5e-10", 2**53, "0.1", "-0"]
    made = {}
    for count in (1, 50, 128, 129, 2000):
        key = f"zset:{count}"
        pairs = [part for i in range(count) for part in (chance.choice(scores), f"m{i}")]
        made[key] = [("ZADD", key, *pairs)]
    made["zset:long"] = [("ZADD", "zset:long", 1, "m" * 65, 2, "n")]
    made["zset:geo"] = [("GEOADD", "zset:geo", "13.361389", "38.115556", "Palermo")]
    return made


def streams(chance: random.Random) -> dict[str, Commands]:
    made: dict[str, Commands] = {"stream:empty": [("XGROUP", "CREATE", "stream:empty", "g", "$", "MKSTREAM")]}
    for count in (1, 100, 101, 1000):
        key = f"stream:{count}"
        commands: Commands = []
        for i in range(count):
            fields = ["f", "g"] if i % 5 else [f"f{i}", "g", "h"]
            pairs = [part for field in fields for part in (field, word(chance))]
            commands.append(("XADD", key, f"{i // 3 + 1}-{i % 3 * (2**40) + 1}", *pairs))
        for i in range(0, count, 7):
            commands.append(("XDEL", key, f"{i // 3 + 1}-{i % 3 * (2**40) + 1}"))
        commands.append(("XGROUP", "CREATE", key, "g", 0))
        commands.append(("XGROUP", "CREATE", key, "later", "$", "ENTRIESREAD", 1))
        commands.append(("XREADGROUP", "GROUP", "g", "alice", "COUNT", count // 2, "STREAMS", key, ">"))
        commands.append(("XREADGROUP", "GROUP", "g", "bob", "COUNT", 3, "STREAMS", key, ">"))
        commands.append(("XACK", key, "g", f"1-{2**40 + 1}"))
        made[key] = commands
    return made


def others(chance: random.Random) -> dict[str, Commands]:
    return {
        "hll:sparse": [("PFADD", "hll:sparse", *range(50))],
        "hll:dense": [("PFADD", "hll:dense", *range(5000))],
        "bits": [("SETBIT", "bits", 70_001, 1)],
    }


FAMILIES: list[Callable[[random.Random], dict[str, Commands]]] = [
    strings, lists, hashes, sets, sorted_sets, streams, others,
]  # fmt: skip


def groups_of(client: Client, key: str) -> list[Any]:
    found = []
    for group in client.call("XINFO", "GROUPS", key):
        facts = dict(zip(group[::2], group[1::2]))
        pending = client.call("XPENDING", key, facts[b"name"], "-", "+", 10_000)
        found.append(
            [facts[b"name"], facts[b"last-delivered-id"], facts[b"entries-read"]]
            + [[entry[0], entry[1], entry[3]] for entry in pending]
        )
    return found


def content(client: Client, key: str) -> Any:
    """What the value is, whatever its encoding."""
    kind = client.call("TYPE", key).text
    if kind == "string":
        return client.call("GET", key)
    if kind == "list":
        return client.call("LRANGE", key, 0, -1)
    if kind == "hash":
        flat = client.call("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))
    if kind == "set":
        return set(client.call("SMEMBERS", key))
    if kind == "zset":
        flat = client.call("ZRANGE", key, 0, -1, "WITHSCORES")
        # the same number is written shorter here than by Redis 7.0
        return [(member, float(score)) for member, score in zip(flat[::2], flat[1::2])]
    if kind == "stream":
        facts = client.call("XINFO", "STREAM", key)
        kept = {b"length", b"last-generated-id", b"max-deleted-entry-id", b"entries-added"}
        known = {name: value for name, value in zip(facts[::2], facts[1::2]) if name in kept}
        return [client.call("XRANGE", key, "-", "+"), known, groups_of(client, key)]
    raise ValueError(f"{key} is {kind}")


def exchange(source: Client, target: Client, key: str, label: str) -> list[str]:
    reply = target.call("RESTORE", "copy", 0, source.call("DUMP", key), "REPLACE")
    if isinstance(reply, Error):
        return [f"{key} {label}: refused: {reply.text}"]
    if content(target, "copy") != content(source, key):
        return [f"{key} {label}: reads differently"]
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    wrong: list[str] = []
    count = 0
    with Server(options.server) as our_server, Server(options.redis) as their_server:
        ours, theirs = our_server.client(30), their_server.client(30)
        for family in FAMILIES:
            for key, commands in family(chance).items():
                for client in (ours, theirs):
                    for command in commands:
                        reply = client.call(*command)
                        if isinstance(reply, Error):
                            wrong.append(f"{command[0]} {key}: {reply.text}")
                if content(ours, key) != content(theirs, key):
                    wrong.append(f"{key}: is not the same to begin with")
                wrong += exchange(ours, theirs, key, "from us to Redis")
                wrong += exchange(theirs, ours, key, "from Redis to us")
                wrong += exchange(ours, ours, key, "from us to us")
                count += 1
    for line in wrong:
        print(line)
    print(f"{count} values, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
