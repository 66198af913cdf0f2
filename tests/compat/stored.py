"""Data of all types for the tests of files, and what a server says it has."""

from __future__ import annotations

import pathlib
import random
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from rdb_exchange import FAMILIES, content  # noqa: E402
from resp import Client, Error  # noqa: E402

FAR_MS = 4_102_444_800_000  # the year 2100


def must(client: Client, *command: str | bytes | int) -> Any:
    reply = client.call(*command)
    if isinstance(reply, Error):
        raise RuntimeError(f"{command[0]!r}: {reply.text}")
    return reply


def fill(client: Client, chance: random.Random) -> None:
    """All types in all encodings, two databases, times to live, a transaction, things that went again."""
    for family in FAMILIES:
        for commands in family(chance).values():
            for command in commands:
                must(client, *command)
    must(client, "SET", "lives", "v", "PXAT", FAR_MS)
    must(client, "PEXPIREAT", "list:5", FAR_MS + 1)
    must(client, "DEL", "set:int:1")
    must(client, "SELECT", 7)
    must(client, "SET", "elsewhere", "\x00\xff\r\n*1\r\n")
    must(client, "MULTI")
    must(client, "INCR", "counter")
    must(client, "LPUSH", "queue", "a", "b")
    must(client, "EXEC")
    must(client, "SELECT", 0)


def change(client: Client, label: str) -> None:
    """A little of everything on top."""
    must(client, "APPEND", "string:1", label)
    must(client, "RPUSH", "list:5", label)
    must(client, "LPOP", "list:127")
    must(client, "SADD", "set:text:1", label)
    must(client, "SPOP", "set:int:512", 3)
    must(client, "HSET", "hash:10", label, "new")
    must(client, "HINCRBYFLOAT", "hash:1", "float", "1.5")
    must(client, "ZADD", "zset:50", 3.25, label)
    must(client, "ZPOPMIN", "zset:129")
    must(client, "PFADD", "hll:sparse", label)
    must(client, "XADD", "stream:100", "*", "label", label)
    must(client, "XREADGROUP", "GROUP", "g", "carol", "COUNT", 5, "STREAMS", "stream:1000", ">")
    must(client, "XAUTOCLAIM", "stream:1000", "g", "dave", 0, "-", "COUNT", 2)
    must(client, "XGROUP", "CREATE", "stream:1", label, "$")
    must(client, "XTRIM", "stream:101", "MAXLEN", 50)
    must(client, "EXPIRE", "string:noise", 1_000_000_000)
    must(client, "MULTI")
    must(client, "SET", f"in transaction {label}", label)
    must(client, "SELECT", 7)
    must(client, "INCR", "counter")
    must(client, "EXEC")
    must(client, "SELECT", 0)


def everything(client: Client) -> dict[str, Any]:
    """All keys of all databases with type, value and expiry."""
    found: dict[str, Any] = {}
    for db in range(16):
        must(client, "SELECT", db)
        for key in must(client, "KEYS", "*"):
            found[f"{db}:{key!r}"] = [content(client, key), must(client, "PEXPIRETIME", key)]
    must(client, "SELECT", 0)
    return found


def differences(found: dict[str, Any], wanted: dict[str, Any], label: str) -> list[str]:
    return [
        f"{label}: {key} {'is missing' if key not in found else 'is too much' if key not in wanted else 'differs'}"
        for key in sorted(found.keys() | wanted.keys())
        if found.get(key) != wanted.get(key)
    ]
