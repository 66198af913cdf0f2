#!/usr/bin/env python3
"""Instructions per operation beside redis-server, counted by callgrind: the stable figure.

    tests/bench/instructions.py --ours build/release/broker/millstream-server --only xadd-16,message
    tests/bench/instructions.py --ours build/release/broker/millstream-server --profile xadd-16

Both servers run under valgrind with one connection (blocked, fanout and pubsub need more). A load does N
operations and then 2N; the difference, divided by N, is what an operation costs in user mode. Nothing is
counted while the load is set up. --profile NAME shows the functions of ours that the 2N spent it in.
"""

from __future__ import annotations

import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

from common import chosen_names, two_servers
from common import lib_server as servers
from loads import LOADS, Load

# Operations N. What makes a reply of a hundred entries needs fewer.
COUNTS = {"xrange": 60, "autoclaim": 60, "drain": 3000, "blocked": 300, "queue": 600}
COUNT = 4000
CONNECTIONS = {"blocked": 500, "fanout": 50, "pubsub": 100}
TOP = 25
QUIET_POLLS, QUIET_SECONDS = 3, 0.0002
START_SECONDS = 120.0  # valgrind is slow, more so on a machine that has other work
SELDOM = ("--hz", "1")  # what is done by the clock would be counted, too
LINE = re.compile(r"^\s*([\d,]+)\s+\(\s*([\d.]+)%\)\s+(.+)$")


@dataclass
class Options:
    ours: str
    redis: str
    extra: list[str]
    scale: float
    profile: bool
    top: int
    inclusive: bool


class Counted(servers.Server):
    """A server under callgrind, which counts only within counting()."""

    def __init__(self, binary: str, *options: str) -> None:
        self.outputs = tempfile.TemporaryDirectory(prefix="millstream-callgrind-")
        folder = pathlib.Path(self.outputs.name)
        name = "redis-counted" if "redis" in pathlib.Path(binary).name else "millstream-counted"
        script = folder / name  # its name tells Server which options it takes
        script.write_text(
            "#!/bin/sh\nexec valgrind --tool=callgrind --instr-atstart=no --dump-line=no"
            f' --callgrind-out-file={folder}/counted {pathlib.Path(binary).absolute()} "$@"\n',
            encoding="ascii",
        )
        script.chmod(0o755)
        self.dumps = 0
        super().__init__(str(script), *options)

    def tell(self, *words: str) -> None:
        """A word for valgrind."""
        command = ["vgdb", f"--pid={self.process.pid}", *words]
        subprocess.run(command, check=True, capture_output=True, timeout=300)

    def settle(self) -> None:
        """Waits until its first thread waits."""
        stat, quiet = pathlib.Path(f"/proc/{self.process.pid}/stat"), 0
        while quiet < QUIET_POLLS:
            quiet = quiet + 1 if stat.read_bytes().rsplit(b") ", 1)[1][:1] == b"S" else 0
            time.sleep(QUIET_SECONDS)

    def dump(self) -> pathlib.Path:
        """What has been counted since the last time, as callgrind's file."""
        self.tell("dump")
        self.dumps += 1
        return pathlib.Path(self.outputs.name) / f"counted.{self.dumps}"

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        self.tell("instrumentation", "on")
        yield
        self.tell("instrumentation", "off")

    def stop(self) -> int:
        code = super().stop()
        self.outputs.cleanup()
        return code


def total(dump: pathlib.Path) -> int:
    text = dump.read_text(encoding="utf-8", errors="replace")
    return int(re.findall(r"^(?:summary|totals): (\d+)", text, re.M)[-1])


@dataclass
class Spent:
    instructions: float  # per operation
    functions: list[tuple[float, str]]  # per operation, most first; only with a profile


def open_load(server: Counted, name: str, count: int) -> Load:
    load = LOADS[name](server.port, CONNECTIONS.get(name, 1), count)
    load.settle = server.settle  # type: ignore[method-assign]
    return load


def spent(server: Counted, name: str, options: Options, profiled: bool) -> Spent:
    """What an operation costs. The server is emptied before and after."""
    count = max(1, int(COUNTS.get(name, COUNT) * options.scale))
    load = open_load(server, name, 5 * count + 1000)
    try:
        load.work(max(1, count // 10))  # tables grow and pages come before
        with server.counting():
            load.work(max(1, count // 10))
            server.dump()
            first = load.work(count)
            once = total(server.dump())
            second = load.work(2 * first)
            dump = server.dump()
        twice = total(dump)
        functions = list(spent_in(dump, second, options)) if profiled else []
    finally:
        load.close()
    client = server.client(servers.START_SECONDS)
    client.call("FLUSHALL", "SYNC")
    client.close()
    return Spent((twice - once) / (second - first), functions)


def spent_in(dump: pathlib.Path, count: int, options: Options) -> Iterator[tuple[float, str]]:
    command = ["callgrind_annotate", "--auto=no", "--threshold=100"]
    command += [f"--inclusive={'yes' if options.inclusive else 'no'}", str(dump)]
    text = subprocess.run(command, check=True, capture_output=True, timeout=300).stdout.decode()
    for line in text.splitlines():
        if (match := LINE.match(line)) and "PROGRAM TOTALS" not in line:
            yield int(match[1].replace(",", "")) / count, short(match[3])


def short(function: str) -> str:
    """file:function [object], with less of the paths."""
    function = re.sub(r"\s+\[.*/([^/\]]+)\]$", r"  [\1]", function)
    return re.sub(r"^\S*/((?:[^/\s]+/)?[^/\s]+:)", r"\1", function)


def print_profile(name: str, ours: Spent, top: int) -> None:
    print(f"\n{name}: {ours.instructions:.0f} instructions an operation, of which")
    for count, function in ours.functions[:top]:
        print(f"{count:10.1f} {100 * count / ours.instructions:6.1f}%  {function}")
    sys.stdout.flush()


def compare(options: Options, names: list[str]) -> None:
    """A line for each load. Both servers run all the time, so that one start serves all loads."""
    with contextlib.ExitStack() as stack:
        redis = None
        if options.redis:
            redis = stack.enter_context(Counted(options.redis, *SELDOM))
        ours = stack.enter_context(Counted(options.ours, *SELDOM, *options.extra))
        print(f"{'instructions per operation':28} {'redis':>10} {'ours':>10} {'ratio':>7}", flush=True)
        for name in names:
            theirs = spent(redis, name, options, False).instructions if redis else 0.0
            mine = spent(ours, name, options, options.profile)
            columns = f"{theirs:10.0f} {mine.instructions:10.0f} {theirs / mine.instructions:6.2f}x"
            print(f"{name:28} {columns if redis else f'{mine.instructions:21.0f}'}", flush=True)
            if options.profile:
                print_profile(name, mine, options.top)


def main() -> int:
    parser = two_servers(__doc__, "--appendonly no --save")
    parser.add_argument("--only", help=f"loads with commas between: {', '.join(LOADS)}")
    parser.add_argument("--profile", metavar="LOADS", help="as --only, with our functions")
    parser.add_argument("--top", type=int, default=TOP, help="functions to show")
    parser.add_argument("--inclusive", action="store_true", help="functions with what they call")
    given = parser.parse_args()
    servers.START_SECONDS = servers.STOP_SECONDS = START_SECONDS
    options = Options(
        ours=given.ours,
        redis=given.redis,
        extra=[*given.args.split(), "--reactors", str(given.reactors)],
        scale=given.scale,
        profile=given.profile is not None,
        top=given.top,
        inclusive=given.inclusive,
    )
    started = time.monotonic()
    compare(options, chosen_names(parser, given.profile or given.only, LOADS))
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
