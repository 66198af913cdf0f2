#!/usr/bin/env python3
"""Writes golden/: RDB files in the encodings that Redis wrote from version 1 of the format on, each
beside a text that says what commands answer once it is loaded.

    make_golden.py                     writes the files
    make_golden.py --redis BINARY      has a redis-server 7.0 load those it knows, and compares
    make_golden.py --ours BINARY       has a millstream-server write ours-<version>: only for a new version

The encodings, but those of ours, are made here from their public descriptions, with nothing of ours, so that a mistake
in our readers is not repeated in what they are tested with. tests/unit/broker/test_rdb_golden.c loads
the files. In the texts "> " is a command and "< " what it answers, as tests/lib/unit/fake_request.h
shows replies; "! " is a command whose answer redis-server 7.0 gives in another way.
"""

from __future__ import annotations

import argparse
import pathlib
import shlex
import shutil
import struct
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE / "golden"
NOW_MS = 1_700_000_000_000  # the clock of the test
LATER_S = 2_053_700_352  # 2035
FOREVER_MS = 4_102_444_800_123  # 2100

# --- Lengths and strings.


def length(value: int) -> bytes:
    if value < 1 << 6:
        return bytes([value])
    if value < 1 << 14:
        return bytes([0x40 | value >> 8, value & 0xFF])
    if value < 1 << 32:
        return b"\x80" + struct.pack(">I", value)
    return b"\x81" + struct.pack(">Q", value)


def text(value: bytes | str) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return length(len(raw)) + raw


def int_text(value: int, width: int) -> bytes:
    """A string that is the text of an integer, as 8, 16 or 32 bits."""
    return bytes([0xC0 | {1: 0, 2: 1, 4: 2}[width]]) + value.to_bytes(width, "little", signed=True)


def lzf_repeat(piece: bytes, count: int) -> bytes:
    """A compressed string: a piece as it is, and one reference back that repeats it."""
    more = len(piece) * (count - 1)
    assert len(piece) <= 32 and 9 <= more <= 264
    back = len(piece) - 1
    packed = bytes([len(piece) - 1]) + piece + bytes([7 << 5 | back >> 8, more - 9, back & 0xFF])
    return b"\xc3" + length(len(packed)) + length(len(piece) * count) + packed


def ms(value: int) -> bytes:
    return struct.pack("<q", value)


def text_score(value: str) -> bytes:
    special = {"nan": b"\xfd", "inf": b"\xfe", "-inf": b"\xff"}
    return special.get(value) or bytes([len(value)]) + value.encode()


# --- Packed forms.


def ziplist(*items: bytes | int) -> bytes:
    """Integers take the shortest encoding; bytes stay a string even if they look like a number."""
    body, offset, before = b"", 10, 0
    tail = offset
    for item in items:
        entry = bytes([before]) if before < 254 else b"\xfe" + struct.pack("<I", before)
        if isinstance(item, int):
            if 0 <= item <= 12:
                entry += bytes([0xF1 + item])
            elif -(2**7) <= item < 2**7:
                entry += b"\xfe" + struct.pack("<b", item)
            elif -(2**15) <= item < 2**15:
                entry += b"\xc0" + struct.pack("<h", item)
            elif -(2**23) <= item < 2**23:
                entry += b"\xf0" + item.to_bytes(3, "little", signed=True)
            elif -(2**31) <= item < 2**31:
                entry += b"\xd0" + struct.pack("<i", item)
            else:
                entry += b"\xe0" + struct.pack("<q", item)
        elif len(item) < 1 << 6:
            entry += bytes([len(item)]) + item
        elif len(item) < 1 << 14:
            entry += bytes([0x40 | len(item) >> 8, len(item) & 0xFF]) + item
        else:
            entry += b"\x80" + struct.pack(">I", len(item)) + item
        tail = offset + len(body)
        body += entry
        before = len(entry)
    return struct.pack("<IIH", 10 + len(body) + 1, tail, len(items)) + body + b"\xff"


def listpack(*items: bytes | int) -> bytes:
    body = b""
    for item in items:
        if isinstance(item, int):
            if 0 <= item < 128:
                entry = bytes([item])
            elif -4096 <= item < 4096:
                entry = bytes([0xC0 | (item & 0x1FFF) >> 8, item & 0xFF])
            elif -(2**15) <= item < 2**15:
                entry = b"\xf1" + struct.pack("<h", item)
            elif -(2**23) <= item < 2**23:
                entry = b"\xf2" + item.to_bytes(3, "little", signed=True)
            elif -(2**31) <= item < 2**31:
                entry = b"\xf3" + struct.pack("<i", item)
            else:
                entry = b"\xf4" + struct.pack("<q", item)
        elif len(item) < 64:
            entry = bytes([0x80 | len(item)]) + item
        elif len(item) < 4096:
            entry = bytes([0xE0 | len(item) >> 8, len(item) & 0xFF]) + item
        else:
            entry = b"\xf0" + struct.pack("<I", len(item)) + item
        size, backwards = len(entry), []
        while True:
            backwards.insert(0, size & 0x7F)
            size >>= 7
            if not size:
                break
        body += entry + bytes([part | (0x80 if i > 0 else 0) for i, part in enumerate(backwards)])
    return struct.pack("<IH", 6 + len(body) + 1, len(items)) + body + b"\xff"


def zipmap(*items: tuple[bytes, bytes, int]) -> bytes:
    """Keys, values, and unused bytes behind each value."""

    def size(raw: bytes) -> bytes:
        return bytes([len(raw)]) if len(raw) < 254 else b"\xfe" + struct.pack("<I", len(raw))

    body = b"".join(size(k) + k + size(v) + bytes([free]) + v + b"-" * free for k, v, free in items)
    return bytes([len(items)]) + body + b"\xff"


def intset(width: int, *items: int) -> bytes:
    numbers = b"".join(item.to_bytes(width, "little", signed=True) for item in sorted(items))
    return struct.pack("<II", width, len(items)) + numbers


# --- Streams.


def raw_id(time: int, seq: int) -> bytes:
    return struct.pack(">QQ", time, seq)


def node(first: tuple[int, int], names: list[bytes], entries: list[tuple]) -> bytes:
    """Entries are (deleted, ms, seq, [value] or [(name, value)])."""
    deleted = sum(entry[0] for entry in entries)
    items: list[bytes | int] = [len(entries) - deleted, deleted, len(names), *names, 0]
    for gone, time, seq, fields in entries:
        same = not isinstance(fields[0], tuple)
        items += [gone | (2 if same else 0), time - first[0], seq - first[1]]
        if same:
            items += [*fields, len(fields) + 3]
        else:
            items += [len(fields), *(part for pair in fields for part in pair), 2 * len(fields) + 4]
    return text(raw_id(*first)) + text(listpack(*items))


def stream(kind: int, released: bool = False) -> bytes:
    """Two nodes, something deleted, a group with two consumers and three pending entries."""
    nodes = [
        node((1000, 5), [b"f", b"g"], [(0, 1000, 5, [b"a", 1]), (1, 1000, 6, [b"gone", b""]),
                                       (0, 1001, 0, [b"b", -300])]),
        node((2000, 1), [b"f"], [(0, 2000, 1, [b"c" * 100]), (0, 2000, 2, [(b"other", b"d"), (b"x", 70000)])]),
    ]  # fmt: skip
    made = length(len(nodes)) + b"".join(nodes) + length(4) + length(3000) + length(7)
    if kind >= 19:
        made += length(1000) + length(5) + length(2500) + length(9) + length(11)
    pending = [(1000, 5, 1000, 1), (1001, 0, 5000, 2), (2000, 1, 3000, 70)]
    owners = {b"alice": pending[:2], b"bob": pending[2:]}
    if released:
        owners = {b"alice": pending[:2], b"bob": []}
    made += length(2)
    made += text("workers") + length(2000) + length(1) + (length(9) if kind >= 19 else b"")
    made += length(len(pending))
    for time, seq, idle, count in pending:
        made += raw_id(time, seq) + ms(NOW_MS - idle) + length(count)
    made += length(len(owners))
    for name, owned in owners.items():
        made += text(name) + ms(NOW_MS - 500) + (ms(NOW_MS - 700) if kind >= 21 else b"")
        made += length(len(owned)) + b"".join(raw_id(time, seq) for time, seq, _, _ in owned)
    if kind >= 27:
        made += (length(1) + raw_id(2000, 1)) if released else length(0)
    made += text("idle") + length(0) + length(0) + (length(0) if kind >= 19 else b"")
    made += length(0) + length(0)
    if kind >= 27:
        made += length(0)
    if kind >= 26:
        made += length(100) + length(50) + length(1) + text("producer") + length(2)
        made += text("i1") + length(1000) + length(5) + text("i2") + length(2000) + length(1)
        made += length(7) + length(3)
    return made


def stream_answers(key: str, kind: int) -> list[str]:
    long = "c" * 100
    lines = [
        f"> XLEN {key}", "< 4",
        f"> XRANGE {key} - +",
        '< [["1000-5" ["f" "a" "g" "1"]] ["1001-0" ["f" "b" "g" "-300"]]'
        f' ["2000-1" ["f" "{long}"]] ["2000-2" ["other" "d" "x" "70000"]]]',
        f"> XADD {key} 3000-7 a b",
        "< -ERR The ID specified in XADD is equal or smaller than the target stream top item",
    ]  # fmt: skip
    if kind < 27:
        lines += [
            f"> XPENDING {key} workers", '< [3 "1000-5" "2000-1" [["alice" "2"] ["bob" "1"]]]',
            f"! XPENDING {key} workers - + 10",
            '< [["1000-5" "alice" 1000 1] ["1001-0" "alice" 5000 2] ["2000-1" "bob" 3000 70]]',
        ]  # fmt: skip
    else:
        lines += [
            f"! XPENDING {key} workers", '< [3 "1000-5" "2000-1" [["alice" "2"]]]',
        ]  # fmt: skip
    active = 700 if kind >= 21 else 500
    lines += [
        f"> XPENDING {key} idle", "< [0 nil nil nil]",
        f"! XINFO CONSUMERS {key} workers",
        f'< [["name" "alice" "pending" 2 "idle" 500 "inactive" {active}]'
        f' ["name" "bob" "pending" {1 if kind < 27 else 0} "idle" 500 "inactive" {active}]]',
    ]  # fmt: skip
    return lines


# --- Files.


def crc64(data: bytes) -> int:
    """Jones's polynomial, reflected."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x95AC9329AC4BC9B5 if crc & 1 else 0)
    return crc


def file(version: int, *parts: bytes) -> bytes:
    made = b"REDIS%04d" % version + b"".join(parts) + b"\xff"
    return made + (struct.pack("<Q", crc64(made)) if version >= 5 else b"")


def key(kind: int, name: str, value: bytes) -> bytes:
    return bytes([kind]) + text(name) + value


SELECT_0, SELECT_3 = b"\xfe\x00", b"\xfe\x03"


def aux(name: str, value: bytes) -> bytes:
    return b"\xfa" + text(name) + value


def version_1() -> tuple[bytes, list[str]]:
    """Strings of every kind, the plain forms of all types, times in seconds."""
    made = file(
        1, SELECT_0,
        key(0, "plain", text("value")), key(0, "empty", text("")),
        key(0, "small", int_text(-5, 1)), key(0, "middle", int_text(-300, 2)),
        key(0, "large", int_text(-2_000_000_000, 4)), key(0, "packed", lzf_repeat(b"abc", 50)),
        key(0, "long", text("x" * 20_000)), key(0, "wide", b"\x80\x00\x00\x00\x03abc"),
        b"\xfd" + struct.pack("<i", LATER_S) + key(0, "later", text("v")),
        b"\xfd" + struct.pack("<i", 1_000_000_000) + key(0, "past", text("v")),
        key(1, "list", length(3) + text("a") + int_text(7, 1) + text("")),
        key(2, "set", length(2) + text("m") + int_text(12, 1)),
        key(3, "zset", length(5) + b"".join(text(m) + text_score(s) for m, s in [
            ("low", "-inf"), ("half", "-0.5"), ("one", "1"), ("exact", "3.1000000000000001"),
            ("high", "inf")])),
        key(4, "hash", length(2) + text("f") + text("v") + text("n") + int_text(1, 1)),
        SELECT_3, key(0, "elsewhere", text("w")),
    )  # fmt: skip
    return made, [
        "> MGET plain empty small middle large wide", '< ["value" "" "-5" "-300" "-2000000000" "abc"]',
        "> GET packed", f'< "{"abc" * 50}"',
        "> STRLEN long", "< 20000",
        "> EXPIRETIME later", f"< {LATER_S}",
        "> EXISTS past", "< 0",
        "> LRANGE list 0 -1", '< ["a" "7" ""]',
        "> SMISMEMBER set m 12 x", "< [1 1 0]",
        "> ZRANGE zset 0 -1", '< ["low" "half" "one" "exact" "high"]',
        "! ZMSCORE zset low half one exact high", '< ["-inf" "-0.5" "1" "3.1" "inf"]',
        "> HLEN hash", "< 2",
        "> HMGET hash f n x", '< ["v" "1" nil]',
        "> DBSIZE", "< 13",
    ]  # fmt: skip


def version_2() -> tuple[bytes, list[str]]:
    """Redis 2.4: zipmaps, ziplists, intsets."""
    numbers = [0, 12, 13, -1, 127, -128, 128, -32768, 32768, -8388608, 8388608, -(2**31), 2**31, -(2**63)]
    made = file(
        2, SELECT_0,
        key(9, "zipmap", text(zipmap((b"f", b"v", 0), (b"k" * 300, b"w" * 260, 3), (b"e", b"", 2)))),
        key(10, "list", text(ziplist(b"a", b"5", *numbers, b"x" * 63, b"y" * 64, b"z" * 300, b"after",
                                     b"w" * 17000, b"end"))),
        key(11, "ints:2", text(intset(2, -5, 0, 300))),
        key(11, "ints:4", text(intset(4, -70000, 1))),
        key(11, "ints:8", text(intset(8, -(2**63), 2**63 - 1, 3))),
        key(12, "zset", text(ziplist(b"low", b"-inf", b"a", -3, b"b", b"1.5", 12, 100, b"high", b"inf"))),
    )  # fmt: skip
    shown = " ".join(f'"{n}"' for n in numbers)
    return made, [
        "> HLEN zipmap", "< 3",
        f"> HMGET zipmap f {'k' * 300} e", f'< ["v" "{"w" * 260}" ""]',
        "> LRANGE list 0 15", f'< ["a" "5" {shown}]',
        "> LRANGE list 16 19", f'< ["{"x" * 63}" "{"y" * 64}" "{"z" * 300}" "after"]',
        "> LLEN list", "< 22",
        "> LINDEX list 20", f'< "{"w" * 17000}"',
        "> LINDEX list -1", '< "end"',
        "> SMISMEMBER ints:2 -5 0 300 1", "< [1 1 1 0]",
        "> SMISMEMBER ints:4 -70000 1 0", "< [1 1 0]",
        "> SMISMEMBER ints:8 -9223372036854775808 9223372036854775807 3 4", "< [1 1 1 0]",
        "> SCARD ints:8", "< 3",
        "> OBJECT ENCODING ints:4", '< "intset"',
        "> ZRANGE zset 0 -1 WITHSCORES", '< ["low" "-inf" "a" "-3" "b" "1.5" "12" "100" "high" "inf"]',
        "> DBSIZE", "< 6",
    ]  # fmt: skip


def version_4() -> tuple[bytes, list[str]]:
    """Hashes as ziplists, times in milliseconds."""
    made = file(
        4, SELECT_0,
        key(13, "hash", text(ziplist(b"f", b"v", b"n", 77, 3, b"three"))),
        key(13, "long", text(ziplist(b"f", b"v" * 500))),
        b"\xfc" + ms(FOREVER_MS) + key(13, "expiring", text(ziplist(b"f", 1))),
    )
    return made, [
        "> HLEN hash", "< 3",
        "> HMGET hash f n 3", '< ["v" "77" "three"]',
        "> HSTRLEN long f", "< 500",
        "> OBJECT ENCODING hash", '< "listpack"',
        "! OBJECT ENCODING long", '< "hashtable"',
        "> PEXPIRETIME expiring", f"< {FOREVER_MS}",
        "> PEXPIRETIME hash", "< -1",
    ]  # fmt: skip


def version_6() -> tuple[bytes, list[str]]:
    """Redis 2.6: a checksum; packed forms that are compressed."""
    packed = ziplist(b"a" * 40)
    run = b"a" * 40
    at = packed.index(run)
    head, rest = packed[:at], packed[at + 40 :]
    squeezed = (bytes([len(head)]) + head + b"a" + bytes([7 << 5, 39 - 9, 0])
                + bytes([len(rest) - 1]) + rest)  # fmt: skip
    made = file(6, SELECT_0,
                key(10, "list", b"\xc3" + length(len(squeezed)) + length(len(packed)) + squeezed),
                key(0, "last", text("v")))  # fmt: skip
    return made, ["> LRANGE list 0 -1", f'< ["{"a" * 40}"]', "> GET last", '< "v"']


def version_7() -> tuple[bytes, list[str]]:
    """Redis 3.2: lists of ziplists, facts in front, sizes of databases."""
    made = file(
        7, aux("redis-ver", text("3.2.0")), aux("redis-bits", int_text(64, 1)),
        SELECT_0, b"\xfb" + length(2) + length(0),
        key(14, "list", length(3) + text(ziplist(b"a", 1)) + text(ziplist(b"m" * 300)) + text(ziplist(-1, b"z"))),
        key(14, "one", length(1) + text(ziplist(b"x"))),
    )  # fmt: skip
    return made, [
        "> LRANGE list 0 -1", f'< ["a" "1" "{"m" * 300}" "-1" "z"]',
        "> LRANGE one 0 -1", '< ["x"]',
        "> DBSIZE", "< 2",
    ]  # fmt: skip


def version_8() -> tuple[bytes, list[str]]:
    """Redis 4.0: scores as doubles."""
    scores = [float("-inf"), -0.1, 0.0, 1e300, float("inf")]
    made = file(
        8, aux("redis-ver", text("4.0.0")), SELECT_0, b"\xfb\x01\x00",
        key(5, "zset", length(5) + b"".join(text(f"m{i}") + struct.pack("<d", s) for i, s in enumerate(scores))),
    )  # fmt: skip
    return made, [
        "> ZRANGE zset 0 -1", '< ["m0" "m1" "m2" "m3" "m4"]',
        "> ZMSCORE zset m0 m2 m4", '< ["-inf" "0" "inf"]',
        "> ZCOUNT zset -0.1 1e300", "< 3",
    ]  # fmt: skip


def version_9() -> tuple[bytes, list[str]]:
    """Redis 5 and 6: streams, how long a key has been idle, how often it was used."""
    made = file(
        9, aux("redis-ver", text("5.0.0")), SELECT_0,
        b"\xf8" + length(3600) + key(0, "idle", text("v")),
        b"\xf9" + bytes([99]) + key(0, "often", text("v")),
        key(15, "s", stream(15)),
    )  # fmt: skip
    return made, [
        "! OBJECT IDLETIME idle", "< 3600",
        "> GET often", '< "v"',
        *stream_answers("s", 15),
        "! XINFO GROUPS s",
        '< [["name" "idle" "consumers" 0 "pending" 0 "last-delivered-id" "0-0" "entries-read" nil "lag" 4]'
        ' ["name" "workers" "consumers" 2 "pending" 3 "last-delivered-id" "2000-1" "entries-read" nil "lag" 1]]',
    ]  # fmt: skip


def version_10() -> tuple[bytes, list[str]]:
    """Redis 7.0: listpacks, functions, more facts of streams."""
    library = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"
    made = file(
        10, aux("redis-ver", text("7.0.15")), b"\xf5" + text(library), SELECT_0,
        key(16, "hash", text(listpack(b"f", b"v", b"n", -4096, b"big", b"w" * 64, 5, 2**40))),
        key(17, "zset", text(listpack(b"low", b"-inf", b"a", -3, b"b", b"1.5", b"c" * 20, 100))),
        key(18, "list", length(3) + length(2) + text(listpack(b"a", 127, 128, -(2**15), 2**23, -(2**63)))
            + length(1) + text("p" * 9000) + length(2) + text(listpack(b"q" * 5000, b"end"))),
        key(19, "s", stream(19)),
    )  # fmt: skip
    return made, [
        "> HMGET hash f n big 5", f'< ["v" "-4096" "{"w" * 64}" "1099511627776"]',
        "> ZRANGE zset 0 -1 WITHSCORES", f'< ["low" "-inf" "a" "-3" "b" "1.5" "{"c" * 20}" "100"]',
        "> LLEN list", "< 9",
        "> LRANGE list 0 5", '< ["a" "127" "128" "-32768" "8388608" "-9223372036854775808"]',
        "> LINDEX list 6", f'< "{"p" * 9000}"',
        "> LINDEX list -1", '< "end"',
        *stream_answers("s", 19),
        "! XINFO GROUPS s",
        '< [["name" "idle" "consumers" 0 "pending" 0 "last-delivered-id" "0-0" "entries-read" 0 "lag" 4]'
        ' ["name" "workers" "consumers" 2 "pending" 3 "last-delivered-id" "2000-1" "entries-read" 9 "lag" 1]]',
    ]  # fmt: skip


def version_11() -> tuple[bytes, list[str]]:
    """Redis 7.2: sets as listpacks, when consumers were active; what a module wrote about itself."""
    module = b"\xf7" + length(0x0102030405060708) + b"\x02\x02" + b"\x02\x05" + b"\x05" + text("abc") + b"\x00"
    made = file(11, module, SELECT_0, b"\xf4" + length(5) + length(1) + length(0),
                key(20, "set", text(listpack(b"a", 5, b"c" * 60))), key(21, "s", stream(21)))  # fmt: skip
    return made, [
        "> SMISMEMBER set a 5 x", "< [1 1 0]",
        "> SCARD set", "< 3",
        *stream_answers("s", 21),
    ]  # fmt: skip


def version_12() -> tuple[bytes, list[str]]:
    """Redis 7.4: fields that expire, and how its release candidates wrote them."""
    far, past = NOW_MS + 1_000_000, NOW_MS - 1000
    plain = [(b"never", 0), (b"far", far), (b"gone", past)]

    def table(times: list[int]) -> bytes:
        return length(3) + b"".join(length(t) + text(n) + text(b"v") for (n, _), t in zip(plain, times))

    packed = listpack(b"gone", b"v", past, b"far", b"v", far, b"never", b"v", 0)
    made = file(
        12, SELECT_0,
        key(24, "table", ms(past) + table([0, far - past + 1, 1])),
        key(25, "packed", ms(past) + text(packed)),
        key(22, "table:rc", table([0, far, past])),
        key(23, "packed:rc", text(packed)),
        key(25, "all gone", ms(past) + text(listpack(b"gone", b"v", past))),
    )  # fmt: skip
    answers = []
    for name in ("table", "packed", "table:rc", "packed:rc"):
        answers += [
            f"> HLEN {name}", "< 2",
            f"> HMGET {name} never far gone", '< ["v" "v" nil]',
            f"> HPEXPIRETIME {name} FIELDS 2 never far", f"< [-1 {far}]",
        ]  # fmt: skip
    return made, [*answers, "> DBSIZE", "< 4"]


def version_14() -> tuple[bytes, list[str]]:
    """Redis 8: streams with idempotent producers, and with entries released by XNACK."""
    made = file(14, SELECT_0, key(26, "s", stream(26)), key(27, "t", stream(27, released=True)))
    return made, [*stream_answers("s", 26), *stream_answers("t", 27)]


GOLDEN = {
    "version-01": version_1, "version-02": version_2, "version-04": version_4, "version-06": version_6,
    "version-07": version_7, "version-08": version_8, "version-09": version_9, "version-10": version_10,
    "version-11": version_11, "version-12": version_12, "version-14": version_14,
}  # fmt: skip
ORACLE_LIMIT = "version-10"

# --- What a server says.

OURS = [
    "SET string value", "SET number -70000", f"SET expiring v PXAT {FOREVER_MS}", "APPEND long " + "ab" * 300,
    "RPUSH list a 1 -300 " + "p" * 9000 + " end", "SADD ints 1 -70000 3", "SADD set a 5", "HSET hash f v n 7",
    "HSET fields never v far w", f"HPEXPIREAT fields {FOREVER_MS} FIELDS 1 far", "ZADD zset -inf low 1.5 b 12 c",
    "ARSET array 5 v 17 text", "ARSET array 1000000 far", "XADD s 1000-1 f a g 1", "XADD s 1000-2 f b g 2", "XADD s 2000-0 other x",
    "XDEL s 1000-2", "XGROUP CREATE s workers 0", "XREADGROUP GROUP workers alice STREAMS s >",
    "XNACK s workers FAIL IDS 1 2000-0", "XADD p IDMP producer i1 * f v", "PFADD hll a b c",
]  # fmt: skip
ASK_OURS = [
    "MGET string number expiring", "PEXPIRETIME expiring", "STRLEN long", "LRANGE list 0 2", "LLEN list",
    "SMISMEMBER ints 1 -70000 3 4", "SMISMEMBER set a 5 6", "HMGET hash f n x", "HMGET fields never far",
    "HPEXPIRETIME fields FIELDS 2 never far", "ZRANGE zset 0 -1 WITHSCORES", "ARGET array 5", "ARGET array 6", "ARGET array 1000000",
    "ARLEN array", "XRANGE s - +", "XPENDING s workers", "XLEN p", "XADD p IDMP producer i1 * f v", "PFCOUNT hll",
    "DBSIZE",
]  # fmt: skip


def write_ours(binary: str) -> int:
    sys.path.insert(0, str(HERE.parent.parent / "lib"))
    from server import Server
    from wait import wait_for

    with tempfile.TemporaryDirectory() as folder, Server(binary, folder=folder) as server:
        client = server.client(10)
        for command in OURS:
            print(command[:60], show(client.call(*shlex.split(command)))[:100])
        answers = [line for ask in ASK_OURS for line in (f"! {ask}", f"< {show(client.call(*shlex.split(ask)))}")]
        client.call("BGREWRITEAOF")
        log = pathlib.Path(folder) / "millstream-log"
        wait_for(lambda: list(log.glob("checkpoint-*.rdb")), 10, "a checkpoint")
        image = next(log.glob("checkpoint-*.rdb")).read_bytes()
    name = f"ours-{image[5:9].decode().lstrip('0')}"
    (FOLDER / f"{name}.rdb").write_bytes(image)
    (FOLDER / f"{name}.txt").write_text("\n".join(answers) + "\n")
    return 0


def show(reply: object) -> str:
    if reply is None or type(reply).__name__ == "NilArray":
        return "nil"
    if isinstance(reply, list):
        return "[" + " ".join(show(item) for item in reply) + "]"
    if isinstance(reply, bytes):
        return '"' + reply.decode() + '"'
    if isinstance(reply, int):
        return str(reply)
    words = str(getattr(reply, "text"))
    return words if type(reply).__name__ == "Simple" else "-" + words


def compare(binary: str) -> int:
    sys.path.insert(0, str(HERE.parent.parent / "lib"))
    from server import Server

    wrong = 0
    for name in GOLDEN:
        if name > ORACLE_LIMIT:
            continue
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(FOLDER / f"{name}.rdb", pathlib.Path(folder) / "dump.rdb")
            with Server(binary, folder=folder) as server:
                client = server.client(10)
                lines = (FOLDER / f"{name}.txt").read_text().splitlines()
                for command, wanted in zip(lines[::2], lines[1::2]):
                    found = show(client.call(*shlex.split(command[2:])))
                    if command.startswith(">") and found != wanted[2:]:
                        print(f"{name}: {command[2:]}: {found[:300]} instead of {wanted[2:302]}")
                        wrong += 1
    print(f"{wrong} wrong")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redis", help="compare with this redis-server instead of writing")
    parser.add_argument("--ours", help="have this millstream-server write its file")
    options = parser.parse_args()
    if options.ours:
        return write_ours(options.ours)
    if options.redis:
        return compare(options.redis)
    FOLDER.mkdir(exist_ok=True)
    for name, make in GOLDEN.items():
        image, answers = make()
        (FOLDER / f"{name}.rdb").write_bytes(image)
        (FOLDER / f"{name}.txt").write_text("\n".join(answers) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
