"""Random commands on Millstream and on redis-server side by side; every reply must agree.

A case is a number of limits (CONFIG SET), so small that a handful of elements meets them, and some
hundred commands made up from the table of differential_commands.py on a few keys of all types, now
and then inside of MULTI. Both servers run it from empty databases; replies are compared one by one,
and at the end what is at every key, by the reads of its type. Commands that one of the servers does
not have are left out, as COMMAND INFO says.

A case that differs is made shorter for as long as it still differs in the same command, and is
printed with its seed as what to send and what both replied. To see it again:

    differential.py --server SERVER --seed SEED --cases 1

Known differences, which are no failures, are listed in KNOWN with their reasons.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import re
import shutil
import sys
import time
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "wire"))

from common import Error, Server  # noqa: E402
from differential_commands import TABLE, Entry, Maker, Words, is_fair  # noqa: E402
from notation import quote, show  # noqa: E402
from resp import Closed, NilArray, Simple  # noqa: E402

STEPS = 250
CHUNK = 40  # commands sent before their replies are read
SHRINK_SECONDS = 20.0
SHOWN_LIMIT = 300
MULTI_SHARE = 0.03
SCRIPT_SHARE = 0.1
SCRIPTS = [
    b"return redis.pcall(unpack(ARGV))",
    b"local a = {} for i = 1, #ARGV do a[i] = ARGV[i] end return redis.pcall(unpack(a))",
    b"redis.setresp(2) local r = redis.pcall(unpack(ARGV)) return r",
]
NUMBER = re.compile(rb"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(inf|nan)")

# Later versions take more words; ids with blanks and signs are ids to theirs.
NOT_LONGER = ("ZRANK", "ZREVRANK", "X")

# Directive, whether redis-server 7.0 has it, values with the default last.
LIMITS = [
    ("hash-max-listpack-entries", True, "4 8 512"),
    ("hash-max-listpack-value", True, "8 16 64"),
    ("set-max-intset-entries", True, "4 8 512"),
    ("set-max-listpack-entries", False, "4 8 128"),
    ("set-max-listpack-value", False, "8 64"),
    ("zset-max-listpack-entries", True, "4 8 128"),
    ("zset-max-listpack-value", True, "8 16 64"),
    ("list-max-listpack-size", True, "1 4 128 -1 -2"),
    ("hll-sparse-max-bytes", True, "0 30 100 3000"),
    ("stream-compress-depth", False, "1 2 0"),
    ("stream-compress-min-bytes", False, "0 512"),
]


@dataclass(frozen=True)
class Known:
    """A difference that is meant: patterns of the command and of both replies as they are shown."""

    command: str
    theirs: str
    ours: str
    reason: str


KNOWN = [
    Known(
        "BITCOUNT|BITPOS",
        "-?[01]|.error. WRONGTYPE .*",
        ".error. ERR (value is not an integer or out of range|syntax error)",
        "since 7.2 arguments are judged before the key is looked at",
    ),
    Known(
        "B?[LZ]MPOP",
        ".error. ERR count should be greater than 0",
        ".error. ERR syntax error",
        "of two mistakes another one is told first",
    ),
    Known("SCAN", ".*", ".error. ERR unknown type name.*", "since 8.0 the type must be known"),
    Known(
        "XREAD|XREADGROUP",
        ".error. ERR Unbalanced XREAD list of streams.*",
        ".error. ERR Unbalanced '.*' list of streams.*",
        "the words are those of later versions",
    ),
    Known("LPOS", ".*", ".error. ERR value is out of range, value must .*", "since 7.2 RANK has a range"),
    Known(
        "SORT|SORT_RO",
        ".error. ERR One or more scores can't be converted into double|\\[.*",
        ".error. ERR One or more scores can't be converted into double|\\[.*",
        "theirs looks at an errno that may be from long ago, and stops reading at a zero byte",
    ),
    Known(".*", ".error. .{3900,}", ".error. .{3900,}", "long errors are cut off at different places"),
]


@dataclass(frozen=True)
class Case:
    seed: int
    limits: dict[str, str]
    steps: list[Words]  # each begins with the command's name


@dataclass(frozen=True)
class Difference:
    """Where two servers disagree. `at` is the step, or -1 for what is left at the end."""

    at: int
    command: str
    what: str
    ours: str
    theirs: str

    def like(self, other: Difference) -> bool:
        return self.command == other.command and (self.at < 0) == (other.at < 0)


# --- Making a case.


def bare(words: Words) -> Words:
    """The command itself, of one that a script calls."""
    return words[3:] if words[0] == b"EVAL" else words


def in_script(maker: Maker, words: Words) -> Words:
    """Now and then the command is called by a script: what comes through Lua must be the same. Theirs
    refuses commands that block."""
    name = words[0].upper()
    blocks = name.startswith((b"BL", b"BR", b"BZ", b"XREAD")) or name in (b"OBJECT", b"SCAN")
    if blocks or not maker.chance(SCRIPT_SHARE):
        return words
    return [b"EVAL", maker.random.choice(SCRIPTS), b"0", *words]


def make_step(maker: Maker, names: list[str], weights: list[float]) -> Words:
    name = maker.random.choices(names, weights)[0]
    words = [name.encode(), *TABLE[name].make(maker)]
    if maker.chance(0.01):
        words = words[: maker.random.randint(1, len(words))]
    elif maker.chance(0.01) and not name.startswith(NOT_LONGER):
        words.append(maker.value())
    return in_script(maker, words) if is_fair(words) else make_step(maker, names, weights)


def make_case(seed: int, names: list[str], with_multi: bool) -> Case:
    maker = Maker(seed)
    weights = [TABLE[name].weight for name in names]
    if maker.chance(0.5):  # dwell on a few commands
        weights = [weight * maker.random.choice([0, 0, 1, 5]) for weight in weights]
        weights[0] += 0.001
    steps: list[Words] = []
    while len(steps) < STEPS:
        if not with_multi or not maker.chance(MULTI_SHARE):
            steps.append(make_step(maker, names, weights))
            continue
        steps += maker.maybe_steps(lambda: [[b"WATCH", maker.any_key()]], 0.3)
        steps += maker.maybe_steps(lambda: [make_step(maker, names, weights)], 0.3)
        steps.append([b"MULTI"])
        steps += [make_step(maker, names, weights) for _ in range(maker.random.randint(1, 5))]
        steps.append([maker.pick(b"EXEC", b"EXEC", b"EXEC", b"DISCARD")])
    limits = {name: maker.random.choice(values.split()) for name, _, values in LIMITS}
    return Case(seed, limits, steps)


# --- Comparing replies.


def plain(reply: Any, doubles: bool) -> Any:
    """The reply in a form in which equal things are equal. Doubles: 7.0 prints 17 digits where later
    versions print the shortest text that reads back the same, so they are compared by their value.
    The sign of zero is lost in packed sorted sets, which are made at different times."""
    if isinstance(reply, bytes) and doubles and NUMBER.fullmatch(reply):
        return repr(float(reply) + 0.0).encode()
    if isinstance(reply, list):
        return [plain(item, doubles) for item in reply]
    if isinstance(reply, NilArray):
        return "nil-array"
    if isinstance(reply, (Error, Simple)):
        return (type(reply).__name__, reply.text)
    return reply


def in_order(items: Any) -> Any:
    return sorted(items, key=repr) if isinstance(items, list) else items


def pairs(items: Any) -> Any:
    if not isinstance(items, list) or len(items) % 2:
        return items
    return in_order([list(pair) for pair in zip(items[::2], items[1::2])])


def comparable(entry: Entry, reply: Any) -> Any:
    reply = plain(reply, entry.doubles)
    if entry.compare in ("set", "geo"):
        return in_order(reply)
    if entry.compare == "pairs":
        return pairs(reply)
    if entry.compare in ("scan", "scan-pairs") and isinstance(reply, list):
        return [reply[0], (pairs if entry.compare == "scan-pairs" else in_order)(reply[1])]
    return reply


def is_known(words: Words, ours: Any, theirs: Any) -> bool:
    name = words[0].decode("latin-1")
    return any(
        re.fullmatch(known.command, name)
        and re.fullmatch(known.theirs, show(theirs))
        and re.fullmatch(known.ours, show(ours))
        for known in KNOWN
    )


EXACT = Entry(0, lambda m: [])


def agree(words: Words, ours: Any, theirs: Any) -> bool:
    words = bare(words)
    entry = TABLE.get(words[0].decode("latin-1"), EXACT)
    if words[0].startswith(b"GEO") and b"geo" not in b"".join(words[1:2]) and not isinstance(theirs, Error):
        return not isinstance(ours, Error)  # scores that are no places: there is no right answer
    same: bool = comparable(entry, ours) == comparable(entry, theirs)
    return same or is_known(words, ours, theirs)


def encodings_agree(ours: Any, theirs: Any, kind: str, seen: set[bytes]) -> bool:
    """Later versions keep small lists, and small sets of strings, in one listpack. Theirs makes a
    skip list of a sorted set only because SORT reads it, and keeps the text of INCRBYFLOAT. Since 7.2
    the number of arguments tells how large a new value will be, whether or not they differ."""
    allowed = {("list", b"listpack", b"quicklist"), ("set", b"listpack", b"hashtable")}
    if seen & {b"SORT", b"SORT_RO"}:
        allowed.add(("zset", b"listpack", b"skiplist"))
    if b"INCRBYFLOAT" in seen:
        allowed.add(("string", b"int", b"embstr"))
    if b"SADD" in seen:
        allowed |= {("set", b"listpack", b"intset"), ("set", b"hashtable", b"intset")}
    if seen & {b"ZADD", b"GEOADD"}:
        allowed.add(("zset", b"skiplist", b"listpack"))
    return ours == theirs or (kind, ours, theirs) in allowed


# --- Running a case.


class Side:
    """A server, started again when it has ended."""

    def __init__(self, binary: str, *options: str) -> None:
        self.binary = binary
        self.options = options
        self.server = Server(binary, *options)
        self.client = self.server.client(30)

    def fresh(self, limits: dict[str, str]) -> None:
        """Empty databases, these limits, and a connection that watches nothing."""
        self.client.close()
        if self.server.process.poll() is not None:
            self.server.stop()
            self.server = Server(self.binary, *self.options)
        self.client = self.server.client(30)
        self.client.call("FLUSHALL")
        for name, in_both, _ in LIMITS:
            if in_both or "redis" not in pathlib.Path(self.binary).name:
                self.client.call("CONFIG", "SET", name, limits[name])

    def has(self, name: str) -> bool:
        reply = self.client.call("COMMAND", "INFO", name)
        return isinstance(reply, list) and bool(reply) and bool(isinstance(reply[0], list))

    def stop(self) -> None:
        self.client.close()
        self.server.stop()


class Pair:
    def __init__(self, ours: Side, theirs: Side) -> None:
        self.ours = ours
        self.theirs = theirs
        self.runs = 0
        self.seen: set[bytes] = set()  # names of commands of this run

    def call(self, *words: str | bytes | int) -> tuple[Any, Any]:
        return self.ours.client.call(*words), self.theirs.client.call(*words)

    def run(self, case: Case) -> Difference | None:
        """Runs the case on both from the beginning; the first difference, or None."""
        self.runs += 1
        self.seen = set()
        at = 0
        self.ours.fresh(case.limits)
        self.theirs.fresh(case.limits)
        try:
            queued: list[Words] = []
            while at < len(case.steps):
                end = chunk_end(case.steps, at)
                chunk = [tuple(words) for words in case.steps[at:end]]
                replies = [side.client.pipeline(chunk) for side in (self.ours, self.theirs)]
                for words, ours, theirs in zip(case.steps[at:end], *replies):
                    difference = self.compare(at, words, queued, ours, theirs)
                    if difference:
                        return difference
                    at += 1
            return self.compare_contents()
        except (Closed, OSError) as problem:
            step = case.steps[at] if at < len(case.steps) else [b"(contents)"]
            ended = [side.server.process.poll() is not None for side in (self.ours, self.theirs)]
            shown = [f"{type(problem).__name__}, the server {'ended' if e else 'runs'}" for e in ended]
            return Difference(at, "crash", f"connection lost at or after {step[0]!r}", *shown)

    def compare(
        self, at: int, words: Words, queued: list[Words], ours: Any, theirs: Any
    ) -> Difference | None:
        """`queued` is what MULTI keeps for EXEC; the reply says whether this one is kept."""
        name = bare(words)[0].decode("latin-1")
        self.seen.add(bare(words)[0])
        if name == "EXEC" and isinstance(ours, list) and isinstance(theirs, list):
            if len(ours) == len(theirs) == len(queued):
                for inner, mine, other in zip(list(queued), ours, theirs):
                    if inner[0] != b"OBJECT" and not agree(inner, mine, other):
                        return Difference(at, bare(inner)[0].decode(), "inside of EXEC", show(mine), show(other))
                queued.clear()
                return None
        if name in ("MULTI", "EXEC", "DISCARD"):
            queued.clear()
        elif isinstance(ours, Simple) and ours.text == "QUEUED":
            queued.append(words)
        if agree(words, ours, theirs):
            return None
        if name == "OBJECT" and len(words) == 3:
            kind = self.ours.client.call("TYPE", words[2])
            if isinstance(kind, Simple) and encodings_agree(ours, theirs, kind.text, self.seen):
                return None
        return Difference(at, name, "reply", show(ours), show(theirs))

    def compare_contents(self) -> Difference | None:
        self.call("DISCARD")
        ours, theirs = self.call("KEYS", "*")
        if sorted(ours) != sorted(theirs):
            return Difference(-1, "KEYS", "keys at the end", show(sorted(ours)), show(sorted(theirs)))
        for key in ours:
            kind = self.ours.client.call("TYPE", key).text
            for words, doubles, order in [*READS.get(kind, []), *READS["every"]]:
                call = tuple(key if word == "KEY" else word for word in words)
                mine, other = (order(plain(reply, doubles)) for reply in self.call(*call))
                if mine != other:
                    what = f"{words[0]} of the {kind} {quote(key)} at the end"
                    return Difference(-1, words[0], what, show(mine), show(other))
        return None

    def stop(self) -> None:
        self.ours.stop()
        self.theirs.stop()


def as_it_is(reply: Any) -> Any:
    return reply


# What is read of each type at the end: the command, whether it has doubles, what order does not matter.
READS: dict[str, list[tuple[list[str], bool, Callable[[Any], Any]]]] = {
    "string": [(["GET", "KEY"], False, as_it_is), (["STRLEN", "KEY"], False, as_it_is)],
    "list": [(["LRANGE", "KEY", "0", "-1"], False, as_it_is), (["LLEN", "KEY"], False, as_it_is)],
    "hash": [(["HGETALL", "KEY"], False, pairs), (["HLEN", "KEY"], False, as_it_is)],
    "set": [(["SMEMBERS", "KEY"], False, in_order), (["SCARD", "KEY"], False, as_it_is)],
    "zset": [
        (["ZRANGE", "KEY", "0", "-1", "WITHSCORES"], True, as_it_is),
        (["ZREVRANGE", "KEY", "0", "-1"], False, as_it_is),
        (["ZCARD", "KEY"], False, as_it_is),
    ],
    "stream": [(["XRANGE", "KEY", "-", "+"], False, as_it_is), (["XLEN", "KEY"], False, as_it_is)],
    "every": [(["TYPE", "KEY"], False, as_it_is), (["PEXPIRETIME", "KEY"], False, as_it_is)],
}


def chunk_end(steps: list[Words], at: int) -> int:
    """A chunk ends with OBJECT, so that the key's type can be asked for as it was then."""
    for end in range(at + 1, min(at + CHUNK, len(steps))):
        if steps[end - 1][0] == b"OBJECT":
            return end
    return min(at + CHUNK, len(steps))


# --- Making a case shorter.


def without_parts(steps: list[Words]) -> Iterator[list[Words]]:
    """The steps without a half, then without a quarter, and so on to single ones."""
    size = max(1, len(steps) // 2)
    while True:
        for start in range(0, len(steps), size):
            yield steps[:start] + steps[start + size :]
        if size == 1:
            return
        size //= 2


def with_simpler_words(steps: list[Words]) -> Iterator[list[Words]]:
    for at, words in enumerate(steps):
        for i in range(len(words) - 1, 0, -1):
            shorter = [words[:i] + words[i + 1 :], words[:i] + words[i + 2 :]]
            if len(words[i]) > 3:
                shorter.append(words[:i] + [words[i][: len(words[i]) // 2]] + words[i + 1 :])
            for choice in filter(is_fair, shorter):
                yield steps[:at] + [choice] + steps[at + 1 :]


def with_default_limits(case: Case) -> Iterator[Case]:
    for name, _, values in LIMITS:
        default = values.split()[-1]
        if case.limits[name] != default:
            yield replace(case, limits={**case.limits, name: default})


def simpler_cases(case: Case) -> list[Iterator[Case]]:
    return [
        (replace(case, steps=steps) for steps in without_parts(case.steps)),
        (replace(case, steps=steps) for steps in with_simpler_words(case.steps)),
        with_default_limits(case),
    ]


def shrink(pair: Pair, case: Case, found: Difference) -> tuple[Case, Difference]:
    """The shortest case found in time that still differs in the same command."""
    deadline = time.monotonic() + SHRINK_SECONDS
    if found.at >= 0 and found.command != "crash":
        case = replace(case, steps=case.steps[: found.at + 1])
    for stage in range(len(simpler_cases(case))):
        shorter = True
        while shorter and time.monotonic() < deadline:
            shorter = False
            for attempt in simpler_cases(case)[stage]:
                if time.monotonic() > deadline:
                    break
                difference = pair.run(attempt)
                if difference and difference.like(found):
                    case, found, shorter = attempt, difference, True
                    break
    return case, found


# --- Telling.


def word_text(word: bytes) -> str:
    if len(word) > 40 and len(set(word)) == 1:
        return f"<{len(word)} times {quote(word[:1])}>"
    if re.fullmatch(rb"[\w:.*#(\[+-]+", word):
        return word.decode()
    return quote(word)


def cut(text: str) -> str:
    return text if len(text) <= SHOWN_LIMIT else f"{text[:SHOWN_LIMIT]}... ({len(text)} characters)"


def tell(case: Case, found: Difference) -> None:
    print(f"DIFFERENT: {found.what} ({found.command}), seed {case.seed}")
    for name, _, values in LIMITS:
        if case.limits[name] != values.split()[-1]:
            print(f"  a> CONFIG SET {name} {case.limits[name]}")
    for words in case.steps:
        print("  a> " + " ".join(word_text(word) for word in words))
    print(f"  ours    {cut(found.ours)}")
    print(f"  theirs  {cut(found.theirs)}")
    sys.stdout.flush()


@dataclass
class Run:
    """What to do, and what came of it."""

    seed: int
    cases: int  # 0: as many as there is time for
    seconds: float
    failures_limit: int
    done: int = 0
    steps: int = 0
    failures: list[Difference] = field(default_factory=list)

    def go(self, pair: Pair, names: list[str], with_multi: bool) -> None:
        deadline = time.monotonic() + self.seconds
        while (self.done < self.cases) if self.cases else (time.monotonic() < deadline):
            case = make_case(self.seed + self.done, names, with_multi)
            found = pair.run(case)
            self.done += 1
            self.steps += len(case.steps)
            if not found or any(found.like(known) for known in self.failures):
                continue
            self.failures.append(found)
            tell(*shrink(pair, case, found))
            if len(self.failures) >= self.failures_limit:
                return


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--oracle", default=shutil.which("redis-server"))
    parser.add_argument("--reactors", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--cases", type=int, default=0, help="so many instead of a time")
    parser.add_argument("--failures", type=int, default=1, help="go on until so many are found")
    parser.add_argument("--only", default="", help="commands, parted by commas")
    options = parser.parse_args()

    if not options.oracle:
        print("skipped: there is no redis-server")
        return 0
    pair = Pair(Side(options.server, "--reactors", str(options.reactors)), Side(options.oracle))
    run = Run(options.seed, options.cases, options.seconds, options.failures)
    try:
        wanted = set(options.only.upper().split(",")) if options.only else set(TABLE)
        missing = [n for n in TABLE if not (pair.ours.has(n) and pair.theirs.has(n))]
        names = [name for name in TABLE if name in wanted and name not in missing]
        with_multi = pair.ours.has("MULTI") and not options.only
        print(f"seed {run.seed}; left out: {' '.join(missing) or 'nothing'}")
        run.go(pair, names, with_multi)
    finally:
        pair.stop()
    print(f"{run.done} cases, {run.steps} commands, {pair.runs} runs, {len(run.failures)} different")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main())
