#!/usr/bin/env python3
"""Runs wire transcripts (README.md describes the format) against a server."""

from __future__ import annotations

import argparse
import pathlib
import re
import sys
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

from notation import Match, Mismatch, parse_expected, show, split_words, unescape  # noqa: E402
from resp import Client, Closed, Error, Verbatim  # noqa: E402
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

REPLY_SECONDS = 60.0
SILENCE_SECONDS = 0.01  # for a reply on its way from another reactor
LOG_TAIL = 3000


def text_of(reply: Any) -> str:
    data = reply.data if isinstance(reply, Verbatim) else reply
    return str(data.decode("latin-1"))


class Host:
    """A server under test, and a connection of our own to it that transcripts do not see."""

    def __init__(self, binary: str, options: list[str]) -> None:
        self.server = Server(binary, *options)
        self.control = self.server.client(REPLY_SECONDS)
        self.directives = self._directives()

    def ask(self, *words: str | bytes) -> Any:
        """A reply by our own connection; a transcript may have had it ended (CLIENT KILL)."""
        try:
            return self.control.call(*words)
        except (Closed, ConnectionError):
            self.control = self.server.client(REPLY_SECONDS)
            return self.control.call(*words)

    def _directives(self) -> dict[bytes, bytes]:
        flat = self.ask("CONFIG", "GET", "*")
        return dict(zip(flat[::2], flat[1::2]))

    def restore_directives(self) -> None:
        """What CONFIG SET changed becomes what it was at start."""
        for name, value in self._directives().items():
            if value != self.directives[name]:
                self.ask("CONFIG", "SET", name, self.directives[name])

    def client_count(self) -> int:
        match = re.search(r"connected_clients:(\d+)", text_of(self.ask("INFO", "clients")))
        return int(match.group(1)) if match else 0

    def is_blocked(self, client: Client) -> bool:
        port = client.socket.getsockname()[1]
        lines = text_of(self.ask("CLIENT", "LIST")).splitlines()
        mine = [line for line in lines if f" addr=127.0.0.1:{port} " in line]
        return bool(mine) and re.search(r" flags=\w*b", mine[0]) is not None


class Run:
    """One transcript on one server."""

    def __init__(self, host: Host, path: pathlib.Path, ours: bool) -> None:
        self.host = host
        self.path = path
        self.ours = ours
        self.text = path.read_text(encoding="utf-8")
        self.clients: dict[str, Client] = {}
        self.variables: dict[str, bytes] = {}

    def client(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = self.host.server.client(REPLY_SECONDS)
        return self.clients[name]

    def fits(self, expected: str, client: Client, reply: Any) -> bool:
        return Match(self.variables, client.resp3).fits(parse_expected(expected), reply)

    def close_clients(self) -> None:
        for client in self.clients.values():
            client.close()
        self.clients.clear()
        wait_for(lambda: self.host.client_count() <= 1, REPLY_SECONDS, "clients to go")

    def fresh(self) -> None:
        """As a server just started: no clients, no data, directives as at start."""
        self.close_clients()
        self.variables.clear()
        self.host.ask("CLIENT", "UNPAUSE")
        if "CONFIG" in self.text.upper():
            self.host.restore_directives()
        if "DEBUG" in self.text.upper():
            self.host.ask("DEBUG", "SET-ACTIVE-EXPIRE", "1")
            self.host.ask("DEBUG", "PAUSE-CRON", "0")  # the oracle does not know it
        self.host.ask("FLUSHALL")

    def expect_none_left(self) -> None:
        """Every reply that came must have been expected by a line."""
        self.host.ask("PING")
        for name, client in self.clients.items():
            try:
                left = client.pending()
            except (Closed, ConnectionError):
                continue
            if left:
                raise Mismatch(f"no line expects this reply to {name}: {show(client.read())}")

    def expect_nothing(self, client: Client) -> None:
        self.host.ask("PING")
        if client.pending(SILENCE_SECONDS):
            raise Mismatch(f"expected nothing\n  got      {show(client.read())}")

    def expect(self, name: str, expected: str) -> None:
        client = self.client(name)
        if expected == "(nothing)":
            self.expect_nothing(client)
            return
        try:
            reply = client.read()
        except (TimeoutError, Closed, OSError) as problem:
            raise Mismatch(f"expected {expected}\n  but {type(problem).__name__}") from problem
        if not self.fits(expected, client, reply):
            raise Mismatch(f"expected {expected}\n  got      {show(reply)}")

    def expect_closed(self, name: str) -> None:
        client = self.client(name)
        try:
            reply = client.read()
        except (Closed, ConnectionError):
            self.clients.pop(name).close()
            return
        raise Mismatch(f"expected the end of the connection, got {show(reply)}")

    def wait(self, rest: str) -> None:
        limit, _, command = rest.partition(" ")
        command, _, expected = command.rpartition(" -> ")
        last: list[Any] = [None]

        def attempt() -> bool:
            last[0] = self.host.ask(*split_words(command, self.variables))
            return self.fits(expected, self.host.control, last[0])

        try:
            wait_for(attempt, int(limit) / 1000, command)
        except TimeoutError as problem:
            raise Mismatch(f"waited for {expected}\n  last got {show(last[0])}") from problem

    def change_to_resp3(self, client: Client) -> None:
        reply = client.call("HELLO", "3")
        if isinstance(reply, Error):
            raise Mismatch(f"HELLO 3 gave {show(reply)}")

    def directive(self, word: str, rest: str) -> None:
        if word == "restart":
            self.expect_none_left()
            self.fresh()
        elif word == "resp3":
            self.change_to_resp3(self.client(rest))
        elif word == "blocked":
            client = self.client(rest)
            wait_for(lambda: self.host.is_blocked(client), REPLY_SECONDS, f"{rest} to block")
        elif word == "raw":
            name, _, data = rest.partition(" ")
            self.client(name).send_raw(unescape(data.strip()))
        elif word == "closed":
            self.expect_closed(rest)
        elif word == "close":
            before = self.host.client_count()
            self.client(rest).close()
            wait_for(lambda: self.host.client_count() < before, REPLY_SECONDS, f"{rest} to go")
            del self.clients[rest]
        elif word == "wait":
            self.wait(rest)
        else:
            raise Mismatch("unknown line")

    def line(self, line: str) -> None:
        match = re.match(r"(\w+)([<>]) ?(.*)", line)
        if not match:
            word, _, rest = line.partition(" ")
            self.directive(word, rest)
            return
        name, direction, text = match.groups()
        if direction == ">":
            self.client(name).send(*split_words(text, self.variables))
        else:
            self.expect(name, text)

    def lines(self) -> list[tuple[int, str]]:
        """The numbered lines that do something on this server."""
        found, skipping = [], False
        for number, line in enumerate(self.text.splitlines(), 1):
            line = line.rstrip()
            if line in ("only ours", "only oracle"):
                skipping = (line == "only ours") != self.ours
            elif line == "end":
                skipping = False
            elif line and line != "oracle" and not line.startswith(("#", "config ")) and not skipping:
                found.append((number, line))
        return found

    def run(self) -> None:
        """Plays all lines; Mismatch says which line failed and why."""
        number, line = 0, "(before the first line)"
        try:
            self.fresh()
            for number, line in self.lines():
                self.line(line)
            number, line = number + 1, "(after the last line)"
            self.expect_none_left()
            self.fresh()
        except Mismatch as problem:
            raise Mismatch(f"{self.path}:{number}: {line}\n  {problem}") from problem
        except (OSError, Closed, LookupError, ValueError) as problem:
            text = f"{type(problem).__name__}: {problem}"
            raise Mismatch(f"{self.path}:{number}: {line}\n  {text}") from problem


def header(path: pathlib.Path) -> tuple[bool, tuple[str, ...]]:
    """Whether the oracle must agree, and the options the server starts with."""
    oracle, options = False, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() == "oracle":
            oracle = True
        elif line.startswith("config "):
            name, _, value = line[7:].partition(" ")
            options += ["--" + name, *(word.decode() for word in split_words(value, {}))]
    return oracle, tuple(options)


def run_group(
    binary: str, options: tuple[str, ...], paths: list[pathlib.Path], ours: bool, extra: list[str]
) -> list[str]:
    """Runs the transcripts that share options on one server; returns the failures."""
    failures = []
    base = ["--enable-debug-command", "yes", *options, *(extra if ours else [])]
    host = Host(binary, base)
    for path in paths:
        try:
            Run(host, path, ours).run()
        except Mismatch as problem:
            ended = host.server.process.poll()
            host.server.stop()
            failures.append(str(problem))
            if ended is not None:
                failures[-1] += f"\n  the server ended: {ended}\n{host.server.last_log[-LOG_TAIL:]}"
            host = Host(binary, base)
    code = host.server.stop()
    if code != 0:
        failures.append(f"the server ended with {code}:\n{host.server.last_log[-LOG_TAIL:]}")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the server under test")
    parser.add_argument("--only-oracle", action="store_true", help="only files marked oracle")
    parser.add_argument("--theirs", action="store_true", help="the server is the oracle itself")
    parser.add_argument("--args", default="", help="further options for the server")
    parser.add_argument("paths", nargs="+", help="transcripts, or folders of them")
    options = parser.parse_args()
    files: list[pathlib.Path] = []
    for name in options.paths:
        path = pathlib.Path(name)
        files += sorted(path.rglob("*.t")) if path.is_dir() else [path]
    groups: dict[tuple[str, ...], list[pathlib.Path]] = {}
    for path in files:
        oracle, needed = header(path)
        if oracle or not options.only_oracle:
            groups.setdefault(needed, []).append(path)
    failures: list[str] = []
    for needed, paths in groups.items():
        failures += run_group(
            options.server, needed, paths, not options.theirs, options.args.split()
        )
    for failure in failures:
        print(failure)
    total = sum(len(paths) for paths in groups.values())
    print(f"{total - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
