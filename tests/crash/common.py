"""What the crash tests share: failures, a server that is run again in its folder, and INFO."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import traceback
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Closed, Error, Simple, Verbatim  # noqa: E402
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

LOG_TAIL = 5000
OK = Simple("OK")
# What a connection of a server that was killed ends with.
GONE = (Closed, ConnectionError, BrokenPipeError, OSError)


class Failure(Exception):
    """A promise is not kept."""


class Skip(Exception):
    """This machine can't run the test."""


def check(holds: object, message: str) -> None:
    if not holds:
        raise Failure(message)


def ok(reply: Any) -> Any:
    """The reply, unless it is an error."""
    check(not isinstance(reply, Error), f"unexpected error reply: {reply}")
    return reply


def info(client: Client, field: str, section: str = "everything") -> str | None:
    """A field of INFO, None if it is not there."""
    reply = ok(client.call("INFO", section))
    text = reply.data if isinstance(reply, Verbatim) else reply
    match = re.search(rf"^{field}:([^\r\n]*)".encode(), text, re.M)
    return match.group(1).decode() if match else None


def pairs(reply: list[Any]) -> dict[str, Any]:
    """A flat list of names and values as a dictionary."""
    return {reply[i].decode(): reply[i + 1] for i in range(0, len(reply), 2)}


def log_folder(server: Server) -> pathlib.Path:
    return pathlib.Path(server.folder) / "millstream-log"


def segments(server: Server) -> list[pathlib.Path]:
    """The log's files, oldest first."""
    return sorted(log_folder(server).glob("*.log"))


def kill_and_restart(server: Server, seconds: float = 30) -> None:
    server.kill()
    server.restart(seconds)


def ends_by_itself(server: Server, seconds: float = 30) -> int:
    """Waits for the end of the process and returns its exit code."""
    try:
        return server.process.wait(seconds)
    except subprocess.TimeoutExpired as late:
        raise Failure(f"the server still runs after {seconds} s") from late


def can_rewrite(server: Server) -> bool:
    """Whether this server can write a checkpoint. It is tried: an old one has only a stub."""
    client = server.client()
    try:
        before = len(server.log())
        reply = client.call("BGREWRITEAOF")
        if isinstance(reply, Error):
            return False
        wait_for(lambda: info(client, "aof_rewrite_in_progress") == "0", 20, "the rewrite to end")
        if info(client, "aof_last_bgrewrite_status") != "ok":
            return False
        log = server.log()[before:]
        return "stub" not in log and "has failed" not in log
    finally:
        client.close()


def arguments(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--server", required=True, help="path of a millstream-server")
    parser.add_argument("--only", help="the rules whose names contain this")
    return parser


def run_rules(rules: list[Callable[..., None]], only: str | None, *parameters: Any) -> int:
    """Runs each rule; 0 if all hold, 77 if none could be tried."""
    failed = skipped = 0
    chosen = [rule for rule in rules if not only or only in rule.__name__]
    for rule in chosen:
        start = time.monotonic()
        try:
            rule(*parameters)
            print(f"ok {rule.__name__} ({time.monotonic() - start:.1f} s)")
        except Skip as reason:
            skipped += 1
            print(f"skipped {rule.__name__}: {reason}")
        except Exception as problem:  # pylint: disable=broad-except
            failed += 1
            print(f"FAILED {rule.__name__}: {type(problem).__name__}: {problem}")
            if not isinstance(problem, Failure):
                traceback.print_exc(file=sys.stdout)
        sys.stdout.flush()
    print(f"{len(chosen) - failed - skipped} held, {failed} failed, {skipped} skipped")
    if failed:
        return 1
    return 77 if chosen and skipped == len(chosen) else 0


class Run:
    """A server for one rule; says the end of its log when the rule fails, and ends it for sure."""

    def __init__(self, binary: str, *options: str, **more: Any) -> None:
        self.server = Server(binary, *options, **more)

    def __enter__(self) -> Server:
        return self.server

    def __exit__(self, kind: object, *_: object) -> None:
        ended = self.server.process.poll()
        code = self.server.stop()
        if kind is not None and not (isinstance(kind, type) and issubclass(kind, Skip)):
            print(f"--- the end of the server's log ---\n{self.server.last_log[-LOG_TAIL:]}")
        elif ended is None:
            log = self.server.last_log[-LOG_TAIL:]
            check(code == 0, f"the server ended with {code} on SIGTERM\n{log}")


__all__ = [
    "Client", "Closed", "Error", "Failure", "GONE", "OK", "Run", "Server", "Simple", "Skip",
    "arguments", "can_rewrite", "check", "ends_by_itself", "info", "kill_and_restart",
    "log_folder", "ok", "os", "pairs", "run_rules", "segments", "signal", "wait_for",
]  # fmt: skip
