#!/usr/bin/env python3
"""Under `appendfsync always` nobody is told or shown what is not on the disk yet.

The server's disk is held, slowed and made to fail by slow_sync.c, loaded into it.
"""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import threading
import time
from typing import Any

from common import (
    GONE,
    OK,
    Client,
    Error,
    Failure,
    Run,
    arguments,
    check,
    info,
    kill_and_restart,
    ok,
    run_rules,
    wait_for,
)

QUIET_SECONDS = 0.25  # no reply for so long counts as waiting
OTHERS = 24  # keys: nearly all of them in other shards
HOLD = -1


class Disk:
    """What the server's syncs are to do, and what they did."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="millstream-disk-")
        self.control = os.path.join(self.folder.name, "control")
        self.trace = os.path.join(self.folder.name, "trace")
        open(self.trace, "wb").close()
        self.set()

    def set(self, ms: int = 0, problem: int = 0) -> None:
        with open(self.control + ".new", "w", encoding="ascii") as new:
            new.write(f"{ms} {problem}\n")
        os.replace(self.control + ".new", self.control)

    def count(self, what: bytes) -> int:
        with open(self.trace, "rb") as trace:
            return trace.read().count(what)

    def environment(self, shim: str) -> dict[str, str]:
        return {
            "LD_PRELOAD": os.path.abspath(shim),
            "SLOW_SYNC_CONTROL": self.control,
            "SLOW_SYNC_TRACE": self.trace,
        }


class Rig(Run):
    """A server on such a disk."""

    def __init__(self, options: Any, *words: str) -> None:
        self.disk = Disk()
        super().__init__(
            options.server,
            *("--reactors", str(options.reactors), *words),
            environment=self.disk.environment(options.shim),
        )
        check(self.disk.count(b"e") > 0, "the shim is not in the server: nothing was synced")

    def __exit__(self, kind: object, *more: object) -> None:
        self.disk.set()
        super().__exit__(kind, *more)
        self.disk.folder.cleanup()

    def hold_and_send(self, client: Client, *words: str | int) -> None:
        """A write whose sync has begun and will not end before the disk is set again."""
        self.disk.set(HOLD)
        begun = self.disk.count(b"b")
        client.send(*words)
        wait_for(lambda: self.disk.count(b"b") > begun, 10, "a sync to begin")


def must_wait(what: str, *clients: Client) -> None:
    deadline = time.monotonic() + QUIET_SECONDS
    for client in clients:
        check(
            not client.pending(max(0.0, deadline - time.monotonic())),
            f"{what}: a reply came before the disk had synced",
        )


def a_reply_waits_for_the_sync(options: Any) -> None:
    for words in (
        ("SET", "k", "v"),
        ("XADD", "s", "1-1", "f", "v"),
        ("HSET", "h", "f", "v"),
        ("RPUSH", "l", "a"),
        ("DEL", "old"),
    ):
        rig = Rig(options)
        with rig as server:
            writer, reader = server.client(), server.client()
            ok(writer.call("SET", "old", "1"))
            rig.hold_and_send(writer, *words)
            reader.send("EXISTS", words[1])
            must_wait(f"the writer of {words}, or the reader of its key", writer, reader)
            rig.disk.set()
            ok(writer.read())
            check(reader.read() == (0 if words[0] == "DEL" else 1), "the reader saw the old state")


def a_transaction_s_reply_waits(options: Any) -> None:
    rig = Rig(options)
    with rig as server:
        writer, reader = server.client(), server.client()
        for words in (("MULTI",), ("SET", "a", "1"), ("SET", "b", "2")):
            ok(writer.call(*words))
        rig.hold_and_send(writer, "EXEC")
        reader.send("MGET", "a", "b")
        must_wait("EXEC, or the reader of its keys", writer, reader)
        rig.disk.set()
        check(writer.read() == [OK, OK] and reader.read() == [b"1", b"2"], "wrong replies")


def who_sees_all_keys_waits(options: Any) -> None:
    rig = Rig(options)
    with rig as server:
        writer = server.client()
        readers = [server.client() for _ in range(3)]
        rig.hold_and_send(writer, "SET", "new", "1")
        for reader, words in zip(readers, (("DBSIZE",), ("KEYS", "*"), ("SCAN", "0"))):
            reader.send(*words)
        must_wait("DBSIZE, KEYS or SCAN", writer, *readers)
        rig.disk.set()
        check(ok(readers[0].read()) == 1 and ok(readers[1].read()) == [b"new"], "wrong replies")


def readers_of_other_keys_do_not_wait(options: Any) -> None:
    rig = Rig(options)
    with rig as server:
        writer = server.client()
        readers = [server.client() for _ in range(OTHERS)]
        for i in range(OTHERS):
            ok(writer.call("SET", f"other:{i}", i))
        rig.hold_and_send(writer, "SET", "key", "v")
        for i, reader in enumerate(readers):
            reader.send("GET", f"other:{i}")
        enough = OTHERS - 4  # a few lie in the written key's shard
        wait_for(lambda: sum(reader.pending() for reader in readers) >= enough, 10, "readers of other keys to go on")
        must_wait("the writer", writer)
        rig.disk.set()
        for i, reader in enumerate(readers):
            check(reader.read() == str(i).encode(), "a wrong value")


def who_blocks_is_served_after_the_sync(options: Any) -> None:
    for wait, feed, got in (
        (("XREAD", "BLOCK", "0", "STREAMS", "s", "$"), ("XADD", "s", "1-1", "f", "v"), 1),
        (("XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "s", ">"),
         ("XADD", "s", "1-1", "f", "v"), 1),
        (("BLPOP", "l", "0"), ("RPUSH", "l", "v"), 2),
        (("BLMOVE", "l", "m", "LEFT", "LEFT", "0"), ("RPUSH", "l", "v"), 1),
        (("BZPOPMIN", "z", "0"), ("ZADD", "z", "1", "v"), 3),
    ):  # fmt: skip
        rig = Rig(options)
        with rig as server:
            writer, waiting = server.client(), server.client()
            ok(writer.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM"))
            waiting.send(*wait)
            wait_for(lambda: info(writer, "blocked_clients", "clients") == "1", 10, "it to block")
            rig.hold_and_send(writer, *feed)
            must_wait(f"{wait[0]} or {feed[0]}", waiting, writer)
            rig.disk.set()
            ok(writer.read())
            check(len(ok(waiting.read())) == got, f"{wait[0]} gave something else")


def everysec_waits_for_nobody(options: Any) -> None:
    rig = Rig(options, "--appendfsync", "everysec")
    with rig as server:
        client = server.client()
        rig.disk.set(HOLD)
        for i in range(50):
            check(client.call("SET", "k", i) == OK, "SET failed")


# --- A disk that fails.


def has_failed(client: Client) -> bool:
    return info(client, "aof_last_write_status", "persistence") == "err"


def fails(client: Client) -> str | None:
    """The reason why writes are refused, None if they are not. Its effect is undone."""
    reply = client.call("PFADD", "probe")
    return reply.text if isinstance(reply, Error) else None


def a_failed_sync_acknowledges_nothing(options: Any) -> None:
    rig = Rig(options)
    with rig as server:
        writer, other, third = server.client(30), server.client(), server.client()
        ok(other.call("SET", "old", "1"))
        rig.disk.set(0, errno.EIO)
        writer.send("INCR", "n")
        wait_for(lambda: has_failed(third), 10, "a sync to fail")
        reason = wait_for(lambda: fails(third), 10, "writes to be refused")
        check(reason.startswith("MISCONF"), f"a write is refused with {reason}")
        check("nput/output error" in reason, f"the reason is not said: {reason}")
        check(other.call("GET", "old") == b"1", "reads do not go on")
        must_wait("the writer on the failed disk", writer)
        status = info(other, "aof_last_write_status", "persistence")
        check(status == "err", f"aof_last_write_status is {status}")
        rig.disk.set()
        check(writer.read() == 1, "the write that waited was not acknowledged in the end")
        wait_for(lambda: fails(third) is None, 10, "writes to be let in again")
        status = info(other, "aof_last_write_status", "persistence")
        check(status == "ok", f"aof_last_write_status is {status}")
        check(other.call("INCR", "n") == 2, "wrong count")
        kill_and_restart(server)
        check(server.client().call("GET", "n") == b"2", "lost, or counted twice")


def a_refused_transaction_has_done_nothing(options: Any) -> None:
    rig = Rig(options)
    with rig as server:
        client, other = server.client(), server.client()
        rig.disk.set(0, errno.EIO)
        other.send("SET", "x", "1")
        wait_for(lambda: has_failed(client), 10, "a sync to fail")
        client.call("MULTI")
        queued = client.call("INCR", "n")
        reply = client.call("EXEC")
        check(isinstance(reply, Error), f"INCR gave {queued}, EXEC {reply}, on a failed disk")
        rig.disk.set()
        ok(other.read())
        check(ok(client.call("EXISTS", "n")) == 0, "a refused transaction left something")


class Counter:
    """A connection that counts: what it was told has to be there, once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.told = self.refused = 0
        self.problem: str | None = None

    def run(self, client: Client) -> None:
        try:
            while True:
                reply = client.call("INCR", self.name)
                if isinstance(reply, Error):
                    self.refused += 1
                    check(reply.text.startswith("MISCONF"), reply.text)
                    time.sleep(0.01)
                    continue
                check(reply == self.told + 1, f"{self.name}: {reply} follows {self.told}")
                self.told = reply
                time.sleep(0.001)
        except GONE:
            pass
        except Failure as problem:
            self.problem = str(problem)


def a_disk_that_fails_now_and_then_loses_nothing(options: Any) -> None:
    rig = Rig(options, "--log-segment-size", "64kb")
    with rig as server:
        counters = [Counter(f"count:{i}") for i in range(6)]
        for life in range(2):
            threads = [
                threading.Thread(target=counter.run, args=(server.client(30),), daemon=True)
                for counter in counters
            ]
            for thread in threads:
                thread.start()
            for turn in range(8):
                rig.disk.set(0, errno.ENOSPC if turn % 3 == 2 else errno.EIO)
                time.sleep(0.06)
                rig.disk.set(2)
                time.sleep(0.25)
            if life == 0:
                rig.disk.set(0, errno.EIO)  # and the end comes while it fails
                time.sleep(0.05)
            server.kill()
            rig.disk.set()
            for thread in threads:
                thread.join(30)
            server.restart()
            client = server.client()
            for counter in counters:
                check(not counter.problem, f"{counter.problem}")
                value = int(ok(client.call("GET", counter.name)))
                check(
                    counter.told <= value <= counter.told + 1,
                    f"{counter.name} is {value}, {counter.told} were acknowledged",
                )
                counter.told = value
        check(sum(counter.refused for counter in counters) > 0, "no write was refused")


RULES = [
    a_reply_waits_for_the_sync,
    a_transaction_s_reply_waits,
    who_sees_all_keys_waits,
    readers_of_other_keys_do_not_wait,
    who_blocks_is_served_after_the_sync,
    everysec_waits_for_nobody,
    a_failed_sync_acknowledges_nothing,
    a_refused_transaction_has_done_nothing,
    a_disk_that_fails_now_and_then_loses_nothing,
]


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--shim", required=True, help="slow_sync.c, built")
    parser.add_argument("--reactors", type=int, default=4)
    options = parser.parse_args()
    return run_rules(RULES, options.only, options)


if __name__ == "__main__":
    sys.exit(main())
