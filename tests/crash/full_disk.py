#!/usr/bin/env python3
"""A disk that is full: writes are refused with the reason, reads go on, nothing told is lost.

The disk is a small tmpfs made for the test, which takes root; without it the test is skipped.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import random
import sys
import tempfile
from typing import Any

from common import (
    LOG_TAIL,
    Client,
    Error,
    Run,
    Server,
    Skip,
    arguments,
    check,
    info,
    ok,
    run_rules,
    wait_for,
)

DISK_BYTES = 4 << 20
BALLAST_BYTES = 1 << 20
VALUE_BYTES = 10000
LIBC = ctypes.CDLL(None, use_errno=True)
LAZY = 2


class Disk:
    """A small file system of its own, with something on it that can be given away."""

    def __enter__(self) -> "Disk":
        self.path = tempfile.mkdtemp(prefix="millstream-full-")
        size = f"size={DISK_BYTES}".encode()
        if LIBC.mount(b"tmpfs", self.path.encode(), b"tmpfs", 0, size) != 0:
            reason = os.strerror(ctypes.get_errno())
            os.rmdir(self.path)
            raise Skip(f"a tmpfs can't be mounted here: {reason}")
        self.ballast = pathlib.Path(self.path) / "ballast"
        self.load()
        return self

    def __exit__(self, *_: object) -> None:
        if LIBC.umount2(self.path.encode(), LAZY) == 0:
            os.rmdir(self.path)

    def load(self) -> None:
        self.ballast.write_bytes(b"x" * BALLAST_BYTES)

    def free(self) -> None:
        self.ballast.unlink()

    def files(self) -> list[str]:
        return sorted(path.name for path in pathlib.Path(self.path).rglob("*") if path.is_file())


class Writer:
    """Sets keys of its own until it is refused; keeps what was acknowledged."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.random = random.Random(name)
        self.values: dict[str, bytes] = {}
        self.under_way: tuple[str, bytes] | None = None

    def fill(self, client: Client) -> str:
        """Returns why it ended: an error's text, or "silence"."""
        while True:
            key, value = f"{self.name}{len(self.values)}", self.random.randbytes(VALUE_BYTES)
            self.under_way = (key, value)
            try:
                reply = client.call("SET", key, value)
            except TimeoutError:
                return "silence"
            if isinstance(reply, Error):
                self.under_way = None
                return reply.text
            self.values[key] = value

    def check(self, client: Client) -> None:
        for key, value in self.values.items():
            check(ok(client.call("GET", key)) == value, f"{key} is lost or damaged")
        if self.under_way:
            there = ok(client.call("GET", self.under_way[0]))
            check(there in (None, self.under_way[1]), f"{self.under_way[0]} is there in part")


def refusal(client: Client) -> str | None:
    reply = client.call("SET", "probe", "1")
    return reply.text if isinstance(reply, Error) else None


def start(options: Any, disk: Disk, *words: str) -> Run:
    return Run(options.server, *words, "--dir", disk.path, "--log-segment-size", "256kb")


def fill(server: Server, writer: Writer) -> Client:
    """Until writes are refused with the reason. Returns the connection of the write that waits."""
    stuck = server.client(1.0)
    reason = writer.fill(stuck)
    if reason == "silence":
        reason = wait_for(lambda: refusal(server.client()), 10, "writes to be refused")
    check(reason.startswith("MISCONF"), f"a write is refused with {reason}")
    check("No space left" in reason, f"the reason is not said: {reason}")
    return stuck


def writes_are_refused_and_reads_go_on(options: Any, *words: str) -> None:
    with Disk() as disk, start(options, disk, *words) as server:
        writer = Writer("a")
        stuck = fill(server, writer)
        client = server.client()
        check(len(writer.values) > 100, f"full after {len(writer.values)} writes")
        writer.check(client)
        status = info(client, "aof_last_write_status", "persistence")
        check(status == "err", f"aof_last_write_status is {status}")
        disk.free()
        wait_for(lambda: refusal(client) is None, 15, "writes to be let in again")
        if writer.under_way:
            stuck.socket.settimeout(10)
            ok(stuck.read())
            writer.values[writer.under_way[0]] = writer.under_way[1]
            writer.under_way = None
        status = info(client, "aof_last_write_status", "persistence")
        check(status == "ok", f"aof_last_write_status is {status}")
        ok(client.call("SET", "after", "1"))
        server.kill()
        server.restart()
        client = server.client()
        writer.check(client)
        check(client.call("GET", "after") == b"1", "what came after is lost")


def scripts_are_refused_like_clients(options: Any) -> None:
    """And a SHUTDOWN that fails leaves a script that runs as it is."""
    write, read = "return redis.pcall('set', 'probe', '1')", "#!lua flags=no-writes\nreturn redis.call('get', 'a0')"
    with Disk() as disk, start(options, disk, "--busy-reply-threshold", "50") as server:
        writer = Writer("a")
        fill(server, writer)
        client = server.client()
        for code in (write, "#!lua\nreturn 1"):
            reply = client.call("EVAL", code, 0)
            check(isinstance(reply, Error) and reply.text.startswith("MISCONF"), f"{code} gives {reply}")
        check(ok(client.call("EVAL", read, 0)) == writer.values["a0"], "what only reads is no longer possible")
        endless = server.client()
        endless.send("EVAL", "while true do end", 0)
        wait_for(lambda: isinstance(client.call("GET", "a0"), Error), 10, "the server to be busy")
        reply = client.call("SHUTDOWN", "NOSAVE")
        check(isinstance(reply, Error) and "trying to SHUTDOWN" in reply.text, f"SHUTDOWN gives {reply}")
        ok(client.call("SCRIPT", "KILL"))
        check("killed" in endless.read().text, "it was not ended")
        check(ok(client.call("GET", "a0")) == writer.values["a0"], "the server is busy for ever")
        disk.free()
        wait_for(lambda: refusal(client) is None, 15, "writes to be let in")


def everysec_is_no_different(options: Any) -> None:
    writes_are_refused_and_reads_go_on(options, "--appendfsync", "everysec")


def a_crash_on_a_full_disk_loses_nothing(options: Any) -> None:
    with Disk() as disk, start(options, disk) as server:
        writer = Writer("a")
        fill(server, writer)
        server.kill()
        disk.free()
        server.restart()
        client = server.client()
        writer.check(client)
        ok(client.call("SET", "after", "1"))


def a_start_on_a_full_disk_harms_nothing(options: Any) -> None:
    """It may serve reads, or end and say why; it may not cut anything off."""
    with Disk() as disk, start(options, disk) as server:
        writer = Writer("a")
        fill(server, writer)
        server.kill()
        with open(disk.path + "/filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError:
                pass
        begin = len(server.log())
        try:
            server.restart(20)
            writer.check(server.client())
            server.kill()
        except RuntimeError:
            log = server.log()[begin:]
            check("No space left" in log, f"it ends without saying why:\n{log[-LOG_TAIL:]}")
        disk.free()
        server.restart()
        client = server.client()
        writer.check(client)
        wait_for(lambda: refusal(client) is None, 15, "writes to be let in")


def trying_again_leaves_no_files(options: Any) -> None:
    with Disk() as disk, start(options, disk) as server:
        fill(server, Writer("a"))
        client = server.client()
        before = len(disk.files())
        began = int(info(client, "uptime_in_seconds"))
        # it tries ten times a second
        wait_for(lambda: int(info(client, "uptime_in_seconds")) >= began + 3, 15, "some retries")
        after = len(disk.files())
        check(after <= before + 2, f"{before} files became {after} while the disk was full")


def a_rewrite_that_does_not_fit_harms_nothing(options: Any) -> None:
    with Disk() as disk, start(options, disk) as server:
        writer, client = Writer("a"), server.client()
        while os.statvfs(disk.path).f_bavail * 4096 > DISK_BYTES // 4:
            key, value = f"a{len(writer.values)}", writer.random.randbytes(VALUE_BYTES)
            ok(client.call("SET", key, value))
            writer.values[key] = value
        ok(client.call("BGREWRITEAOF"))
        wait_for(lambda: info(client, "aof_rewrite_in_progress") == "0", 20, "the rewrite to end")
        status = info(client, "aof_last_bgrewrite_status")
        check(status == "err", f"aof_last_bgrewrite_status is {status}")
        names = [name for name in disk.files() if "checkpoint" in name or name.endswith(".tmp")]
        check(not names, f"{names} stay behind")
        ok(client.call("SET", "after", "1"))
        server.kill()
        server.restart()
        writer.check(server.client())


RULES = [
    writes_are_refused_and_reads_go_on,
    everysec_is_no_different,
    scripts_are_refused_like_clients,
    a_crash_on_a_full_disk_loses_nothing,
    a_start_on_a_full_disk_harms_nothing,
    trying_again_leaves_no_files,
    a_rewrite_that_does_not_fit_harms_nothing,
]


def main() -> int:
    options = arguments(__doc__).parse_args()
    return run_rules(RULES, options.only, options)


if __name__ == "__main__":
    sys.exit(main())
