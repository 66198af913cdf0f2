"""What a connection does to its own keys: commands, and what they do to the model."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any, Callable

from common import Error, check
from model import Group, Key, State, Stream, Zset, number_of, short

Command = tuple[str | bytes | int, ...]
FIELD = b"f"
STREAM_LIMIT = 300
LIST_LIMIT = 60
# Calls what is in ARGV: counts, each followed by so many words.
SCRIPT = b"""
local replies, at = {}, 1
while at <= #ARGV do
    local count = tonumber(ARGV[at])
    replies[#replies + 1] = redis.call(unpack(ARGV, at + 1, at + count))
    at = at + count + 1
end
return replies"""


@dataclass
class Operation:
    """Commands that belong together. `apply` changes the model as the server must.

    `expect` is the reply that must come (of the last command), None for any but an error.
    `unknown` gives the possible outcomes where only the server knows: a random choice.
    """

    commands: list[Command]
    apply: Callable[[State], None]
    learn: Callable[[State, Any], None] | None = None
    unknown: Callable[[State], list[State]] | None = None
    expect: Any = None

    def acknowledged(self, state: State, replies: list[Any]) -> None:
        for reply in replies:
            check(not isinstance(reply, Error), f"{self.commands}: {reply}")
        if self.expect is not None:
            check(
                replies[-1] == self.expect,
                f"{short(self.commands)} gave {short(replies[-1])}, expected {short(self.expect)}",
            )
        if self.learn:
            self.learn(state, replies[-1])
        else:
            self.apply(state)

    def outcomes(self, state: State) -> list[State]:
        """The states this may have led to, had it been carried out."""
        if self.unknown:
            return self.unknown(state)
        after = state.copy()
        self.apply(after)
        return [after]


class Operations:
    """Makes random operations on the keys of one connection; `ahead` is the model with everything
    that was sent, so that replies can be foretold."""

    def __init__(self, name: str, seed: int, with_groups: bool) -> None:
        self.name = name
        self.random = random.Random(seed)
        self.counter = 0
        kinds = [self.stream] * 5 + [self.queue] * 3 + [self.hash, self.string, self.number]
        kinds += [self.set, self.zset, self.expiry, self.whole_key] + [self.transaction] * 3
        kinds += [self.script] * 2
        if with_groups:
            kinds += [self.group] * 6
        self.kinds = kinds

    def key(self, name: str, db: int = 0) -> Key:
        return (db, f"{self.name}{name}".encode())

    def value(self) -> bytes:
        self.counter += 1
        size = self.random.choice((4, 10, 10, 30, 100, 100, 400, 5000))
        return b"%d:" % self.counter + b"%c" % self.random.choice(b"abcdefghij") * size

    def next(self, ahead: State) -> Operation:
        return self.random.choice(self.kinds)(ahead)

    # --- Streams.

    def stream(self, ahead: State) -> Operation:
        key = self.key(self.random.choice(("s1", "s2")))
        now = ahead.keys.get(key) or Stream()
        if len(now.entries) > STREAM_LIMIT:
            return self.trim(key, now)
        if now.entries and self.random.random() < 0.08:
            return self.delete_entry(key, now)
        number, value = now.last + 1, self.value()

        def apply(state: State) -> None:
            stream = state.get(key, Stream)
            stream.entries[number] = value
            stream.last = number
            stream.added += 1

        entry_id = b"1-%d" % number
        given = b"1-*" if self.random.random() < 0.3 and now.last else entry_id
        return Operation([("XADD", key[1], given, FIELD, value)], apply, expect=entry_id)

    def trim(self, key: Key, now: Stream) -> Operation:
        keep = STREAM_LIMIT // 2
        gone = sorted(now.entries)[:-keep]

        def apply(state: State) -> None:
            for number in gone:
                del state.keys[key].entries[number]

        return Operation([("XTRIM", key[1], "MAXLEN", keep)], apply, expect=len(gone))

    def delete_entry(self, key: Key, now: Stream) -> Operation:
        number = self.random.choice(list(now.entries))

        def apply(state: State) -> None:
            del state.keys[key].entries[number]

        return Operation([("XDEL", key[1], b"1-%d" % number)], apply, expect=1)

    # --- Groups that nobody else reads.

    def group(self, ahead: State) -> Operation:
        key, name = self.key(self.random.choice(("s1", "s2"))), b"g"
        stream = ahead.keys.get(key)
        if stream is None:
            return self.stream(ahead)
        if name not in stream.groups:
            return self.create_group(key, name)
        group = stream.groups[name]
        if group.pending and self.random.random() < 0.5:
            return self.settle(key, name, group)
        return self.deliver(key, name, stream, group)

    def create_group(self, key: Key, name: bytes) -> Operation:
        def apply(state: State) -> None:
            state.keys[key].groups[name] = Group()

        return Operation([("XGROUP", "CREATE", key[1], name, "0")], apply)

    def deliver(self, key: Key, name: bytes, stream: Stream, group: Group) -> Operation:
        consumer = self.random.choice((b"alice", b"bob"))
        count = self.random.randint(1, 8)
        taken = sorted(number for number in stream.entries if number > group.last)[:count]
        noack = self.random.random() < 0.1

        def apply(state: State) -> None:
            mine = state.keys[key].groups[name]
            for number in taken:
                mine.last = number
                if not noack:
                    mine.pending[number] = [consumer, 1]

        def learn(state: State, reply: Any) -> None:
            entries = reply[0][1] if isinstance(reply, list) else []
            given = [number_of(entry[0]) for entry in entries]
            check(given == taken, f"{key} gave {given} as new, expected {taken}")
            apply(state)

        words: list[str | bytes | int] = ["XREADGROUP", "GROUP", name, consumer, "COUNT", count]
        words += ["NOACK"] if noack else []
        return Operation([(*words, "STREAMS", key[1], ">")], apply, learn=learn)

    def settle(self, key: Key, name: bytes, group: Group) -> Operation:
        some = self.random.sample(list(group.pending), min(len(group.pending), 3))
        ids = [b"1-%d" % number for number in some]
        if self.random.random() < 0.7:

            def acknowledge(state: State) -> None:
                for number in some:
                    del state.keys[key].groups[name].pending[number]

            return Operation([("XACK", key[1], name, *ids)], acknowledge, expect=len(some))
        just_id = self.random.random() < 0.3

        def claim(state: State) -> None:
            stream = state.keys[key]
            pending = stream.groups[name].pending
            for number in some:
                if number not in stream.entries:
                    del pending[number]  # a claimed entry that was deleted is let go
                else:
                    pending[number] = [b"carol", pending[number][1] + (not just_id)]

        words: list[str | bytes | int] = ["XCLAIM", key[1], name, "carol", 0, *ids]
        return Operation([(*words, *(["JUSTID"] if just_id else []))], claim)

    # --- Lists, as reliable queues.

    def queue(self, ahead: State) -> Operation:
        waiting, working = self.key("queue"), self.key("working")
        dice = self.random.random()
        if dice < 0.4 and len(ahead.keys.get(waiting, ())) < LIST_LIMIT:
            values = [self.value() for _ in range(self.random.randint(1, 3))]
            return Operation(
                [("RPUSH", waiting[1], *values)],
                lambda state: state.get(waiting, list).extend(values),
                expect=len(ahead.keys.get(waiting, ())) + len(values),
            )
        if dice < 0.75 and ahead.keys.get(waiting):
            return self.move(waiting, working, ahead)
        if ahead.keys.get(working):
            job = self.random.choice(ahead.keys[working])

            def done(state: State) -> None:
                state.keys[working].remove(job)
                state.tidy(working)

            return Operation([("LREM", working[1], 1, job)], done, expect=1)
        return self.string(ahead)

    def move(self, waiting: Key, working: Key, ahead: State) -> Operation:
        def apply(state: State) -> None:
            state.get(working, list).append(state.keys[waiting].pop(0))
            state.tidy(waiting)

        command = self.random.choice(("LMOVE", "BLMOVE"))
        words: list[str | bytes | int] = [command, waiting[1], working[1], "LEFT", "RIGHT"]
        words += [1] if command == "BLMOVE" else []
        return Operation([tuple(words)], apply, expect=ahead.keys[waiting][0])

    # --- Hashes, strings, numbers, sets.

    def hash(self, ahead: State) -> Operation:
        key = self.key("hash")
        name = b"f%d" % self.random.randint(1, 20)
        dice = self.random.random()
        now = ahead.keys.get(key, {})
        if dice < 0.3 and name in now:

            def remove(state: State) -> None:
                del state.keys[key][name]
                state.tidy(key)

            return Operation([("HDEL", key[1], name)], remove, expect=1)
        if dice < 0.6:
            total = int(now.get(b"n", b"0")) + 7

            def add(state: State) -> None:
                state.get(key, dict)[b"n"] = b"%d" % total

            return Operation([("HINCRBY", key[1], "n", 7)], add, expect=total)
        if dice < 0.7:
            amount = float(now.get(b"x", b"0")) + 0.25
            text = (b"%d" % amount) if amount == int(amount) else str(amount).encode()

            def add_half(state: State) -> None:
                state.get(key, dict)[b"x"] = text

            return Operation([("HINCRBYFLOAT", key[1], "x", "0.25")], add_half, expect=text)
        value = self.value()

        def put(state: State) -> None:
            state.get(key, dict)[name] = value

        return Operation([("HSET", key[1], name, value)], put, expect=int(name not in now))

    def string(self, ahead: State, db: int = 0) -> Operation:
        key = self.key("string", db)
        value = self.value()
        now = ahead.keys.get(key, b"")
        if self.random.random() < 0.5 and 0 < len(now) < 20000:

            def append(state: State) -> None:
                state.keys[key] += value

            return Operation([("APPEND", key[1], value)], append, expect=len(now) + len(value))

        def put(state: State) -> None:
            state.drop(key)
            state.keys[key] = value

        return Operation([("SET", key[1], value)], put)

    def number(self, ahead: State, db: int = 0) -> Operation:
        key = self.key("number", db)
        total = int(ahead.keys.get(key, b"0")) + 3

        def add(state: State) -> None:
            state.keys[key] = b"%d" % total

        return Operation([("INCRBY", key[1], 3)], add, expect=total)

    def set(self, ahead: State) -> Operation:
        key = self.key("set")
        now = ahead.keys.get(key, set())
        if now and self.random.random() < 0.35:
            return self.set_pop(key)
        member = b"m%d" % self.random.randint(1, 40)
        if member in now:

            def remove(state: State) -> None:
                state.keys[key].remove(member)
                state.tidy(key)

            return Operation([("SREM", key[1], member)], remove, expect=1)
        return Operation(
            [("SADD", key[1], member)], lambda state: state.get(key, set).add(member), expect=1
        )

    @staticmethod
    def set_pop(key: Key) -> Operation:
        """Nobody knows which member goes before the reply has come."""

        def pop(state: State, member: bytes) -> State:
            check(member in state.keys[key], f"SPOP gave {member!r}, which was no member")
            state.keys[key].remove(member)
            state.tidy(key)
            return state

        return Operation(
            [("SPOP", key[1])],
            apply=lambda state: None,
            learn=lambda state, reply: (pop(state, reply), None)[1],
            unknown=lambda state: [pop(state.copy(), each) for each in state.keys[key]],
        )

    def zset(self, ahead: State) -> Operation:
        key = self.key("zset")
        now = ahead.keys.get(key, Zset())
        if now and self.random.random() < 0.3:
            lowest = min(now, key=lambda member: (now[member], member))

            def pop(state: State) -> None:
                del state.keys[key][lowest]
                state.tidy(key)

            return Operation([("ZPOPMIN", key[1])], pop)
        member, amount = b"m%d" % self.random.randint(1, 30), self.random.randint(-9, 9) / 4

        def add(state: State) -> None:
            scores = state.get(key, Zset)
            scores[member] = scores.get(member, 0.0) + amount

        return Operation([("ZINCRBY", key[1], str(amount), member)], add)

    # --- Keys as such.

    def expiry(self, ahead: State) -> Operation:
        key = self.key(self.random.choice(("string", "hash", "zset", "s1")))
        if key not in ahead.keys:
            return self.string(ahead)
        dice = self.random.random()
        when = int(time.time() * 1000) + self.random.randint(10**6, 10**9)
        if dice < 0.3 and key in ahead.expires:
            return Operation(
                [("PERSIST", key[1])], lambda state: state.expires.pop(key), expect=1
            )
        if dice < 0.7:
            return Operation(
                [("PEXPIREAT", key[1], when)],
                lambda state: state.expires.__setitem__(key, when),
                expect=1,
            )
        return Operation(
            [("EXPIRE", key[1], 4000)],
            lambda state: state.expires.__setitem__(key, None),
            expect=1,
        )

    def whole_key(self, ahead: State) -> Operation:
        source = self.key(self.random.choice(("string", "hash", "zset", "set", "queue")))
        if source not in ahead.keys:
            return self.string(ahead)
        target = self.key("other")
        dice = self.random.random()
        if dice < 0.2:
            return Operation([("DEL", source[1])], lambda state: state.drop(source), expect=1)

        def take(state: State, whole: Key) -> None:
            state.drop(target)
            state.keys[target] = whole_copy = state.copy().keys[whole]
            assert whole_copy
            if whole in state.expires:
                state.expires[target] = state.expires[whole]

        def rename(state: State) -> None:
            take(state, source)
            state.drop(source)

        if dice < 0.5:
            return Operation([("RENAME", source[1], target[1])], rename)
        return Operation(
            [("COPY", source[1], target[1], "REPLACE")],
            lambda state: take(state, source),
            expect=1,
        )

    # --- Transactions.

    def transaction(self, ahead: State) -> Operation:
        """Several keys in both databases: all of it or nothing."""
        future = ahead.copy()
        parts: list[Operation] = []
        commands: list[Command] = [("MULTI",)]
        for db in self.random.choice(([0], [0, 1], [1, 0], [0, 1, 0])):
            if db or parts:
                commands.append(("SELECT", db))
            for _ in range(self.random.randint(1, 4)):
                part = self.transaction_part(future, db)
                part.apply(future)
                parts.append(part)
                commands += part.commands
        commands += [("SELECT", 0), ("EXEC",)]

        def apply(state: State) -> None:
            for part in parts:
                part.apply(state)

        return Operation(commands, apply, learn=self.learn_all(apply))

    def script(self, ahead: State) -> Operation:
        """The same by a script: after a kill its calls have all taken effect, or none has."""
        future = ahead.copy()
        parts: list[Operation] = []
        words: list[str | bytes | int] = []
        for _ in range(self.random.randint(2, 5)):
            part = self.transaction_part(future, 0)
            part.apply(future)
            parts.append(part)
            for command in part.commands:
                words += [len(command), *command]

        def apply(state: State) -> None:
            for part in parts:
                part.apply(state)

        return Operation([("EVAL", SCRIPT, 0, *words)], apply, learn=self.learn_all(apply))

    def transaction_part(self, future: State, db: int) -> Operation:
        if db:
            return self.random.choice((self.string, self.number))(future, 1)
        kinds = (self.stream, self.queue, self.hash, self.string, self.number, self.zset)
        return self.random.choice(kinds)(future)

    @staticmethod
    def learn_all(apply: Callable[[State], None]) -> Callable[[State, Any], None]:
        def learn(state: State, reply: Any) -> None:
            check(isinstance(reply, list), f"EXEC gave {reply!r}")
            bad = [each for each in reply if isinstance(each, Error)]
            check(not bad, f"in a transaction: {bad}")
            apply(state)

        return learn
