"""Compares all that two servers hold: every database, key, time, value, stream group, function.

Nothing may be written meanwhile. What Redis 7.0 itself does not pass on to its replicas is left out
when `foreign` is set: how many entries a group has read, and when a consumer was seen last.
"""

from __future__ import annotations

import time
from typing import Any, Callable

from resp import Client, Error

DATABASES = 16
SHOWN = 5
ATTEMPTS = 5
PIPELINE = 200

# Of XINFO STREAM FULL: what depends on how a server holds a stream, and not on what is in it.
ABOUT_THE_SERVER = {b"radix-tree-keys", b"radix-tree-nodes"}
# What Redis 7.0 does not know.
OURS_ALONE = {
    *(b"idmp-duration", b"idmp-maxsize", b"pids-tracked", b"iids-tracked", b"iids-added"),
    *(b"iids-duplicates", b"nacked-count", b"active-time"),
}
NOT_PASSED_ON = {b"entries-read", b"lag"}
# A consumer that was seen and got nothing has changed nothing: it is not logged.
NOT_LOGGED = {b"seen-time"}

READS: dict[bytes, tuple[str | bytes, ...]] = {
    b"string": ("GET", b""),
    b"list": ("LRANGE", b"", "0", "-1"),
    b"set": ("SMEMBERS", b""),
    b"zset": ("ZRANGE", b"", "0", "-1", "WITHSCORES"),
    b"hash": ("HGETALL", b""),
    b"stream": ("XINFO", "STREAM", b"", "FULL", "COUNT", "0"),
}


def pairs(flat: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(flat[::2], flat[1::2]))


def without(flat: Any, names: set[bytes]) -> Any:
    """XINFO's lists of names and values as dictionaries, at any depth."""
    if not isinstance(flat, list):
        return flat
    if flat and len(flat) % 2 == 0 and isinstance(flat[0], bytes) and flat[0] in (b"length", b"name"):
        return {name: without(value, names) for name, value in pairs(flat) if name not in names}
    return [without(item, names) for item in flat]


def by_name(groups: Any) -> Any:
    return sorted(groups, key=lambda group: group[b"name"]) if isinstance(groups, list) else groups


def stream_of(reply: Any, foreign: bool) -> Any:
    drop = ABOUT_THE_SERVER | NOT_LOGGED | (OURS_ALONE | NOT_PASSED_ON if foreign else set())
    stream = without(reply, drop)
    if not isinstance(stream, dict):
        return stream
    stream[b"groups"] = by_name(stream.get(b"groups"))
    for group in stream[b"groups"]:
        group[b"consumers"] = by_name(group.get(b"consumers"))
    return stream


def value_of(kind: bytes, reply: Any, foreign: bool) -> Any:
    if kind == b"hash":
        return sorted(pairs(reply))
    if kind == b"set":
        return sorted(reply)
    if kind == b"zset":  # 7.0 writes them with more digits
        return [(member, float(score)) for member, score in pairs(reply)]
    return stream_of(reply, foreign) if kind == b"stream" else reply


def in_chunks(client: Client, calls: list[tuple[str | bytes, ...]]) -> list[Any]:
    replies: list[Any] = []
    for at in range(0, len(calls), PIPELINE):
        replies += client.pipeline(calls[at : at + PIPELINE])
    return replies


def read_keys(client: Client, foreign: bool) -> dict[bytes, Any]:
    """Key -> type, time, value, of the chosen database."""
    names = sorted(client.call("KEYS", "*"))
    kinds = [kind.text.encode() for kind in in_chunks(client, [("TYPE", name) for name in names])]
    times = in_chunks(client, [("PEXPIRETIME", name) for name in names])
    calls: list[tuple[str | bytes, ...]] = []
    for name, kind in zip(names, kinds):
        # A type that only we have is compared as it is dumped.
        words = READS.get(kind, ("DUMP", b""))
        calls.append(tuple(name if word == b"" else word for word in words))
    values = in_chunks(client, calls)
    fields: dict[bytes, Any] = {}
    if not foreign:
        fields = field_times(client, [n for n, kind in zip(names, kinds) if kind == b"hash"])
    return {
        name: (kind, time, value_of(kind, value, foreign), fields.get(name))
        for name, kind, time, value in zip(names, kinds, times, values)
    }


def field_times(client: Client, names: list[bytes]) -> dict[bytes, Any]:
    times: dict[bytes, Any] = {}
    for name in names:
        fields = sorted(client.call("HKEYS", name))
        reply = client.call("HPEXPIRETIME", name, "FIELDS", len(fields), *fields) if fields else []
        times[name] = None if isinstance(reply, Error) else list(zip(fields, reply))
    return times


def entries(client: Client, name: bytes) -> Any:
    return client.call("XRANGE", name, "-", "+")


def read_all(client: Client, foreign: bool) -> dict[Any, Any]:
    everything: dict[Any, Any] = {}
    for db in range(DATABASES):
        if isinstance(client.call("SELECT", db), Error):
            break
        for name, what in read_keys(client, foreign).items():
            everything[(db, name)] = what
            if what[0] == b"stream":
                everything[(db, name, "entries")] = entries(client, name)
    client.call("SELECT", 0)
    everything["functions"] = sorted(map(repr, client.call("FUNCTION", "LIST", "WITHCODE")))
    return everything


def first_difference(left: Any, right: Any, path: str = "") -> str:
    """Where two values differ, as deep inside as it can be told."""
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(set(left) | set(right)):
            if left.get(name) != right.get(name):
                return first_difference(left.get(name), right.get(name), f"{path}.{name.decode()}")
    if type(left) is type(right) and isinstance(left, (list, tuple)) and len(left) == len(right):
        for at, (one, other) in enumerate(zip(left, right)):
            if one != other:
                return first_difference(one, other, f"{path}[{at}]")
    return f"{path}\n  left  {left!r}\n  right {right!r}"


def differences(left: Client, right: Client, foreign: bool = True) -> list[str]:
    """A line for each of the first few things that are not the same; none: all is the same."""
    ours, theirs = read_all(left, foreign), read_all(right, foreign)
    found = []
    for key in sorted(set(ours) | set(theirs), key=repr):
        if ours.get(key) != theirs.get(key):
            found.append(f"{key!r}: {first_difference(ours.get(key), theirs.get(key))}")
    return found[:SHOWN] + ([f"... {len(found) - SHOWN} more"] if len(found) > SHOWN else [])


def position(client: Client) -> int:
    reply = client.call("INFO", "replication")
    return int(reply.decode().split("master_repl_offset:")[1].split("\r")[0])


def assert_same(left: Client, right: Client, foreign: bool = True) -> None:
    """Keys may go by themselves while they are read: then they are read again."""
    for _ in range(ATTEMPTS):
        found = differences(left, right, foreign)
        if not found:
            return
        time.sleep(0.2)
    assert not found, "the data differs at\n" + "\n".join(found)


def wait_same_position(wait: Callable[..., None], left: Client, right: Client, seconds: float = 20) -> None:
    """Both have come to the same place of the stream. Pings make it move, so both are asked."""
    wait(lambda: position(left) == position(right), seconds, "the replica to come to the primary's position")
