"""Random calls of all kinds for a primary: the generators of tests/stress, and what they leave out
because its reply depends on chance or on the clock. Replies do not matter here, effects do."""

from __future__ import annotations

import pathlib
import random
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "lib"))
sys.path.append(str(TESTS / "stress"))
sys.path.append(str(TESTS / "wire"))

from differential_commands import TABLE, Maker, Words  # noqa: E402
from resp import Client  # noqa: E402

CHUNK = 50
LIBRARY = b"""#!lua name=lib%d
redis.register_function('f%d', function(keys, args)
  redis.call('incr', keys[1])
  return redis.call('xadd', keys[2], '*', 'n', args[1])
end)"""
SCRIPT = b"""redis.call('set', KEYS[1], ARGV[1]) redis.call('rpush', KEYS[2], ARGV[1], 'x')
redis.call('expire', KEYS[1], 100) return redis.call('spop', KEYS[3])"""
FOREIGN_LEFT_OUT = {"SCAN", "HSCAN", "SSCAN", "ZSCAN", "KEYS", "SORT_RO", "DBSIZE"}


class Load:
    """Calls for one connection. `own` is added to names so that several do not meet too often."""

    def __init__(self, seed: int, names: set[str], databases: int = 3) -> None:
        self.random = random.Random(seed)
        self.maker = Maker(seed)
        self.databases = databases
        known = [name for name in TABLE if name in names and name not in FOREIGN_LEFT_OUT]
        self.names = known
        self.weights = [TABLE[name].weight for name in known]

    def plain(self) -> Words:
        name = self.random.choices(self.names, self.weights)[0]
        words = [name.encode(), *TABLE[name].make(self.maker)]
        blocks = name.startswith(("BL", "BR", "BZ"))
        return self.plain() if blocks and b"0" in words else words

    def stream(self) -> Words:
        """Streams and groups with ids by the clock, which every replica has to take over."""
        pick = self.random.choice
        key, group, consumer = b"st%d" % pick([1, 2, 3]), pick([b"g", b"h"]), b"c%d" % pick([1, 2, 3])
        entry = b"%d-%d" % (self.random.randint(1, 30), self.random.randint(0, 3))
        return pick(
            [
                [b"XADD", key, b"*", b"f", self.maker.value()],
                [b"XADD", key, b"*", b"f", b"v", b"g", b"w"],
                [b"XADD", key, b"MAXLEN", b"~", b"20", b"*", b"f", b"v"],
                [b"XADD", key, b"NOMKSTREAM", b"MAXLEN", b"=", b"30", b"*", b"f", b"v"],
                [b"XADD", key, b"MINID", b"~", entry, b"LIMIT", b"5", b"*", b"f", b"v"],
                [b"XTRIM", key, b"MAXLEN", b"~", b"10"],
                [b"XTRIM", key, b"MINID", entry],
                [b"XGROUP", b"CREATE", key, group, pick([b"0", b"$"]), b"MKSTREAM"],
                [b"XGROUP", b"SETID", key, group, pick([b"0", b"$"]), b"ENTRIESREAD", b"3"],
                [b"XGROUP", b"CREATECONSUMER", key, group, consumer],
                [b"XGROUP", b"DELCONSUMER", key, group, consumer],
                [b"XGROUP", b"DESTROY", key, group] if self.random.random() < 0.1 else [b"XLEN", key],
                [b"XREADGROUP", b"GROUP", group, consumer, b"COUNT", b"3", b"STREAMS", key, b">"],
                [b"XREADGROUP", b"GROUP", group, consumer, b"COUNT", b"2", b"NOACK", b"STREAMS", key, b">"],
                [b"XREADGROUP", b"GROUP", group, consumer, b"STREAMS", key, b"0"],
                [b"XAUTOCLAIM", key, group, consumer, b"0", b"0", b"COUNT", b"4"],
                [b"EVAL", CLAIM_OLDEST, b"1", key, group, consumer],
                [b"EVAL", ACK_OLDEST, b"1", key, group],
                [b"EVAL", DELETE_OLDEST, b"1", key],
                [b"XSETID", key, b"99999999999999-1"] if self.random.random() < 0.02 else [b"XLEN", key],
            ]
        )

    def timed(self) -> Words:
        """Keys that go soon, and chance."""
        pick = self.random.choice
        key = b"t%d" % self.random.randint(0, 20)
        ms = b"%d" % pick([1, 5, 20, 100, 100000])
        return pick(
            [
                [b"SET", key, b"v", b"PX", ms],
                [b"PSETEX", key, ms, b"w"],
                [b"PEXPIRE", key, ms],
                [b"GETEX", key, b"PX", ms],
                [b"INCR", b"c" + key],
                [b"PERSIST", key],
                [b"INCRBYFLOAT", b"c" + key, b"0.1"],
                [b"HINCRBYFLOAT", b"h" + key, b"f", b"1.5"],
                [b"SADD", b"s" + key, self.maker.name(), self.maker.name()],
                [b"SPOP", b"s" + key],
                [b"SPOP", b"s" + key, b"2"],
                [b"ZADD", b"z" + key, b"1", self.maker.name()],
                [b"ZPOPMIN", b"z" + key],
                [b"GETDEL", key],
                [b"EXPIRE", b"s" + key, b"1"],
            ]
        )

    def whole(self) -> Words:
        """What concerns databases, scripts, functions, channels."""
        pick = self.random.choice
        number = self.random.randint(1, 3)
        db = b"%d" % self.random.randrange(self.databases)
        rare = self.random.random() < 0.03
        return pick(
            [
                [b"SELECT", db],
                [b"SELECT", db],
                [b"EVAL", SCRIPT, b"3", b"e1", b"e2", b"e3", self.maker.name()],
                [b"EVAL", SCRIPT, b"3", b"e1", b"e2", b"st1", self.maker.name()],
                [b"FUNCTION", b"LOAD", b"REPLACE", LIBRARY % (number, number)],
                [b"FCALL", b"f%d" % number, b"2", b"fn", b"fs", b"x"],
                [b"FUNCTION", b"DELETE", b"lib%d" % number] if rare else [b"PING"],
                [b"PUBLISH", b"channel", b"message"],
                [b"SWAPDB", b"0", db] if rare else [b"PING"],
                [b"FLUSHDB"] if rare else [b"PING"],
                [b"FLUSHALL"] if rare and self.random.random() < 0.3 else [b"PING"],
                [b"MOVE", self.maker.any_key(), db],
                [b"COPY", self.maker.any_key(), self.maker.any_key(), b"DB", db, b"REPLACE"],
            ]
        )

    def one(self) -> Words:
        kind = self.random.random()
        if kind < 0.55:
            return self.plain()
        if kind < 0.8:
            return self.stream()
        return self.timed() if kind < 0.93 else self.whole()

    def some(self, count: int) -> list[Words]:
        steps: list[Words] = []
        while len(steps) < count:
            if self.random.random() < 0.03:
                steps += [[b"MULTI"], *(self.one() for _ in range(self.random.randint(1, 6))), [b"EXEC"]]
            else:
                steps.append(self.one())
        return steps

    def run(self, client: Client, count: int) -> None:
        steps = self.some(count)
        for at in range(0, len(steps), CHUNK):
            client.pipeline([tuple(words) for words in steps[at : at + CHUNK]])


CLAIM_OLDEST = b"""local p = redis.pcall('xpending', KEYS[1], ARGV[1], '-', '+', 3)
if p.err or not p[1] then return 0 end
return redis.call('xclaim', KEYS[1], ARGV[1], ARGV[2], 0, p[1][1], 'RETRYCOUNT', 7, 'FORCE')"""
ACK_OLDEST = b"""local p = redis.pcall('xpending', KEYS[1], ARGV[1], '-', '+', 3)
if p.err or not p[1] then return 0 end
return redis.call('xack', KEYS[1], ARGV[1], p[1][1])"""
DELETE_OLDEST = b"""local p = redis.pcall('xrange', KEYS[1], '-', '+', 'COUNT', 2)
if p.err or not p[2] then return 0 end
return redis.call('xdel', KEYS[1], p[2][1])"""


def known_commands(client: Client) -> set[str]:
    return {entry[0].decode().upper() for entry in client.call("COMMAND")}
