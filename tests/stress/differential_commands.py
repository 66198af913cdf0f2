"""What the differential test may send: for each command, how its arguments are made up.

A generator gets a Maker, which knows the keys and the chance, and returns the arguments. Entries
whose command one of the servers lacks are left out. Nothing whose answer depends on chance or on the
clock is made: a random choice is asked for with a count that takes everything, times of expiry are
far in the future and absolute, and replies whose order is a hash table's are compared as sets.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable

Words = list[bytes]

TYPES = ["string", "list", "hash", "set", "zset", "stream", "hll", "geo"]
KEYS = {
    kind: [f"{kind}:{n}".encode() for n in range(2)] + [b"\x00" + kind.encode() + b"\xff\r\n"]
    for kind in TYPES
}
EVERYTHING = b"1000000"  # a count that takes all there is, so that chance does not matter
LEX_KEYS = [b"lex:0", b"lex:1"]  # sorted sets in which all scores are equal, as BYLEX wants it
FAR = 4102444800  # a second in the year 2100
HUGE = 1 << 20
NUMBERS = [
    *(b"0 1 -1 2 3 -2 -3 7 10 100 -100 127 128 255 256 65535 65536 2147483647 -2147483649").split(),
    b"9223372036854775807",
    b"-9223372036854775808",
    b"9223372036854775808",
    b"18446744073709551615",
    b"1e3",
    b" 1",
    b"01",
    b"+1",
    b"",
    b"x",
]
SCORES = b"""0 1 -1 2 2 2 3 1.5 -0.0 0.1 0.2 1e10 1e300 -1e300 1e-300 1.7976931348623157e308 3.0e-324
inf -inf +inf 123456789012345678 9007199254740993 0x10 nan x 1e400""".split()
# Not the empty text, which theirs takes for zero.
RANGE_SCORES = [*SCORES, b"(1", b"(2", b"(inf", b"-inf", b"+inf", b"(x", b"(-1"]
LEX = [b"-", b"+", b"[a", b"(a", b"[b", b"(m1", b"[m3", b"[", b"(", b"[zzz", b"a", b"-x"]
FLAGS = b"NX XX GT LT CH INCR nx GET".split()


class Maker:
    """Chance, and what arguments are made of."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = [b"m%d" % n for n in range(self.random.choice([6, 6, 12, 150]))]
        self.huge_left = 6  # huge values are rare, and each copy of one costs

    def pick(self, *choices: bytes) -> bytes:
        return self.random.choice(choices)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, make: Callable[[], bytes], low: int = 1, high: int = 4) -> Words:
        """Mostly a few; sometimes so many that an encoding's limit is met by one command."""
        if self.chance(0.03):
            high = 140
        return [make() for _ in range(self.random.randint(low, high))]

    def maybe(self, *words: bytes, share: float = 0.3) -> Words:
        return list(words) if self.chance(share) else []

    def maybe_steps(self, make: Callable[[], list[Words]], share: float) -> list[Words]:
        return make() if self.chance(share) else []

    def key(self, kind: str) -> bytes:
        """Mostly of that type. What GEO* make of other scores than theirs is left open, and theirs
        has half of a PFADD done when it finds a string damaged."""
        if self.chance(0.08):
            strangers = [{"zset", "geo"}, {"string", "hll"}]
            kind = self.random.choice([other for other in TYPES if {other, kind} not in strangers])
        return self.random.choice(KEYS[kind])

    def lex_key(self) -> bytes:
        return self.random.choice(LEX_KEYS) if self.chance(0.95) else self.key("string")

    def keys(self, kind: str, low: int = 1, high: int = 3) -> Words:
        return [self.key(kind) for _ in range(self.random.randint(low, high))]

    def any_key(self) -> bytes:
        return self.random.choice(KEYS[self.random.choice(TYPES)])

    def two_keys(self) -> Words:
        """To rename, copy: of the same type, or without those that should stay apart."""
        kind = self.random.choice(TYPES)
        if self.chance(0.7):
            return [self.random.choice(KEYS[kind]), self.random.choice(KEYS[kind])]
        kinds = [kind for kind in TYPES if kind not in ("zset", "geo", "hll")]
        return [self.random.choice(KEYS[kind]) for kind in self.random.choices(kinds, k=2)]

    def counted_keys(self, kind: str) -> Words:
        keys = self.keys(kind)
        count = b"%d" % len(keys)
        return [self.pick(b"0", b"x", b"-1", b"99") if self.chance(0.03) else count, *keys]

    def number(self) -> bytes:
        return self.random.choice(NUMBERS) if self.chance(0.15) else self.index()

    def index(self) -> bytes:
        return b"%d" % self.random.choice([0, 0, 1, 2, -1, -1, -2, -3, 3, 5, 8, -8, 100, -100])

    def count(self) -> bytes:
        return self.number() if self.chance(0.1) else b"%d" % self.random.randint(0, 6)

    def positive(self) -> bytes:
        return b"%d" % self.random.randint(1, 6)

    def score(self) -> bytes:
        if self.chance(0.3):
            return self.random.choice(SCORES)
        return b"%d" % self.random.randint(-5, 5)

    def float(self) -> bytes:
        return self.pick(b"1", b"0.5", b"-2.5", b"1e2", b"0.1", b"inf", b"-inf", b"nan", b"x", b"3")

    def value(self) -> bytes:
        """Bytes of all kinds; often near a limit of an encoding (see LIMITS of differential.py)."""
        kind = self.random.random()
        if kind < 0.4:
            return self.random.choice(self.names)
        if kind < 0.6:
            return self.random.choice(NUMBERS)
        if kind < 0.7:
            return b"%d" % self.random.randint(-1000, 100000)
        if kind < 0.75:
            return self.random.choice([b"", b"\x00", b"\r\n", b"\xff\xfe", b"a\x00b", b"1.5", b"-0"])
        if kind < 0.995 or not self.huge_left:
            size = self.random.choice([7, 8, 9, 15, 16, 17, 43, 44, 45, 63, 64, 65, 127, 128])
            if self.chance(0.02):
                size = self.random.choice([4095, 4096, 8191, 8192, 16384, 70000])
            return self.random.choice([b"a", b"b", b"c"]) * size
        self.huge_left -= 1
        return b"H" * self.random.choice([HUGE - 1, HUGE, HUGE + 1])

    def name(self) -> bytes:
        """A field or a member: mostly one that comes again."""
        return self.value() if self.chance(0.1) else self.random.choice(self.names)

    def integer_name(self) -> bytes:
        return b"%d" % self.random.choice([1, 2, 3, 40, -7, 32767, 32768, 2**31, 2**40, -(2**63)])

    def member(self) -> bytes:
        return self.integer_name() if self.chance(0.4) else self.name()

    def far(self) -> int:
        return FAR + self.random.randint(0, 3)

    def limit(self) -> Words:
        return self.maybe(b"LIMIT", self.index(), self.index(), share=0.25)

    def pattern(self) -> bytes:
        return self.pick(b"*", b"m1*", b"m?", b"[a-m]*", b"", b"\\m1", b"*\x00*", b"m[^1]")

    def end(self) -> bytes:
        return self.pick(b"LEFT", b"RIGHT", b"left") if not self.chance(0.02) else b"MIDDLE"

    def entry_id(self) -> bytes:
        return b"%d-%d" % (self.random.randint(0, 20), self.random.randint(0, 2))

    def place(self) -> Words:
        """Longitude and latitude."""
        if self.chance(0.08):
            return [self.pick(b"181", b"x", b"nan", b"-180", b"180"), self.pick(b"85.05112878", b"86")]
        return [
            b"%.6f" % self.random.uniform(-180, 180),
            b"%.6f" % self.random.uniform(-85, 85),
        ]

    def near(self) -> Words:
        return [b"%.4f" % self.random.uniform(12, 16), b"%.4f" % self.random.uniform(36, 39)]

    def unit(self) -> bytes:
        return self.pick(b"m", b"km", b"ft", b"mi", b"KM") if not self.chance(0.03) else b"yd"


@dataclass(frozen=True)
class Entry:
    """A command: how often, with which arguments, and how to compare its reply.

    compare: "exact"; "set": arrays in any order; "pairs": an array of name and value, one after the
    other, in any order of pairs; "scan": a cursor, and a set; "scan-pairs"; "encoding".
    """

    weight: float
    make: Callable[[Maker], Words]
    compare: str = "exact"
    doubles: bool = False  # bulk strings in the reply may be doubles, compared as numbers


def string_set(m: Maker) -> Words:
    words = [m.key("string"), m.value()]
    if m.chance(0.4):
        words += [m.pick(b"NX", b"XX", b"GET", b"KEEPTTL", b"get")]
    if m.chance(0.2):
        words += [b"EXAT", b"%d" % m.far()]
    return words + m.maybe(m.pick(b"NX", b"XX", b"GET", b"EX", b"BAD"), share=0.1)


STRINGS = {
    "SET": Entry(6, string_set),
    "GET": Entry(3, lambda m: [m.key("string")]),
    "GETDEL": Entry(1, lambda m: [m.key("string")]),
    "GETSET": Entry(1, lambda m: [m.key("string"), m.value()]),
    "GETEX": Entry(1, lambda m: [m.key("string"), *m.maybe(m.pick(b"PERSIST", b"BAD"))]),
    "SETNX": Entry(1, lambda m: [m.key("string"), m.value()]),
    "MSET": Entry(1, lambda m: [w for k in m.keys("string") for w in (k, m.value())]),
    "MSETNX": Entry(1, lambda m: [w for k in m.keys("string") for w in (k, m.value())]),
    "MGET": Entry(1, lambda m: m.keys("string")),
    "APPEND": Entry(2, lambda m: [m.key("string"), m.value()]),
    "STRLEN": Entry(1, lambda m: [m.key("string")]),
    "SETRANGE": Entry(2, lambda m: [m.key("string"), m.index(), m.value()]),
    "GETRANGE": Entry(2, lambda m: [m.key("string"), m.number(), m.number()]),
    "INCR": Entry(1, lambda m: [m.key("string")]),
    "DECR": Entry(1, lambda m: [m.key("string")]),
    "INCRBY": Entry(1, lambda m: [m.key("string"), m.number()]),
    "DECRBY": Entry(1, lambda m: [m.key("string"), m.number()]),
    "INCRBYFLOAT": Entry(1, lambda m: [m.key("string"), m.pick(m.float(), m.number())]),
    "LCS": Entry(0.5, lambda m: [*m.keys("string", 2, 2), *m.maybe(m.pick(b"LEN", b"IDX"))]),
}


def bit_range(m: Maker) -> Words:
    words = [m.number(), m.number()] if m.chance(0.6) else []
    return words + (m.maybe(m.pick(b"BIT", b"BYTE", b"bit", b"BAD")) if words else [])


def bitfield(m: Maker) -> Words:
    words = [m.key("string")]
    for _ in range(m.random.randint(0, 4)):
        width = m.pick(b"u", b"i") + b"%d" % m.random.choice([1, 3, 4, 7, 8, 9, 16, 31, 32, 63, 64])
        place = m.pick(b"#%d", b"%d") % m.random.randint(0, 40)
        if m.chance(0.3):
            words += [b"OVERFLOW", m.pick(b"WRAP", b"SAT", b"FAIL", b"sat")]
        action = m.pick(b"GET", b"SET", b"INCRBY")
        # Near the lowest number theirs saturates at the wrong end.
        value = m.number().replace(b"-9223372036854775808", b"-4611686018427387904")
        words += [action, width, place, *([] if action == b"GET" else [value])]
    return words


BITMAPS = {
    "SETBIT": Entry(3, lambda m: [m.key("string"), b"%d" % m.random.randint(0, 600), m.pick(b"0", b"1")]),
    "GETBIT": Entry(1, lambda m: [m.key("string"), m.number()]),
    "BITCOUNT": Entry(2, lambda m: [m.key("string"), *bit_range(m)]),
    "BITPOS": Entry(2, lambda m: [m.key("string"), m.pick(b"0", b"1", b"0", b"1", b"2"), *bit_range(m)]),
    "BITOP": Entry(
        2,
        lambda m: [
            m.pick(b"AND", b"OR", b"XOR", b"NOT", b"xor", b"BAD"),
            m.key("string"),
            *m.keys("string", 1, 4),
        ],
    ),
    "BITFIELD": Entry(3, bitfield),
    "BITFIELD_RO": Entry(1, bitfield),
}

HYPERLOGLOGS = {
    "PFADD": Entry(4, lambda m: [m.key("hll"), *m.some(m.value, 0, 4)]),
    "PFCOUNT": Entry(2, lambda m: m.keys("hll")),
    "PFMERGE": Entry(1, lambda m: m.keys("hll")),
    "PFDEBUG": Entry(0.5, lambda m: [m.pick(b"ENCODING", b"DECODE", b"TODENSE", b"BAD"), m.key("hll")]),
}

LISTS = {
    "LPUSH": Entry(4, lambda m: [m.key("list"), *m.some(m.value)]),
    "RPUSH": Entry(5, lambda m: [m.key("list"), *m.some(m.value)]),
    "LPUSHX": Entry(1, lambda m: [m.key("list"), *m.some(m.value)]),
    "RPUSHX": Entry(1, lambda m: [m.key("list"), *m.some(m.value)]),
    "LPOP": Entry(2, lambda m: [m.key("list"), *m.maybe(m.count())]),
    "RPOP": Entry(2, lambda m: [m.key("list"), *m.maybe(m.count())]),
    "LLEN": Entry(1, lambda m: [m.key("list")]),
    "LRANGE": Entry(2, lambda m: [m.key("list"), m.number(), m.number()]),
    "LINDEX": Entry(2, lambda m: [m.key("list"), m.number()]),
    "LSET": Entry(2, lambda m: [m.key("list"), m.number(), m.value()]),
    "LREM": Entry(2, lambda m: [m.key("list"), m.number(), m.name()]),
    "LTRIM": Entry(1, lambda m: [m.key("list"), m.number(), m.number()]),
    "LINSERT": Entry(
        2, lambda m: [m.key("list"), m.pick(b"BEFORE", b"AFTER", b"after", b"BAD"), m.name(), m.value()]
    ),
    "LPOS": Entry(
        2,
        lambda m: [
            m.key("list"),
            m.name(),
            *m.maybe(b"RANK", m.number()),
            *m.maybe(b"COUNT", m.count()),
            *m.maybe(b"MAXLEN", m.count()),
        ],
    ),
    "LMOVE": Entry(2, lambda m: [m.key("list"), m.key("list"), m.end(), m.end()]),
    "RPOPLPUSH": Entry(1, lambda m: m.keys("list", 2, 2)),
    "LMPOP": Entry(1, lambda m: [*m.counted_keys("list"), m.end(), *m.maybe(b"COUNT", m.count())]),
    "BLPOP": Entry(0.3, lambda m: [*m.keys("list"), b"0.01"]),
    "BRPOP": Entry(0.3, lambda m: [*m.keys("list"), b"0.01"]),
    "BLMOVE": Entry(0.3, lambda m: [m.key("list"), m.key("list"), m.end(), m.end(), b"0.01"]),
    "BLMPOP": Entry(0.3, lambda m: [b"0.01", *m.counted_keys("list"), m.end()]),
    "BRPOPLPUSH": Entry(0.2, lambda m: [*m.keys("list", 2, 2), b"0.01"]),
}

HASHES = {
    "HSET": Entry(6, lambda m: [m.key("hash"), *(w for _ in m.some(m.name) for w in (m.name(), m.value()))]),
    "HMSET": Entry(1, lambda m: [m.key("hash"), m.name(), m.value()]),
    "HSETNX": Entry(1, lambda m: [m.key("hash"), m.name(), m.value()]),
    "HGET": Entry(2, lambda m: [m.key("hash"), m.name()]),
    "HMGET": Entry(1, lambda m: [m.key("hash"), *m.some(m.name)]),
    "HDEL": Entry(3, lambda m: [m.key("hash"), *m.some(m.name)]),
    "HEXISTS": Entry(1, lambda m: [m.key("hash"), m.name()]),
    "HLEN": Entry(1, lambda m: [m.key("hash")]),
    "HSTRLEN": Entry(1, lambda m: [m.key("hash"), m.name()]),
    "HGETALL": Entry(1, lambda m: [m.key("hash")], "pairs"),
    "HKEYS": Entry(1, lambda m: [m.key("hash")], "set"),
    "HVALS": Entry(1, lambda m: [m.key("hash")], "set"),
    "HINCRBY": Entry(2, lambda m: [m.key("hash"), m.name(), m.number()]),
    "HINCRBYFLOAT": Entry(2, lambda m: [m.key("hash"), m.name(), m.pick(m.float(), m.number())]),
    "HRANDFIELD": Entry(0.5, lambda m: [m.key("hash"), EVERYTHING], "set"),
    "HSCAN": Entry(
        1,
        lambda m: [m.key("hash"), b"0", b"COUNT", EVERYTHING, *m.maybe(b"MATCH", m.pattern())],
        "scan-pairs",
    ),
}


def set_store(m: Maker) -> Words:
    return [m.key("set"), *m.keys("set")]


SETS = {
    "SADD": Entry(6, lambda m: [m.key("set"), *m.some(m.integer_name if m.chance(0.5) else m.member)]),
    "SREM": Entry(3, lambda m: [m.key("set"), *m.some(m.member)]),
    "SISMEMBER": Entry(1, lambda m: [m.key("set"), m.member()]),
    "SMISMEMBER": Entry(1, lambda m: [m.key("set"), *m.some(m.member)]),
    "SCARD": Entry(1, lambda m: [m.key("set")]),
    "SMEMBERS": Entry(1, lambda m: [m.key("set")], "set"),
    "SMOVE": Entry(1, lambda m: [*m.keys("set", 2, 2), m.member()]),
    "SPOP": Entry(0.3, lambda m: [m.key("set"), m.pick(EVERYTHING, b"0", b"-1", b"x")], "set"),
    "SRANDMEMBER": Entry(0.5, lambda m: [m.key("set"), m.pick(EVERYTHING, b"0", b"x")], "set"),
    "SINTER": Entry(1, lambda m: m.keys("set"), "set"),
    "SUNION": Entry(1, lambda m: m.keys("set"), "set"),
    "SDIFF": Entry(1, lambda m: m.keys("set"), "set"),
    "SINTERSTORE": Entry(1, set_store),
    "SUNIONSTORE": Entry(1, set_store),
    "SDIFFSTORE": Entry(1, set_store),
    "SINTERCARD": Entry(1, lambda m: [*m.counted_keys("set"), *m.maybe(b"LIMIT", m.count())]),
    "SSCAN": Entry(
        1, lambda m: [m.key("set"), b"0", b"COUNT", EVERYTHING, *m.maybe(b"MATCH", m.pattern())], "scan"
    ),
}


def zset_add(m: Maker) -> Words:
    if m.chance(0.25):
        return [m.lex_key(), *(w for _ in m.some(m.name) for w in (b"0", m.name()))]
    words = [m.key("zset")]
    if m.chance(0.3):
        words += [m.random.choice(FLAGS) for _ in range(m.random.randint(1, 2))]
    return words + [w for _ in m.some(m.name) for w in (m.score(), m.name())]


def zset_range(m: Maker) -> Words:
    kind = m.random.random()
    words: Words = [m.key("zset") if kind < 0.75 else m.lex_key()]
    if kind < 0.5:
        words += [m.number(), m.number()]
    elif kind < 0.75:
        words += [m.random.choice(RANGE_SCORES), m.random.choice(RANGE_SCORES), b"BYSCORE"]
    else:
        words += [m.random.choice(LEX), m.random.choice(LEX), b"BYLEX"]
    return words + m.maybe(b"REV") + m.limit()


def zset_combination(m: Maker) -> Words:
    words = m.counted_keys(m.pick(b"zset", b"zset", b"set").decode())
    if m.chance(0.3):
        words += [b"WEIGHTS", *(m.float() for _ in words[1:])]
    return words + m.maybe(b"AGGREGATE", m.pick(b"SUM", b"MIN", b"MAX", b"BAD"))


def by_score(m: Maker) -> Words:
    return [m.key("zset"), m.random.choice(RANGE_SCORES), m.random.choice(RANGE_SCORES)]


def by_lex(m: Maker) -> Words:
    return [m.lex_key(), m.random.choice(LEX), m.random.choice(LEX)]


ZSETS = {
    "ZADD": Entry(7, zset_add, doubles=True),
    "ZINCRBY": Entry(2, lambda m: [m.key("zset"), m.score(), m.name()], doubles=True),
    "ZREM": Entry(3, lambda m: [m.key("zset"), *m.some(m.name)]),
    "ZSCORE": Entry(1, lambda m: [m.key("zset"), m.name()], doubles=True),
    "ZMSCORE": Entry(1, lambda m: [m.key("zset"), *m.some(m.name)], doubles=True),
    "ZCARD": Entry(1, lambda m: [m.key("zset")]),
    "ZRANK": Entry(1, lambda m: [m.key("zset"), m.name()]),
    "ZREVRANK": Entry(1, lambda m: [m.key("zset"), m.name()]),
    "ZCOUNT": Entry(1, by_score),
    "ZLEXCOUNT": Entry(1, by_lex),
    "ZRANGE": Entry(3, lambda m: [*zset_range(m), *m.maybe(b"WITHSCORES")], doubles=True),
    "ZRANGESTORE": Entry(1, lambda m: [m.key("zset"), *zset_range(m)]),
    "ZREVRANGE": Entry(
        1, lambda m: [m.key("zset"), m.number(), m.number(), *m.maybe(b"WITHSCORES")], doubles=True
    ),
    "ZRANGEBYSCORE": Entry(1, lambda m: [*by_score(m), *m.maybe(b"WITHSCORES"), *m.limit()], doubles=True),
    "ZREVRANGEBYSCORE": Entry(1, lambda m: [*by_score(m), *m.maybe(b"WITHSCORES"), *m.limit()], doubles=True),
    "ZRANGEBYLEX": Entry(1, lambda m: [*by_lex(m), *m.limit()]),
    "ZREVRANGEBYLEX": Entry(1, lambda m: [*by_lex(m), *m.limit()]),
    "ZREMRANGEBYRANK": Entry(1, lambda m: [m.key("zset"), m.number(), m.number()]),
    "ZREMRANGEBYSCORE": Entry(0.5, by_score),
    "ZREMRANGEBYLEX": Entry(0.5, by_lex),
    "ZPOPMIN": Entry(1, lambda m: [m.key("zset"), *m.maybe(m.count())], doubles=True),
    "ZPOPMAX": Entry(1, lambda m: [m.key("zset"), *m.maybe(m.count())], doubles=True),
    "ZMPOP": Entry(
        1,
        lambda m: [*m.counted_keys("zset"), m.pick(b"MIN", b"MAX"), *m.maybe(b"COUNT", m.count())],
        doubles=True,
    ),
    "BZPOPMIN": Entry(0.3, lambda m: [*m.keys("zset"), b"0.01"], doubles=True),
    "BZPOPMAX": Entry(0.3, lambda m: [*m.keys("zset"), b"0.01"], doubles=True),
    "BZMPOP": Entry(0.3, lambda m: [b"0.01", *m.counted_keys("zset"), b"MIN"], doubles=True),
    "ZUNION": Entry(1, lambda m: [*zset_combination(m), *m.maybe(b"WITHSCORES")], doubles=True),
    "ZINTER": Entry(1, lambda m: [*zset_combination(m), *m.maybe(b"WITHSCORES")], doubles=True),
    "ZDIFF": Entry(1, lambda m: [*m.counted_keys("zset"), *m.maybe(b"WITHSCORES")], doubles=True),
    "ZUNIONSTORE": Entry(1, lambda m: [m.key("zset"), *zset_combination(m)]),
    "ZINTERSTORE": Entry(1, lambda m: [m.key("zset"), *zset_combination(m)]),
    "ZDIFFSTORE": Entry(1, lambda m: [m.key("zset"), *m.counted_keys("zset")]),
    "ZINTERCARD": Entry(1, lambda m: [*m.counted_keys("zset"), *m.maybe(b"LIMIT", m.count())]),
    "ZRANDMEMBER": Entry(0.3, lambda m: [m.key("zset"), EVERYTHING], "set"),
    "ZSCAN": Entry(
        1,
        lambda m: [m.key("zset"), b"0", b"COUNT", EVERYTHING, *m.maybe(b"MATCH", m.pattern())],
        "scan-pairs",
        doubles=True,
    ),
}


def geo_shape(m: Maker) -> Words:
    place = [b"FROMLONLAT", *m.near()] if m.chance(0.6) else [b"FROMMEMBER", m.name()]
    size = b"%d" % m.random.choice([0, 1, 50, 200, 1000])
    if m.chance(0.5):
        return [*place, b"BYRADIUS", size, m.unit()]
    return [*place, b"BYBOX", size, m.pick(b"100", b"400", b"-1", b"x"), m.unit()]


GEO = {
    "GEOADD": Entry(
        5,
        lambda m: [
            m.key("geo"),
            *m.maybe(m.pick(b"NX", b"XX", b"CH"), share=0.1),
            *(w for _ in m.some(m.name) for w in (*(m.near() if m.chance(0.6) else m.place()), m.name())),
        ],
    ),
    "GEOPOS": Entry(1, lambda m: [m.key("geo"), *m.some(m.name)], doubles=True),
    "GEOHASH": Entry(1, lambda m: [m.key("geo"), *m.some(m.name)]),
    "GEODIST": Entry(2, lambda m: [m.key("geo"), m.name(), m.name(), *m.maybe(m.unit())], doubles=True),
    "GEOSEARCH": Entry(
        3,
        lambda m: [
            m.key("geo"),
            *geo_shape(m),
            m.pick(b"ASC", b"DESC"),
            *m.maybe(b"COUNT", m.count(), share=0.15),
            *m.maybe(b"WITHCOORD", share=0.2),
            *m.maybe(b"WITHDIST"),
            *m.maybe(b"WITHHASH", share=0.2),
        ],
        "geo",
        doubles=True,
    ),
    "GEOSEARCHSTORE": Entry(
        1, lambda m: [m.key("geo"), m.key("geo"), *geo_shape(m), *m.maybe(b"STOREDIST")]
    ),
    "GEORADIUS": Entry(
        1,
        lambda m: [
            m.key("geo"), *m.near(), m.pick(b"100", b"1000", b"-1", b"x"), m.unit(), b"ASC",
            *m.maybe(b"WITHDIST"), *m.maybe(b"STORE", m.key("geo"), share=0.2),
        ],
        "geo",
        doubles=True,
    ),
    "GEORADIUSBYMEMBER": Entry(
        1,
        lambda m: [m.key("geo"), m.name(), m.pick(b"100", b"1000"), m.unit(), b"ASC", *m.maybe(b"WITHDIST")],
        "geo",
        doubles=True,
    ),
}

STREAMS = {
    "XADD": Entry(3, lambda m: [m.key("stream"), m.entry_id(), m.name(), m.value()]),
    "XLEN": Entry(0.5, lambda m: [m.key("stream")]),
    "XRANGE": Entry(1, lambda m: [m.key("stream"), m.pick(b"-", m.entry_id()), m.pick(b"+", m.entry_id())]),
    "XREVRANGE": Entry(1, lambda m: [m.key("stream"), b"+", b"-", *m.maybe(b"COUNT", m.count())]),
    "XDEL": Entry(1, lambda m: [m.key("stream"), m.entry_id()]),
    "XTRIM": Entry(0.5, lambda m: [m.key("stream"), b"MAXLEN", m.count()]),
    "XREAD": Entry(0.5, lambda m: [b"STREAMS", m.key("stream"), m.entry_id()]),
    "XGROUP": Entry(1, lambda m: [b"CREATE", m.key("stream"), m.pick(b"g", b"h"), m.pick(b"0", b"$")]),
    "XREADGROUP": Entry(1, lambda m: [b"GROUP", b"g", m.name(), b"STREAMS", m.key("stream"), b">"]),
    "XACK": Entry(1, lambda m: [m.key("stream"), b"g", m.entry_id()]),
    "XPENDING": Entry(0.5, lambda m: [m.key("stream"), m.pick(b"g", b"h")]),
}


def sort(m: Maker) -> Words:
    # Not of sorted sets: theirs changes their encoding for it.
    words = [m.random.choice([*KEYS["list"], *KEYS["set"], *KEYS["string"]])]
    alpha = m.chance(0.7)
    # By text there is no order among equal ones, and patterns give many.
    by = [b"nosort"] if alpha else [b"nosort", b"string:*", b"hash:0->*", b"hash:*->m1"]
    words += m.maybe(b"BY", m.pick(*by), share=0.2)
    words += m.maybe(b"LIMIT", m.index(), m.index(), share=0.2)
    words += m.maybe(b"GET", m.pick(b"#", b"string:*", b"hash:*->m1"), share=0.2)
    words += [b"ALPHA"] if alpha else []
    return words + m.maybe(b"DESC")


GENERIC = {
    "DEL": Entry(2, lambda m: [m.any_key()]),
    "UNLINK": Entry(1, lambda m: [m.any_key()]),
    "EXISTS": Entry(1, lambda m: [m.any_key(), m.any_key()]),
    "TYPE": Entry(1, lambda m: [m.any_key()]),
    "RENAME": Entry(1, lambda m: m.two_keys()),
    "RENAMENX": Entry(1, lambda m: m.two_keys()),
    "COPY": Entry(1.5, lambda m: [*m.two_keys(), *m.maybe(b"REPLACE")]),
    "TOUCH": Entry(0.5, lambda m: [m.any_key(), m.any_key()]),
    "PERSIST": Entry(0.5, lambda m: [m.any_key()]),
    "EXPIREAT": Entry(1, lambda m: [m.any_key(), b"%d" % m.far(), *m.maybe(m.pick(*FLAGS))]),
    "PEXPIREAT": Entry(1, lambda m: [m.any_key(), b"%d" % (m.far() * 1000), *m.maybe(m.pick(*FLAGS))]),
    "EXPIRETIME": Entry(1, lambda m: [m.any_key()]),
    "PEXPIRETIME": Entry(0.5, lambda m: [m.any_key()]),
    "DBSIZE": Entry(0.5, lambda m: []),
    "KEYS": Entry(0.5, lambda m: [m.pick(b"*", b"*:0", b"s*", b"\x00*", b"[lh]*")], "set"),
    "SCAN": Entry(
        0.5,
        lambda m: [b"0", b"COUNT", EVERYTHING, *m.maybe(b"TYPE", m.random.choice(TYPES).encode())],
        "scan",
    ),
    "OBJECT": Entry(3, lambda m: [b"ENCODING", m.any_key()], "encoding"),
    "SORT": Entry(1, sort),
    "SORT_RO": Entry(0.5, sort),
    "MOVE": Entry(0.2, lambda m: [m.any_key(), m.pick(b"1", b"0", b"99")]),
}

TABLE = {**STRINGS, **BITMAPS, **HYPERLOGLOGS, **LISTS, **HASHES, **SETS, **ZSETS, **GEO, **STREAMS, **GENERIC}

CHANCE = {b"SPOP", b"SRANDMEMBER", b"HRANDFIELD", b"ZRANDMEMBER"}
BLOCKING = {b"BLPOP", b"BRPOP", b"BLMOVE", b"BRPOPLPUSH", b"BZPOPMIN", b"BZPOPMAX"}
BLOCKING_FIRST = {b"BLMPOP", b"BZMPOP"}  # the timeout is the first argument
WHOLE = {b"SCAN", b"HSCAN", b"SSCAN", b"ZSCAN"}


def is_fair(words: Words) -> bool:
    """False if the reply depends on chance, on the order of a table or on the clock, or is long in
    coming: words may have been cut or added."""
    if words[0] in CHANCE:
        return len(words) < 2 or (len(words) > 2 and words[2] in (EVERYTHING, b"0", b"-1", b"x"))
    if words[0] in WHOLE:
        return EVERYTHING in words
    if words[0] in (b"SET", b"GETEX") and {b"EX", b"PX"} & {w.upper() for w in words[2:-1]}:
        return False  # counted from now, which is not the same time on both
    if words[0] in BLOCKING:
        return words[-1] == b"0.01"
    if words[0] in BLOCKING_FIRST:
        return len(words) > 1 and words[1] == b"0.01"
    if words[0] in (b"SORT", b"SORT_RO") and b"ALPHA" in words and b"BY" in words:
        return b"nosort" in words
    return True
