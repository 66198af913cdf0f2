"""What a client that waits in XREADGROUP or XREAD may rely on, with one reactor and with four.

Each function is one rule. Waiting is seen in INFO's blocked_clients, never assumed after a time.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Callable

from common import Client, Failure, Server, check, checked, info, ok
from resp import Closed, Error, NilArray
from wait import wait_for

WAITERS = 1000
KILLS = 30
PRECISION_S = 0.5  # how late a timeout may be on a busy machine; it may never be early

GROUP_READ = ("XREADGROUP", "GROUP", "g")


class Waiter(Client):
    """A client whose read is sent and which is known to be blocked."""

    def __init__(self, server: Server, control: Client, *words: str | int) -> None:
        super().__init__(server.port, timeout=20)
        self.id = ok(self.call("CLIENT", "ID"))
        before = info(control, "blocked_clients", "clients")
        self.send(*words)
        wait_for(lambda: info(control, "blocked_clients", "clients") == before + 1, 20, "blocking")

    def silent(self, control: Client) -> bool:
        """True if nothing came, judged after another command has been answered."""
        ok(control.call("PING"))
        return not self.pending(0.02)


def waiter(server: Server, control: Client, name: str, key: str = "s", block: int = 0) -> Waiter:
    return Waiter(server, control, *GROUP_READ, name, "BLOCK", block, "STREAMS", key, ">")


def reader(server: Server, control: Client, *keys: str) -> Waiter:
    return Waiter(server, control, "XREAD", "BLOCK", 0, "STREAMS", *keys, *["$"] * len(keys))


def group(control: Client, *keys: str) -> None:
    for key in keys or ("s",):
        ok(control.call("XGROUP", "CREATE", key, "g", "$", "MKSTREAM"))


def entry_of(reply: Any) -> bytes:
    """The id of the only entry of the only stream in a reply."""
    check(isinstance(reply, list) and len(reply) == 1, f"not one stream: {reply}")
    check(len(reply[0][1]) == 1, f"not one entry: {reply}")
    return bytes(reply[0][1][0][0])


def expect_error(client: Client, prefix: str) -> None:
    reply = client.read()
    check(isinstance(reply, Error) and reply.text.startswith(prefix), f"not {prefix}: {reply}")


def group_waiters_are_served_in_order(server: Server, control: Client) -> None:
    group(control)
    waiters = [waiter(server, control, f"c{i}") for i in range(40)]
    for i, one in enumerate(waiters):
        id = ok(control.call("XADD", "s", "*", "n", i))
        check(one.pending(5), f"waiter {i} was not served by entry {i}")
        check(entry_of(one.read()) == id, f"waiter {i} got another entry")
        rest = waiters[i + 1 :]
        check(not rest or rest[0].silent(control), f"waiter {i + 1} was served by entry {i}")


def one_batch_serves_waiters_in_order(server: Server, control: Client) -> None:
    group(control)
    waiters = [waiter(server, control, f"c{i}") for i in range(40)]
    ids = control.pipeline([("XADD", "s", "*", "n", i) for i in range(40)])
    for i, one in enumerate(waiters):
        check(entry_of(one.read()) == ids[i], f"waiter {i} did not get entry {i}")


def a_waiter_that_blocks_again_goes_to_the_end(server: Server, control: Client) -> None:
    group(control)
    first, second = waiter(server, control, "one"), waiter(server, control, "two")
    ok(control.call("XADD", "s", "*", "n", 1))
    entry_of(first.read())
    first.send(*GROUP_READ, "one", "BLOCK", 0, "STREAMS", "s", ">")
    wait_for(lambda: info(control, "blocked_clients", "clients") == 2, 20, "blocking again")
    id = ok(control.call("XADD", "s", "*", "n", 2))
    check(entry_of(second.read()) == id, "the second was overtaken")
    check(first.silent(control), "the first was served twice")


def a_waiter_is_served_before_the_reply_that_woke_it(server: Server, control: Client) -> None:
    """When XADD has answered, the entry is already pending for the waiter."""
    group(control)
    for i in range(50):
        one = waiter(server, control, f"c{i}")
        replies = control.pipeline([("XADD", "s", "*", "n", i), ("XPENDING", "s", "g")])
        check(replies[1][0] == i + 1, f"after XADD {i + 1}: {replies[1][0]} pending")
        check(info(control, "blocked_clients", "clients") == 0, "still counted as blocked")
        entry_of(one.read())
        one.close()


def all_readers_get_each_entry(server: Server, control: Client) -> None:
    ok(control.call("XADD", "s", "*", "n", 0))
    readers = [reader(server, control, "s") for _ in range(50)]
    id = ok(control.call("XADD", "s", "*", "n", 1))
    for one in readers:
        check(entry_of(one.read()) == id, "a reader got another entry")


def a_waiter_on_several_streams_is_served_once(server: Server, control: Client) -> None:
    group(control, "a", "b", "c")
    one = Waiter(
        server, control, *GROUP_READ, "c1", "BLOCK", 0, "STREAMS", "a", "b", "c", ">", ">", ">"
    )
    id = ok(control.call("XADD", "b", "*", "n", 1))
    ok(control.call("XADD", "c", "*", "n", 2))
    check(entry_of(one.read()) == id, "not the entry that came first")
    check(one.silent(control), "a second reply")
    check(ok(control.call("XPENDING", "c", "g"))[0] == 0, "an entry went to nobody")


def timeouts_are_precise(server: Server, control: Client) -> None:
    group(control)
    for limit in (1, 50, 300):
        for words in (
            (*GROUP_READ, "c", "BLOCK", limit, "STREAMS", "s", ">"),
            ("XREAD", "BLOCK", limit, "STREAMS", "s", "$"),
        ):
            started = time.monotonic()
            reply = control.call(*words)
            took = time.monotonic() - started
            check(isinstance(reply, NilArray), f"a timeout gave {reply}")
            check(took >= limit / 1000 * 0.99, f"BLOCK {limit} ended early, after {took:.4f} s")
            check(took < limit / 1000 + PRECISION_S, f"BLOCK {limit} took {took:.3f} s")


def unrelated_entries_do_not_restart_a_timeout(server: Server, control: Client) -> None:
    """Entries come to other keys, and to this stream but are taken by a waiter before us."""
    group(control, "s", "other")
    started = time.monotonic()
    late = Client(server.port, timeout=20)
    early = Waiter(server, control, *GROUP_READ, "early", "BLOCK", 0, "STREAMS", "s", ">")
    late.send(*GROUP_READ, "late", "BLOCK", 400, "STREAMS", "s", ">")
    while not late.pending(0.02):
        check(time.monotonic() - started < 5, "BLOCK 400 never ended")
        ok(control.call("XADD", "other", "*", "f", "v"))
        if early and info(control, "blocked_clients", "clients") == 2:
            ok(control.call("XADD", "s", "*", "f", "v"))
            entry_of(early.read())
            early = None  # type: ignore[assignment]
        ok(control.call("SET", "string", "x"))
    took = time.monotonic() - started
    check(isinstance(late.read(), NilArray), "not a timeout")
    check(0.39 < took < 0.4 + PRECISION_S, f"BLOCK 400 took {took:.3f} s")


def unblock_ends_the_wait(server: Server, control: Client) -> None:
    group(control)
    for one in (waiter(server, control, "c"), reader(server, control, "s")):
        check(ok(control.call("CLIENT", "UNBLOCK", one.id)) == 1, "UNBLOCK did not find the client")
        check(isinstance(one.read(), NilArray), "UNBLOCK is not a timeout")
        check(ok(control.call("CLIENT", "UNBLOCK", one.id)) == 0, "UNBLOCK of one that is free")
        check(one.call("ECHO", "x") == b"x", "unusable after UNBLOCK")
    for one in (waiter(server, control, "c"), reader(server, control, "s")):
        check(ok(control.call("CLIENT", "UNBLOCK", one.id, "ERROR")) == 1, "UNBLOCK did not find it")
        expect_error(one, "UNBLOCKED")
        check(one.call("ECHO", "x") == b"x", "unusable after UNBLOCK ERROR")
    ok(control.call("XADD", "s", "*", "f", "v"))
    check(ok(control.call("XPENDING", "s", "g"))[0] == 0, "an entry went to a waiter that was freed")


def deleting_the_key_ends_a_group_read(server: Server, control: Client) -> None:
    for command in (("DEL", "s"), ("UNLINK", "s"), ("FLUSHDB",), ("FLUSHALL",), ("RENAME", "s", "t"),
                    ("PEXPIRE", "s", 1), ("MOVE", "s", 1), ("SWAPDB", 0, 1)):  # fmt: skip
        group(control)
        one = waiter(server, control, "c")
        ok(control.call(*command))
        expect_error(one, "NOGROUP")
        ok(control.call("FLUSHALL"))


def destroying_the_group_ends_its_reads(server: Server, control: Client) -> None:
    group(control)
    ok(control.call("XGROUP", "CREATE", "s", "other", "$"))
    one = waiter(server, control, "c")
    safe = Waiter(server, control, "XREADGROUP", "GROUP", "other", "c", "BLOCK", 0, "STREAMS", "s", ">")
    ok(control.call("XGROUP", "DESTROY", "s", "g"))
    expect_error(one, "NOGROUP")
    check(safe.silent(control), "a waiter of another group was woken")
    id = ok(control.call("XADD", "s", "*", "f", "v"))
    check(entry_of(safe.read()) == id, "the other group lost its waiter")


def retyping_the_key_ends_a_group_read(server: Server, control: Client) -> None:
    for command in (("SET", "s", "x"), ("RENAME", "string", "s"), ("COPY", "string", "s", "REPLACE"),
                    ("MSET", "a", "b", "s", "x")):  # fmt: skip
        ok(control.call("SET", "string", "x"))
        group(control)
        one = waiter(server, control, "c")
        ok(control.call(*command))
        expect_error(one, "WRONGTYPE")
        ok(control.call("FLUSHALL"))


def a_stream_that_takes_the_place_without_the_group_ends_the_read(server: Server, control: Client) -> None:
    group(control)
    ok(control.call("XADD", "fresh", "*", "f", "v"))
    one = waiter(server, control, "c")
    ok(control.call("RENAME", "fresh", "s"))
    expect_error(one, "NOGROUP")


def xread_stays_blocked_when_its_key_goes(server: Server, control: Client) -> None:
    ok(control.call("XADD", "s", "1-1", "f", "v"))
    one = reader(server, control, "s")
    for command in (("DEL", "s"), ("SET", "s", "x"), ("DEL", "s"), ("FLUSHALL",)):
        ok(control.call(*command))
        check(one.silent(control), f"{command[0]} ended a blocked XREAD: it is not told of keys that go")
    ok(control.call("XADD", "s", "0-5", "f", "v"))
    check(one.silent(control), "an entry below the position was delivered")
    id = ok(control.call("XADD", "s", "9-9", "f", "v"))
    check(entry_of(one.read()) == id, "not the entry after the position")


def a_stream_put_at_the_key_wakes_its_readers(server: Server, control: Client) -> None:
    for command in (("RENAME", "full", "s"), ("COPY", "full", "s"), ("SWAPDB", 0, 1), ("MOVE", "s", 0)):
        ok(control.call("FLUSHALL"))
        one = reader(server, control, "s")
        if command[0] in ("SWAPDB", "MOVE"):
            ok(control.call("SELECT", 1))
        ok(control.call("XADD", "s" if command[0] in ("SWAPDB", "MOVE") else "full", "7-7", "f", "v"))
        ok(control.call(*command))
        ok(control.call("SELECT", 0))
        check(one.pending(5), f"{command[0]} woke nobody")
        check(entry_of(one.read()) == b"7-7", f"{command[0]}: not its entry")


def a_claiming_read_wakes_when_an_entry_has_idled_enough(server: Server, control: Client) -> None:
    group(control)
    id = ok(control.call("XADD", "s", "*", "f", "v"))
    ok(control.call(*GROUP_READ, "dead", "STREAMS", "s", ">"))
    started = time.monotonic()
    one = Waiter(server, control, *GROUP_READ, "c", "BLOCK", 0, "CLAIM", 300, "STREAMS", "s", ">")
    check(entry_of(one.read()) == id, "not the idle entry")
    took = time.monotonic() - started
    check(0.25 < took < 0.3 + PRECISION_S, f"CLAIM 300 was served after {took:.3f} s")


def a_negative_acknowledgement_wakes_a_claiming_read(server: Server, control: Client) -> None:
    group(control)
    id = ok(control.call("XADD", "s", "*", "f", "v"))
    ok(control.call(*GROUP_READ, "fails", "STREAMS", "s", ">"))
    one = Waiter(server, control, *GROUP_READ, "c", "BLOCK", 0, "CLAIM", 60000, "STREAMS", "s", ">")
    check(ok(control.call("XNACK", "s", "g", "FAIL", "IDS", 1, id)) == 1, "XNACK found nothing")
    check(one.pending(5), "XNACK woke nobody")
    check(entry_of(one.read()) == id, "not the entry that was given back")


def one_that_hangs_up_is_forgotten(server: Server, control: Client) -> None:
    group(control)
    gone, stays = waiter(server, control, "gone"), waiter(server, control, "stays")
    gone.close()
    wait_for(lambda: info(control, "blocked_clients", "clients") == 1, 20, "the closed one to go")
    id = ok(control.call("XADD", "s", "*", "f", "v"))
    check(entry_of(stays.read()) == id, "the entry went to nobody")


def one_that_is_killed_is_forgotten(server: Server, control: Client) -> None:
    """From the moment KILL has answered: the next entry must not go to the killed client."""
    group(control)
    for _ in range(KILLS):
        victim, stays = waiter(server, control, "victim"), waiter(server, control, "stays")
        replies = control.pipeline([("CLIENT", "KILL", "ID", victim.id), ("XADD", "s", "*", "f", "v")])
        check(replies[0] == 1, "KILL did not find the client")
        check(stays.pending(5), "the entry went to the killed client")
        check(entry_of(stays.read()) == replies[1], "not the entry that was added")
        try:
            reply = victim.read()
        except (Closed, ConnectionError):
            reply = None
        check(reply is None, f"the killed client was told {reply}")
        wait_for(lambda: info(control, "connected_clients", "clients") == 2, 20, "the killed to go")
        stays.close()
        wait_for(lambda: info(control, "connected_clients", "clients") == 1, 20, "the other to go")


def commands_behind_a_blocked_one_wait(server: Server, control: Client) -> None:
    """What was pipelined behind a blocking read runs after it, in order."""
    group(control)
    one = waiter(server, control, "c")
    one.send("ECHO", "after")
    one.send(*GROUP_READ, "c", "BLOCK", 0, "STREAMS", "s", ">")
    one.send("ECHO", "last")
    check(one.silent(control), "a command overtook a blocked one")
    first = ok(control.call("XADD", "s", "*", "f", "v"))
    check(entry_of(one.read()) == first, "not the first entry")
    check(one.read() == b"after", "the next command was lost")
    wait_for(lambda: info(control, "blocked_clients", "clients") == 1, 20, "blocking again")
    second = ok(control.call("XADD", "s", "*", "f", "v"))
    check(entry_of(one.read()) == second, "not the second entry")
    check(one.read() == b"last", "the last command was lost")


def as_many_wake_as_there_are_entries(server: Server, control: Client) -> None:
    group(control)
    waiters = []
    for i in range(WAITERS):
        one = Client(server.port, timeout=20)
        one.send(*GROUP_READ, f"c{i}", "COUNT", 1, "BLOCK", 0, "STREAMS", "s", ">")
        waiters.append(one)
    wait_for(lambda: info(control, "blocked_clients", "clients") == WAITERS, 30, "all to block")
    total = 0
    for count in (1, 7, 100):
        control.pipeline([("XADD", "s", "*", "n", i) for i in range(count)])
        total += count
        left = info(control, "blocked_clients", "clients")
        check(left == WAITERS - total, f"{total} entries left {left} of {WAITERS} blocked")
        check(ok(control.call("XPENDING", "s", "g"))[0] == total, "not each entry is pending once")
    seen = {entry_of(one.read()) for one in waiters if one.pending(0.0005)}
    wait_for(lambda: len(seen) == total, 5, f"{total} replies; {len(seen)} came")
    for one in waiters:
        one.close()
    wait_for(lambda: info(control, "blocked_clients", "clients") == 0, 30, "all to go")


RULES: list[Callable[[Server, Client], None]] = [
    rule
    for rule in list(globals().values())
    if callable(rule)
    and getattr(rule, "__annotations__", {}) == {"server": "Server", "control": "Client", "return": "None"}
]


def body(server: Server, only: str) -> None:
    failures = []
    for rule in RULES:
        if only not in rule.__name__:
            continue
        control = server.client(30)
        ok(control.call("FLUSHALL"))
        try:
            rule(server, control)
            check(server.process.poll() is None, "the server ended")
        except (Failure, TimeoutError, Closed, OSError) as problem:
            failures.append(rule.__name__)
            print(f"FAILED {rule.__name__}: {type(problem).__name__}: {problem}")
        control.close()
        rest = server.client(30)
        ok(rest.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"))
        wait_for(lambda: info(rest, "connected_clients", "clients") == 1, 20, "clients to go")
        rest.close()
    check(not failures, f"{len(failures)} of {len(RULES)} rules: {', '.join(failures)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, nargs="*", default=[1, 4])
    parser.add_argument("--only", default="", help="rules with this in their name")
    options = parser.parse_args()
    passed = [
        checked(options.server, reactors, lambda server: body(server, options.only))
        for reactors in options.reactors
    ]
    print(f"{len(RULES)} rules, reactors {options.reactors}: {'passed' if all(passed) else 'failed'}")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
