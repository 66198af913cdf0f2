"""What one connection believes its keys hold, and what the server says they hold.

A connection owns the keys that begin with its name, so its model is exact: after a crash they hold
what the model says after the acknowledged operations and some of those that were under way.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from common import Client, check, ok, pairs

Key = tuple[int, bytes]  # database and name


class Zset(dict):  # type: ignore[type-arg]
    """Members and scores."""


@dataclass
class Group:
    """A group of a stream that its connection reads alone."""

    last: int = 0  # sequence number delivered last
    pending: dict[int, list[Any]] = field(default_factory=dict)  # number: consumer, deliveries


@dataclass
class Stream:
    """Entries 1-<number>; an ID the server chose is only known by what the entry holds."""

    entries: dict[int, bytes] = field(default_factory=dict)
    last: int = 0
    added: int = 0
    groups: dict[bytes, Group] = field(default_factory=dict)


@dataclass
class State:
    """A connection's keys. `expires`: the time in ms, or None where only the server knows it."""

    keys: dict[Key, Any] = field(default_factory=dict)
    expires: dict[Key, int | None] = field(default_factory=dict)

    def copy(self) -> "State":
        return copy.deepcopy(self)

    def get(self, key: Key, make: Any) -> Any:
        return self.keys.setdefault(key, make())

    def drop(self, key: Key) -> None:
        self.keys.pop(key, None)
        self.expires.pop(key, None)

    def tidy(self, key: Key) -> None:
        """A container without elements is no key; a stream may be empty."""
        if not isinstance(self.keys.get(key), (Stream, bytes)) and not self.keys.get(key):
            self.drop(key)


# --- What the server says.


def number_of(entry_id: bytes) -> int:
    return int(entry_id.split(b"-")[1])


def read_group(client: Client, key: bytes, name: bytes, facts: dict[str, Any]) -> Group:
    group = Group(last=number_of(facts["last-delivered-id"]))
    for entry_id, consumer, _, deliveries in ok(
        client.call("XPENDING", key, name, "-", "+", 1000000)
    ):
        group.pending[number_of(entry_id)] = [consumer, deliveries]
    return group


def read_stream(client: Client, key: bytes) -> Stream:
    stream = Stream()
    for entry_id, fields in ok(client.call("XRANGE", key, "-", "+")):
        stream.entries[number_of(entry_id)] = fields[1]
    facts = pairs(ok(client.call("XINFO", "STREAM", key)))
    check(facts["length"] == len(stream.entries), f"{key!r}: length and entries differ")
    stream.last = number_of(facts["last-generated-id"])
    stream.added = facts["entries-added"]
    for item in ok(client.call("XINFO", "GROUPS", key)):
        group = pairs(item)
        stream.groups[group["name"]] = read_group(client, key, group["name"], group)
    return stream


def read_value(client: Client, key: bytes, kind: str) -> Any:
    if kind == "string":
        return ok(client.call("GET", key))
    if kind == "list":
        return ok(client.call("LRANGE", key, 0, -1))
    if kind == "hash":
        flat = ok(client.call("HGETALL", key))
        return dict(zip(flat[::2], flat[1::2]))
    if kind == "set":
        return set(ok(client.call("SMEMBERS", key)))
    if kind == "zset":
        flat = ok(client.call("ZRANGE", key, 0, -1, "WITHSCORES"))
        return Zset(zip(flat[::2], map(float, flat[1::2])))
    return read_stream(client, key)


def read_state(client: Client, prefix: str) -> State:
    """All keys that begin so, of both databases."""
    state = State()
    for db in (0, 1):
        ok(client.call("SELECT", db))
        for key in ok(client.call("KEYS", prefix + "*")):
            kind = ok(client.call("TYPE", key)).text
            state.keys[(db, key)] = read_value(client, key, kind)
            expires = ok(client.call("PEXPIRETIME", key))
            if expires != -1:
                state.expires[(db, key)] = expires
    ok(client.call("SELECT", 0))
    return state


# --- Comparing.


def short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else text[:220] + " ... " + text[-80:]


def describe(expected: Any, found: Any) -> str:
    """How two values of a key differ, in few words."""
    if isinstance(expected, Stream) and isinstance(found, Stream):
        lines = []
        lost = expected.entries.keys() - found.entries.keys()
        more = found.entries.keys() - expected.entries.keys()
        if lost or more:
            lines.append(f"lost entries {short(sorted(lost))}, has more: {short(sorted(more))}")
        for what in ("last", "added", "groups"):
            if getattr(expected, what) != getattr(found, what):
                lines.append(
                    f"{what}: expected {short(getattr(expected, what))}, "
                    f"found {short(getattr(found, what))}"
                )
        return "; ".join(lines) or "the entries' content differs"
    return f"expected {short(expected)}, found {short(found)}"


def differences(expected: State, found: State) -> list[str]:
    """What differs, one line a key; empty if nothing does."""
    lines = []
    for key in sorted(expected.keys.keys() | found.keys.keys()):
        mine, theirs = expected.keys.get(key), found.keys.get(key)
        if mine != theirs:
            lines.append(f"{key}: {describe(mine, theirs)}")
        if (key in expected.expires) != (key in found.expires):
            lines.append(
                f"{key}: expiry expected {expected.expires.get(key, 'none')}, "
                f"found {found.expires.get(key, 'none')}"
            )
        elif expected.expires.get(key) not in (None, found.expires.get(key)):
            lines.append(f"{key}: expiry {expected.expires[key]} became {found.expires[key]}")
    return lines


# --- What holds for any group.


def check_group_books(client: Client, key: str) -> None:
    """XINFO GROUPS, XINFO CONSUMERS and XPENDING agree, and lag is what is left to deliver."""
    if ok(client.call("TYPE", key)).text != "stream":
        return
    length = ok(client.call("XLEN", key))
    for item in ok(client.call("XINFO", "GROUPS", key)):
        group = pairs(item)
        name = group["name"]
        consumers = [pairs(each) for each in ok(client.call("XINFO", "CONSUMERS", key, name))]
        summary = ok(client.call("XPENDING", key, name))
        rows = ok(client.call("XPENDING", key, name, "-", "+", 1000000))
        by_consumer: dict[bytes, int] = {}
        for row in rows:
            by_consumer[row[1]] = by_consumer.get(row[1], 0) + 1
        where = f"{key} {name.decode()}"
        check(group["pending"] == len(rows), f"{where}: pending {group['pending']} of {len(rows)}")
        check(summary[0] == len(rows), f"{where}: XPENDING says {summary[0]}, lists {len(rows)}")
        check(group["consumers"] == len(consumers), f"{where}: consumers {group['consumers']}")
        for consumer in consumers:
            mine = by_consumer.pop(consumer["name"], 0)
            check(
                consumer["pending"] == mine,
                f"{where}: {consumer['name']!r} has {consumer['pending']} pending, lists {mine}",
            )
        check(not by_consumer, f"{where}: pending entries of unknown consumers: {by_consumer}")
        left = ok(client.call("XRANGE", key, b"(" + group["last-delivered-id"], "+"))
        if group["lag"] is not None:
            check(group["lag"] == len(left), f"{where}: lag {group['lag']}, {len(left)} are left")
        check(len(left) <= length, f"{where}: more left than there are")
