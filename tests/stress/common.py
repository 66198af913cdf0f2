"""What the stress tests share: one checked run against a server of its own."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import subprocess
import sys
import traceback
from typing import Any, Callable, Iterable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Closed, Error, Verbatim  # noqa: E402
from server import Server  # noqa: E402

LOG_TAIL = 6000


class Failure(Exception):
    """An invariant does not hold."""


def check(holds: object, message: str) -> None:
    if not holds:
        raise Failure(message)


def ok(reply: Any) -> Any:
    """The reply, unless it is an error."""
    check(not isinstance(reply, Error), f"unexpected error reply: {reply}")
    return reply


def info(client: Client, field: str, section: str = "everything") -> int:
    """A whole number of INFO."""
    reply = ok(client.call("INFO", section))
    text = reply.data if isinstance(reply, Verbatim) else reply
    match = re.search(rf"^{field}:(\d+)".encode(), text, re.M)
    check(match, f"INFO has no {field}")
    assert match
    return int(match.group(1))


def is_millstream(binary: str) -> bool:
    """False for the oracle, which knows neither `reactors` nor the newest commands."""
    return "redis" not in os.path.basename(binary)


def resident_bytes(server: Server) -> int:
    with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def checked(
    binary: str, reactors: int, body: Callable[[Server], None], options: tuple[str, ...] = ()
) -> bool:
    """Runs the body on a fresh server. True when it raised nothing and the server ended with 0."""
    if is_millstream(binary):
        options = ("--reactors", str(reactors), *options)
    server = Server(binary, *options)
    passed = True
    try:
        body(server)
    except Exception as problem:  # pylint: disable=broad-except
        passed = False
        if isinstance(problem, Failure):
            print(f"FAILED: {problem}")
        else:
            traceback.print_exc()
    ended = server.process.poll()
    code = server.stop()
    if ended is not None:
        print(f"FAILED: the server ended by itself with {ended}")
        passed = False
    elif code != 0:
        print(f"FAILED: the server ended with {code} on SIGTERM")
        passed = False
    if not passed:
        print(f"--- the end of the server's log ---\n{server.last_log[-LOG_TAIL:]}")
    sys.stdout.flush()
    return passed


def by_reactors(
    description: str | None,
    seconds: float,
    test: Callable[[Server, float], None],
    options: tuple[str, ...] = (),
) -> int:
    """The main program of a test that goes on for some seconds, on a server with each number of reactors."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--server", required=True)
    parser.add_argument("--seconds", type=float, default=seconds)
    parser.add_argument("--reactors", type=int, nargs="*", default=[1, 4])
    given = parser.parse_args()

    def body(server: Server) -> None:
        test(server, given.seconds)

    return 0 if all([checked(given.server, count, body, options) for count in given.reactors]) else 1


def one_by_one(description: str | None, rules: Iterable[Callable[[str], None]]) -> int:
    """The main program of rules that start servers of their own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--server", required=True)
    given = parser.parse_args()
    kept = broken = 0
    for rule in rules:
        try:
            rule(given.server)
            print(f"ok {rule.__name__}")
            kept += 1
        except (AssertionError, OSError, RuntimeError, TimeoutError, subprocess.SubprocessError, Closed) as problem:
            print(f"FAILED {rule.__name__}: {type(problem).__name__}: {problem}")
            broken += 1
    print(f"{kept} passed, {broken} failed")
    return 1 if broken else 0
