"""Random ACL rules on Millstream and on redis-server side by side; who may do what must agree.

A case is a number of ACL SETUSER calls with random rules for one user, good ones and bad ones, and
after each of them a number of random calls that both servers judge by ACL DRYRUN. Compared are the
reply of SETUSER (an error leaves the user as he was), GETUSER's flags, passwords, keys and channels
of the user and of his selectors, ACL LIST without the commands, and the verdict of each call. How the
command rules are written is not compared: redis-server 7.0 makes up a list of categories and commands
that amounts to the same, later versions keep the rules as they came. What they amount to is compared
by DRYRUN. Categories and commands that changed after 7.0 are left out: both sides are asked what is
in a category, and the rules use only those that are the same on both.

A case that differs is made shorter for as long as it differs, and printed. To see it again:

    acl_differential.py --server SERVER --seed SEED --cases 1
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import time
from dataclasses import dataclass
from typing import Any, Iterator

from common import Error, Server, ok

Words = list[str]

SETUSERS = 6
DRYRUNS = 60
SHRINK_SECONDS = 20.0
USER = "u"

# No empty ones: theirs does not find that a star fits nothing at all.
KEYS = ["a", "b", "ab", "abc", "app:1", "app:2", "x", "*", "a*", "[", "h?llo"]
CHANNELS = ["news", "news.1", "n*", "*", "chat"]
PATTERNS = ["a", "ab", "a*", "app:*", "*c", "?", "[a-b]", "h\\?llo", "", "x*y", "**", "[^a]*", "a\\*"]

# Calls with all kinds of keys. K is a key, C a channel, P a channel's pattern; N a small number.
CALLS = """
GET K|SET K v|SET K v GET|SET K v EX N|SET K v NX GET|GETDEL K|GETEX K|GETSET K v|APPEND K v|STRLEN K
MGET K K|MSET K v K v|MSETNX K v K v|INCR K|SETRANGE K 0 v|GETRANGE K 0 1|LCS K K
DEL K K|UNLINK K|EXISTS K K|TOUCH K|RENAME K K|RENAMENX K K|COPY K K|MOVE K N|TYPE K|DUMP K
EXPIRE K N|TTL K|PERSIST K|OBJECT ENCODING K|OBJECT HELP|RESTORE K 0 v|KEYS *|SCAN 0|RANDOMKEY|DBSIZE
LPUSH K v|RPOP K|LMOVE K K LEFT RIGHT|BLMOVE K K LEFT RIGHT 0|RPOPLPUSH K K|LRANGE K 0 1|LLEN K
LMPOP N K LEFT|LMPOP 2 K K LEFT|BLMPOP 0 2 K K LEFT|BLPOP K K 0|LREM K 0 v|LSET K 0 v
SADD K v|SMOVE K K v|SINTERSTORE K K K|SUNION K K|SISMEMBER K v|SCARD K|SINTERCARD 2 K K|SPOP K
ZADD K 1 m|ZUNIONSTORE K 2 K K|ZUNION 2 K K|ZRANGESTORE K K 0 1|ZPOPMIN K|ZMPOP 2 K K MIN|BZPOPMAX K K 0
ZINTERCARD 2 K K|ZDIFF 2 K K|ZSCORE K m|HSET K f v|HGET K f|HGETALL K|HINCRBY K f 1|HSTRLEN K f|HLEN K
XADD K * f v|XREAD STREAMS K K 0 0|XREAD COUNT 1 STREAMS K 0|XREADGROUP GROUP g c STREAMS K K > >
XGROUP CREATE K g 0|XINFO STREAM K|XLEN K|XDEL K 1-1|XACK K g 1-1|XCLAIM K g c 0 1-1|XRANGE K - +
BITOP AND K K K|BITFIELD K GET u8 0|BITFIELD K SET u8 0 1|BITFIELD K GET u8 0 GET u8 1
BITFIELD K GET u8 0 INCRBY u8 0 1|BITFIELD_RO K GET u8 0|SETBIT K 0 1|GETBIT K 0|BITCOUNT K
PFADD K v|PFCOUNT K K|PFMERGE K K K|GEOADD K 1 1 m|GEOSEARCHSTORE K K FROMMEMBER m BYRADIUS 1 m
GEORADIUS K 1 1 1 m|GEORADIUS K 1 1 1 m STORE K|GEORADIUSBYMEMBER K m 1 m STOREDIST K|GEODIST K m m
GEORADIUS_RO K 1 1 1 m|SORT K|SORT K STORE K|SORT_RO K|SORT K BY nosort LIMIT 0 1 STORE K
MIGRATE 127.0.0.1 1 K 0 N|MIGRATE 127.0.0.1 1 "" 0 N KEYS K K|WATCH K K
PUBLISH C v|SUBSCRIBE C C|PSUBSCRIBE P P|UNSUBSCRIBE C|PUNSUBSCRIBE|SPUBLISH C v|SSUBSCRIBE C|PUBSUB CHANNELS
PING|ECHO v|SELECT N|AUTH v|HELLO|QUIT|RESET|MULTI|EXEC|DISCARD|UNWATCH|SWAPDB 0 1|FLUSHALL|FLUSHDB
CONFIG GET v|CONFIG SET v v|CONFIG REWRITE|CONFIG HELP|CLIENT ID|CLIENT KILL v|CLIENT LIST|CLIENT PAUSE 1
ACL LIST|ACL WHOAMI|ACL CAT|ACL SETUSER v|ACL DRYRUN v get|COMMAND|COMMAND COUNT|COMMAND GETKEYS get K
INFO|SAVE|BGSAVE|SHUTDOWN|DEBUG v|LASTSAVE|TIME|SLOWLOG GET|LATENCY RESET|MEMORY USAGE K|MONITOR|LOLWUT
EVAL v 0|EVAL v 1 K|EVAL v 2 K K|EVAL_RO v 2 K K|EVALSHA v 1 K|FCALL f 2 K K|FCALL_RO f 1 K
SCRIPT LOAD v|SCRIPT EXISTS v|FUNCTION LIST|FUNCTION LOAD v|get K extra|foo|config|config foo|OBJECT foo K
"""
TEMPLATES = [part.split() for line in CALLS.strip().splitlines() for part in line.split("|")]

ERRORS = re.compile(r"User \S* has no permissions to |[Tt]his user has no permissions to ")


@dataclass(frozen=True)
class Step:
    setuser: Words
    calls: list[Words]


@dataclass(frozen=True)
class Case:
    seed: int
    all_channels: bool
    steps: list[Step]


@dataclass(frozen=True)
class Difference:
    step: int
    words: Words
    what: str
    ours: str
    theirs: str


class Side:
    def __init__(self, binary: str) -> None:
        self.server = Server(binary)
        self.client = self.server.client(30)

    def commands_of(self, category: str) -> set[str]:
        reply = self.client.call("ACL", "CAT", category)
        return set() if isinstance(reply, Error) else {name.decode() for name in reply}

    def categories(self) -> list[str]:
        return [name.decode() for name in self.client.call("ACL", "CAT")]

    def stop(self) -> None:
        self.client.close()
        self.server.stop()


# --- Making a case.


class Maker:
    def __init__(self, seed: int, categories: list[str], commands: list[str]) -> None:
        self.random = random.Random(seed)
        self.categories = categories
        self.commands = commands

    def pick(self, items: list[str]) -> str:
        return self.random.choice(items)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pattern(self) -> str:
        # a bare star is in the rules of its own: ours does not let it end what may follow
        return self.pick(PATTERNS)

    def command(self) -> str:
        name = self.pick(self.commands)
        return name.upper() if self.chance(0.1) else name

    def command_rule(self) -> str:
        sign = self.pick(["+", "+", "-"])
        kind = self.random.random()
        if kind < 0.35:
            return f"{sign}@{self.pick(self.categories)}"
        if kind < 0.85:
            return sign + self.command()
        if kind < 0.95:
            return "+" + self.pick(["select|0", "select|1", "get|a", "SELECT|0", "ping|x", "set|A", "select|"])
        return self.pick(["allcommands", "nocommands", "+@all", "-@all", "+@ALL"])

    def selector_rule(self) -> str:
        kind = self.random.random()
        if kind < 0.08:
            return self.pick(["+@all", "allkeys", "allchannels", "~a*", "~app:*", "&n*"])
        if kind < 0.45:
            return self.command_rule()
        if kind < 0.7:
            return self.pick(["~", "~", "~", "%R~", "%W~", "%RW~", "%r~", "%wr~"]) + self.pattern()
        if kind < 0.85:
            return "&" + self.pattern()
        return self.pick(["allkeys", "resetkeys", "resetkeys", "allchannels", "resetchannels", "~*", "&*"])

    def bad_rule(self) -> str:
        return self.pick(
            ["+foo", "-foo|bar", "+@foo", "foo", "%Q~x", "%~x", "%RR~x", "#12", "!12", "<none", "+", "-", "@all"]
            + ["~a b", "&a b", "+get|", "-select|0", "+config|get|x", "(+foo)", "(on)", "(~x", "(", ")", "+config|foo"]
        )

    def rule(self) -> str:
        kind = self.random.random()
        if kind < 0.03:
            return self.bad_rule()
        if kind < 0.13:
            rules = [self.selector_rule() for _ in range(self.random.randint(0, 4))]
            return "(" + " ".join(rules) + ")"
        if kind < 0.25:
            return self.pick(
                ["on", "off", "nopass", "resetpass", ">a", ">b", "<a", "clearselectors", "reset", "ON", ""]
                + ["#" + "0" * 64, "!" + "0" * 64, "skip-sanitize-payload", "sanitize-payload"]
            )
        return self.selector_rule()

    def call(self) -> Words:
        kinds = {"K": KEYS, "C": CHANNELS, "P": CHANNELS + PATTERNS, "N": ["0", "1", "2"]}
        words = [self.pick(kinds[word]) if word in kinds else word for word in self.pick_call()]
        # with a list cut short theirs finds some of the keys; either way the call fails
        may_cut = len(words) > 1 and not words[0].startswith(("XREAD", "COMMAND"))
        return words[:-1] if may_cut and self.chance(0.02) else words

    def pick_call(self) -> Words:
        return self.random.choice(TEMPLATES)

    def case(self, seed: int) -> Case:
        steps = []
        for _ in range(self.random.randint(1, SETUSERS)):
            rules = without_second_openings([self.rule() for _ in range(self.random.randint(0, 8))])
            steps.append(Step(rules, [self.call() for _ in range(DRYRUNS)]))
        return Case(seed, self.chance(0.2), steps)


def without_second_openings(rules: list[str]) -> list[str]:
    """Theirs forgets a selector that is still open when another one opens; ours refuses both."""
    kept, is_open = [], False
    for rule in rules:
        opens = rule.startswith("(") and not rule.endswith(")")
        if opens and is_open:
            continue
        is_open = opens or (is_open and not rule.endswith(")"))
        kept.append(rule)
    return kept


# --- Comparing.


def show(reply: Any) -> str:
    return repr(reply)


def listed(line: bytes) -> str:
    """A line of ACL LIST without command rules, and without a flag that 7.0 shows only once it was set."""
    text = line.decode("latin-1")
    text = re.sub(r" [+-]@all[^()]*?(?=\)| \(|$)", " commands", text)
    text = text.replace(" sanitize-payload", "")
    return re.sub(r"%RW~\*(?= |$)", "~*", text)


def user(reply: Any) -> Any:
    """GETUSER's reply without the same."""
    if not isinstance(reply, list):
        return show(reply)
    found: dict[str, Any] = {}
    for name, value in zip(reply[::2], reply[1::2]):
        key = name.decode()
        if key == "flags":
            value = sorted(flag for flag in value if flag != b"sanitize-payload")
        elif key == "commands":
            continue
        elif key == "selectors":
            value = [user(one) for one in value]
        elif key == "keys":
            value = re.sub(rb"%RW~\*(?= |$)", b"~*", value)
        found[key] = value
    return found


def verdict(reply: Any) -> Any:
    """The words of a refusal changed after 7.0; what is refused did not."""
    if isinstance(reply, bytes):
        return ERRORS.sub("", reply.decode("latin-1")).replace("this user has no permissions to ", "")
    return reply


class Pair:
    def __init__(self, ours: str, theirs: str) -> None:
        self.ours = Side(ours)
        self.theirs = Side(theirs)
        self.judged = 0
        self.allowed = 0

    def call(self, *words: str) -> tuple[Any, Any]:
        return self.ours.client.call(*words), self.theirs.client.call(*words)

    def common(self) -> tuple[list[str], list[str]]:
        """Categories with the same commands on both, but for commands that one has not, and the
        commands that both have and put into the same categories."""
        categories = [name for name in self.ours.categories() if name in self.theirs.categories()]
        members = {c: (self.ours.commands_of(c), self.theirs.commands_of(c)) for c in categories}
        everything = [set().union(*(sides[i] for sides in members.values())) for i in (0, 1)]
        both = everything[0] & everything[1]
        moved = {name for mine, other in members.values() for name in (mine ^ other) & both}
        tops = {name.split("|")[0] for name in moved}
        return categories, sorted(name for name in both if name.split("|")[0] not in tops)

    def judge(self, calls: list[Words]) -> Iterator[tuple[Words, Any, Any]]:
        lines = [("ACL", "DRYRUN", USER, *words) for words in calls]
        yield from zip(calls, self.ours.client.pipeline(lines), self.theirs.client.pipeline(lines))

    def run(self, case: Case, known: set[str]) -> Difference | None:
        default = "allchannels" if case.all_channels else "resetchannels"
        for reply in self.call("CONFIG", "SET", "acl-pubsub-default", default):
            ok(reply)
        self.call("ACL", "DELUSER", USER)
        for at, step in enumerate(case.steps):
            ours, theirs = self.call("ACL", "SETUSER", USER, *step.setuser)
            if ours != theirs:
                return Difference(at, step.setuser, "SETUSER", show(ours), show(theirs))
            mine, other = self.call("ACL", "GETUSER", USER)
            if user(mine) != user(other):
                return Difference(at, step.setuser, "GETUSER", show(user(mine)), show(user(other)))
            lines = [[listed(line) for line in reply] for reply in self.call("ACL", "LIST")]
            if lines[0] != lines[1]:
                return Difference(at, step.setuser, "LIST", show(lines[0]), show(lines[1]))
            for words, ours, theirs in self.judge(step.calls):
                if not self.is_fair(words, known):
                    continue
                if verdict(ours) != verdict(theirs):
                    return Difference(at, words, "DRYRUN", show(ours), show(theirs))
                self.judged += 1
                self.allowed += not isinstance(ours, (bytes, Error))
        return None

    @staticmethod
    def is_fair(words: Words, known: set[str]) -> bool:
        name = words[0].lower()
        sub = f"{name}|{words[1].lower()}" if len(words) > 1 else name
        return name in known or sub in known

    def stop(self) -> None:
        self.ours.stop()
        self.theirs.stop()


# --- Making a case shorter.


def shorter(case: Case, difference: Difference) -> Iterator[Case]:
    steps = case.steps[: difference.step + 1]
    calls = [difference.words] if difference.what == "DRYRUN" else []
    steps = [Step(step.setuser, []) for step in steps[:-1]] + [Step(steps[-1].setuser, calls)]
    yield Case(case.seed, case.all_channels, steps)
    for at, step in enumerate(steps):
        yield Case(case.seed, case.all_channels, steps[:at] + steps[at + 1 :])
        for i in range(len(step.setuser)):
            rules = step.setuser[:i] + step.setuser[i + 1 :]
            fewer = steps[:at] + [Step(rules, step.calls)] + steps[at + 1 :]
            yield Case(case.seed, case.all_channels, fewer)


def shrink(pair: Pair, case: Case, difference: Difference, known: set[str]) -> tuple[Case, Difference]:
    until = time.monotonic() + SHRINK_SECONDS
    found = True
    size = lambda c: sum(1 + len(s.setuser) + len(s.calls) for s in c.steps)  # noqa: E731
    while found and time.monotonic() < until:
        found = False
        for candidate in shorter(case, difference):
            if size(candidate) >= size(case) or not candidate.steps:
                continue
            again = pair.run(candidate, known)
            if again and again.what == difference.what:
                case, difference, found = candidate, again, True
                break
    return case, difference


def report(case: Case, difference: Difference) -> None:
    print(f"seed {case.seed}: {difference.what} differs; acl-pubsub-default all: {case.all_channels}")
    for step in case.steps[: difference.step + 1]:
        print("  ACL SETUSER", USER, *(repr(rule) for rule in step.setuser))
    if difference.what == "DRYRUN":
        print("  ACL DRYRUN", USER, *(repr(word) for word in difference.words))
    print("  ours:  ", difference.ours)
    print("  theirs:", difference.theirs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--oracle", default=shutil.which("redis-server"))
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--cases", type=int, default=0)
    options = parser.parse_args()
    if not options.oracle:
        print("no redis-server to compare with")
        return 0
    pair = Pair(options.server, options.oracle)
    categories, commands = pair.common()
    known = set(commands)
    print(f"seed {options.seed}, {len(categories)} categories, {len(commands)} commands")
    until = time.monotonic() + options.seconds
    done = 0
    try:
        while done < options.cases if options.cases else time.monotonic() < until:
            seed = options.seed + done
            case = Maker(seed, categories, commands).case(seed)
            difference = pair.run(case, known)
            if difference:
                report(*shrink(pair, case, difference, known))
                return 1
            done += 1
    finally:
        pair.stop()
    print(f"{done} cases agree: {pair.judged} calls judged, {pair.allowed} allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
