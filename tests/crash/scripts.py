#!/usr/bin/env python3
"""The end of a server while a script runs, and a script that writes more than the log takes.

A script takes effect as a whole or not at all: whatever ends the server, after the restart all of
it is there or nothing. One that has written is waited for, unless SHUTDOWN NOSAVE or a second
signal says otherwise.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from common import (
    GONE,
    Client,
    Error,
    Run,
    Server,
    arguments,
    check,
    ends_by_itself,
    ok,
    os,
    run_rules,
    signal,
    wait_for,
)

BUSY = ("--busy-reply-threshold", "50")
ENDLESS = "while true do end"
HALF_AND_ENDLESS = "redis.call('set', 'half', '1') while true do end"
HALVES = "redis.call('set', 'half', '1') for i = 1, 60000000 do end redis.call('set', 'other', '2') return 'done'"


class Calls:
    """Calls made in a thread of their own, since their replies come late or never."""

    def __init__(self, client: Client, *calls: tuple[Any, ...]) -> None:
        self.replies: list[Any] = []
        self.thread = threading.Thread(target=self._run, args=(client, calls))
        self.thread.start()

    def _run(self, client: Client, calls: tuple[tuple[Any, ...], ...]) -> None:
        try:
            for words in calls:
                self.replies.append(client.call(*words))
        except GONE:
            pass

    def end(self) -> list[Any]:
        self.thread.join(60)
        check(not self.thread.is_alive(), "a call got neither a reply nor an end")
        return self.replies


def busy(server: Server, *calls: tuple[Any, ...]) -> tuple[Client, Calls]:
    """Makes the calls and waits until a script makes the server busy. Another client, and the calls."""
    other = server.client(30)
    ok(other.call("SET", "before", "1"))
    made = Calls(server.client(60), *calls)

    def is_busy() -> bool:
        reply = other.call("GET", "before")
        return isinstance(reply, Error) and reply.text.startswith("BUSY")

    wait_for(is_busy, 20, "the server to be busy")
    return other, made


def send(server: Server, number: int) -> None:
    os.kill(server.process.pid, number)


def values(server: Server, *names: str) -> list[bytes | None]:
    return list(ok(server.client().call("MGET", *names)))


def ends_with(server: Server, code: int) -> None:
    got = ends_by_itself(server, 20)
    check(got == code, f"the server ended with {got} instead of {code}")


def a_signal_ends_a_script_that_has_not_written(binary: str, *options: str) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with Run(binary, *BUSY, *options) as server:
            _, calls = busy(server, ("EVAL", ENDLESS, 0))
            send(server, number)
            ends_with(server, 0)
            for reply in calls.end():
                check(isinstance(reply, Error) and "Script killed" in reply.text, str(reply))
            server.restart()
            check(values(server, "before") == [b"1"], "what came before is lost")


def a_signal_waits_for_a_script_that_has_written(binary: str, *options: str) -> None:
    with Run(binary, *BUSY, *options) as server:
        other, calls = busy(server, ("EVAL", HALVES, 0))
        send(server, signal.SIGTERM)
        reply = other.call("GET", "before")
        check(isinstance(reply, Error) and reply.text.startswith("BUSY"), f"not busy: {reply}")
        ends_with(server, 0)
        calls.end()
        server.restart()
        there = values(server, "before", "half", "other")
        check(there == [b"1", b"1", b"2"], f"there is {there}")


def shutdown_nosave_ends_what_a_signal_waits_for(binary: str, *options: str) -> None:
    with Run(binary, *BUSY, *options) as server:
        other, calls = busy(server, ("EVAL", HALF_AND_ENDLESS, 0))
        send(server, signal.SIGTERM)
        wait_for(lambda: "scheduling shutdown" in server.log(), 10, "the signal to be seen")
        Calls(other, ("SHUTDOWN", "NOSAVE")).end()
        ends_with(server, 0)
        calls.end()
        server.restart()
        check(values(server, "before", "half") == [b"1", None], "half of the script is there")


def a_second_signal_insists(binary: str, *options: str) -> None:
    with Run(binary, *BUSY, *options) as server:
        _, calls = busy(server, ("EVAL", HALF_AND_ENDLESS, 0))
        send(server, signal.SIGTERM)
        wait_for(lambda: "scheduling shutdown" in server.log(), 10, "the signal to be seen")
        send(server, signal.SIGTERM)
        ends_with(server, 1)
        calls.end()
        server.restart()
        check(values(server, "before", "half") == [b"1", None], "half of the script is there")


def shutdown_needs_nosave_and_then_nothing_of_it_stays(binary: str, *options: str) -> None:
    for script in (ENDLESS, HALF_AND_ENDLESS):
        with Run(binary, *BUSY, *options) as server:
            other, calls = busy(server, ("EVAL", script, 0))
            for words in (["SHUTDOWN"], ["SHUTDOWN", "SAVE"], ["SHUTDOWN", "NOW"]):
                reply = other.call(*words)
                check(isinstance(reply, Error) and reply.text.startswith("BUSY"), f"{words}: {reply}")
            Calls(other, ("SHUTDOWN", "NOSAVE")).end()
            ends_with(server, 0)
            calls.end()
            server.restart()
            check(values(server, "before", "half") == [b"1", None], "half of the script is there")


def the_transaction_around_it_goes_as_a_whole(binary: str, *options: str) -> None:
    with Run(binary, *BUSY, *options) as server:
        queue = [("MULTI",), ("SET", "first", "1"), ("EVAL", HALF_AND_ENDLESS, 0), ("SET", "last", "1"), ("EXEC",)]
        other, calls = busy(server, *queue)
        Calls(other, ("SHUTDOWN", "NOSAVE")).end()
        ends_with(server, 0)
        calls.end()
        server.restart()
        there = values(server, "before", "first", "half", "last")
        check(there == [b"1", None, None, None], f"there is {there}")


def several_reactors(binary: str) -> None:
    """Which reactor has the script is chance, so each is tried some times."""
    for _ in range(3):
        a_signal_ends_a_script_that_has_not_written(binary, "--reactors", "4")
        a_signal_waits_for_a_script_that_has_written(binary, "--reactors", "4")
        shutdown_nosave_ends_what_a_signal_waits_for(binary, "--reactors", "4")
        a_second_signal_insists(binary, "--reactors", "4")


def a_call_that_the_log_cannot_take_is_refused(binary: str) -> None:
    code = """
    local part, parts = string.rep('x', 1048576), {}
    for i = 1, 1100 do parts[i] = part end
    return redis.call('rpush', 'list', unpack(parts))"""
    with Run(binary) as server:
        reply = server.client(60).call("EVAL", code, 0)
        check(isinstance(reply, Error) and "more than can take effect" in reply.text, str(reply)[:200])
        check(ok(server.client().call("EXISTS", "list")) == 0, "it was done")


RULES = [
    a_signal_ends_a_script_that_has_not_written,
    a_signal_waits_for_a_script_that_has_written,
    shutdown_nosave_ends_what_a_signal_waits_for,
    a_second_signal_insists,
    shutdown_needs_nosave_and_then_nothing_of_it_stays,
    the_transaction_around_it_goes_as_a_whole,
    several_reactors,
    a_call_that_the_log_cannot_take_is_refused,
]

if __name__ == "__main__":
    chosen = arguments(__doc__).parse_args()
    sys.exit(run_rules(RULES, chosen.only, chosen.server))
