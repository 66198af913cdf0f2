#!/usr/bin/env python3
"""Runs wire transcripts (README.md describes the format) against a server."""

from __future__ import annotations

import argparse
import pathlib
import re
import sys
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import (  # noqa: E402
    Client,
    Closed,
    Double,
    Error,
    Map,
    NilArray,
    Push,
    Set,
    Simple,
    Verbatim,
)
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

REPLY_SECONDS = 10.0


class Mismatch(Exception):
    """A reply that is not what the transcript says."""


# --- Notation: text -> pattern, reply -> text.


def unescape(text: str) -> bytes:
    plain = {"n": b"\n", "r": b"\r", "t": b"\t", "a": b"\a", "b": b"\b"}
    out, at = b"", 0
    while at < len(text):
        if text[at] != "\\" or at + 1 >= len(text):
            out += text[at].encode("utf-8")
            at += 1
        elif text[at + 1] == "x":
            out += bytes([int(text[at + 2 : at + 4], 16)])
            at += 4
        else:
            out += plain.get(text[at + 1], text[at + 1].encode("utf-8"))
            at += 2
    return out


def split_words(text: str, variables: dict[str, bytes]) -> list[bytes]:
    """Words of a command: blanks separate, "..." and '...' quote, $name is a captured value."""
    words: list[bytes] = []
    for match in re.finditer(r'"((?:[^"\\]|\\.)*)"(?!\S)|\'([^\']*)\'(?!\S)|(\S+)', text):
        double, single, bare = match.groups()
        if double is not None:
            words.append(unescape(double))
        elif single is not None:
            words.append(single.encode("utf-8"))
        elif bare.startswith("$") and bare[1:] in variables:
            words.append(variables[bare[1:]])
        else:
            words.append(bare.encode("utf-8"))
    return words


TOKEN = re.compile(
    r'\s*(?:(\$\w+=)?(?:("(?:[^"\\]|\\.)*")|(\(nil-array\)|\(nil\)|<\w+>|[\[\]{}~]|[^\s\[\]{}]+)))'
)


def tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if not match:
            raise Mismatch(f"can't read the expected reply from: {text[at:]!r}")
        found.append((match.group(1) or "") + (match.group(2) or match.group(3)))
        at = match.end()
    return found


def parse(words: list[str]) -> Any:
    """One pattern from the front of the tokens, as ("kind", value)."""
    word = words.pop(0)
    capture = re.match(r"\$(\w+)=(.*)", word, re.S)
    if capture:
        words.insert(0, capture.group(2))
        return ("capture", (capture.group(1), parse(words)))
    if word == "~unordered":
        return ("unordered", parse(words)[1])
    if word == "~":
        return ("set", parse(words)[1])
    if word == "[":
        items = []
        while words[0] != "]":
            items.append(parse(words))
        words.pop(0)
        return ("array", items)
    if word == "{":
        pairs = []
        while words[0] != "}":
            key = parse(words)
            pairs.append((key, parse(words)))
        words.pop(0)
        return ("map", pairs)
    if word.startswith('"'):
        return ("bulk", unescape(word[1:-1]))
    if word in ("nil", "(nil)"):
        return ("nil", None)
    if word in ("nil-array", "(nil-array)"):
        return ("nil-array", None)
    if re.fullmatch(r"-?\d+", word):
        return ("integer", int(word))
    if re.fullmatch(r"<\w+>|\*", word):
        return ("any", word)
    if word in ("#t", "#f"):
        return ("boolean", word == "#t")
    if word.startswith(","):
        return ("double", word[1:])
    return ("simple", word)


def parse_expected(text: str) -> Any:
    if text.startswith("(error) "):
        return ("error", text[8:])
    words = tokens(text)
    pattern = parse(words)
    if words and pattern[0] == "simple":  # a status of several words
        return ("simple", text.strip())
    if words:
        raise Mismatch(f"left over in the expected reply: {words}")
    return pattern


def fits_any(kind: str, reply: Any) -> bool:
    if kind == "*":
        return True
    if kind == "<int>":
        return isinstance(reply, int) and not isinstance(reply, bool)
    if kind == "<id>":
        return isinstance(reply, bytes) and re.fullmatch(rb"\d+-\d+", reply) is not None
    if kind == "<str>":
        return isinstance(reply, (bytes, Simple, Verbatim))
    raise Mismatch(f"unknown wildcard {kind}")


def fits_unordered(patterns: list[Any], reply: list[Any], variables: dict[str, bytes]) -> bool:
    left = list(reply)
    for pattern in patterns:
        hit = next((item for item in left if fits(pattern, item, variables)), left)
        if hit is left:
            return False
        left.remove(hit)
    return not left


def fits(pattern: Any, reply: Any, variables: dict[str, bytes]) -> bool:
    kind, value = pattern
    if kind == "capture":
        if not fits(value[1], reply, variables):
            return False
        variables[value[0]] = reply if isinstance(reply, bytes) else str(reply).encode()
        return True
    if kind == "any":
        return fits_any(value, reply)
    if kind == "nil":
        return reply is None
    if kind == "nil-array":
        return isinstance(reply, NilArray) or reply is None
    if kind == "bulk":
        return value == (reply.data if isinstance(reply, Verbatim) else reply)
    if kind == "integer":
        return isinstance(reply, int) and not isinstance(reply, bool) and reply == value
    if kind == "boolean":
        return isinstance(reply, bool) and reply == value
    if kind == "double":
        return isinstance(reply, Double) and (
            reply.text == value or value == "*" or float(reply.text) == float(value)
        )
    if kind == "simple":
        if value.startswith("$") and value[1:] in variables:
            return bool(variables[value[1:]] == reply)
        return isinstance(reply, Simple) and reply.text == value
    if kind == "error":
        if not isinstance(reply, Error):
            return False
        if value.endswith("..."):
            return reply.text.startswith(value[:-3])
        return reply.text == value
    if kind == "map":
        if not isinstance(reply, Map) or len(reply) != len(value):
            return False
        return all(
            fits(k, pair[0], variables) and fits(v, pair[1], variables)
            for (k, v), pair in zip(value, reply)
        )
    if kind == "unordered":
        return isinstance(reply, list) and fits_unordered(value, reply, variables)
    if kind == "set":
        return isinstance(reply, Set) and fits_unordered(value, reply, variables)
    if isinstance(reply, (Map, Set)) or not isinstance(reply, list) or len(reply) != len(value):
        return False
    return all(fits(p, r, variables) for p, r in zip(value, reply))


def show(reply: Any) -> str:
    if reply is None:
        return "nil"
    if isinstance(reply, NilArray):
        return "nil-array"
    if isinstance(reply, bool):
        return "#t" if reply else "#f"
    if isinstance(reply, (int,)):
        return str(reply)
    if isinstance(reply, Simple):
        return reply.text
    if isinstance(reply, Error):
        return f"(error) {reply.text}"
    if isinstance(reply, Double):
        return f",{reply.text}"
    if isinstance(reply, Verbatim):
        return show(reply.data)
    if isinstance(reply, bytes):
        return '"' + "".join(
            chr(b) if 32 <= b < 127 and b not in (34, 92) else f"\\x{b:02x}" for b in reply
        ) + '"'
    if isinstance(reply, Map):
        return "{" + " ".join(f"{show(k)} {show(v)}" for k, v in reply) + "}"
    return ("~" if isinstance(reply, Set) else "") + "[" + " ".join(show(r) for r in reply) + "]"


# --- Transcripts.


class Run:
    """One transcript on one server."""

    def __init__(self, server: Server, path: pathlib.Path, ours: bool) -> None:
        self.server = server
        self.path = path
        self.ours = ours
        self.clients: dict[str, Client] = {}
        self.control = server.client(REPLY_SECONDS)
        self.variables: dict[str, bytes] = {}

    def client(self, name: str) -> Client:
        if name not in self.clients:
            self.clients[name] = self.server.client(REPLY_SECONDS)
        return self.clients[name]

    def close_clients(self) -> None:
        for client in self.clients.values():
            client.close()
        self.clients.clear()
        wait_for(lambda: self._info("connected_clients") <= 1, REPLY_SECONDS, "clients to go")

    def _info(self, field: str) -> int:
        reply = self.control.call("INFO", "clients")
        text = reply.data if isinstance(reply, Verbatim) else reply
        match = re.search(rf"{field}:(\d+)".encode(), text)
        return int(match.group(1)) if match else 0

    def fresh(self) -> None:
        self.close_clients()
        self.variables.clear()
        self.control.call("CLIENT", "UNPAUSE")
        self.control.call("FLUSHALL")

    def is_blocked(self, name: str) -> bool:
        mine = self.client(name).socket.getsockname()[1]
        reply = self.control.call("CLIENT", "LIST")
        for line in (reply.data if isinstance(reply, Verbatim) else reply).decode().splitlines():
            if f"addr=127.0.0.1:{mine} " in line:
                return " flags=b" in line
        return False

    def expect(self, name: str, expected: str) -> None:
        client = self.client(name)
        if expected == "(nothing)":
            self.control.call("PING")
            if client.pending():
                raise Mismatch(f"expected nothing, got {show(client.read())}")
            return
        try:
            reply = client.read()
        except (TimeoutError, Closed, OSError) as problem:
            raise Mismatch(f"expected {expected}\n  but {type(problem).__name__}") from problem
        if not fits(parse_expected(expected), reply, self.variables):
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
        pattern = parse_expected(expected)
        last: list[Any] = [None]

        def attempt() -> bool:
            last[0] = self.control.call(*split_words(command, self.variables))
            return fits(pattern, last[0], self.variables)

        try:
            wait_for(attempt, int(limit) / 1000, command)
        except TimeoutError as problem:
            raise Mismatch(f"waited for {expected}\n  last got {show(last[0])}") from problem

    def line(self, line: str) -> None:
        sent = re.match(r"(\w+)([<>]) ?(.*)", line, re.S)
        if sent and sent.group(2) == ">":
            self.client(sent.group(1)).send(*split_words(sent.group(3), self.variables))
            return
        if sent:
            self.expect(sent.group(1), sent.group(3))
            return
        word, _, rest = line.partition(" ")
        if word == "restart":
            self.fresh()
        elif word == "resp3":
            self.client(rest).call("HELLO", "3")
        elif word == "blocked":
            wait_for(lambda: self.is_blocked(rest), REPLY_SECONDS, f"{rest} to block")
        elif word == "raw":
            name, _, data = rest.partition(" ")
            self.client(name).send_raw(unescape(data.strip()[1:-1]))
        elif word == "closed":
            self.expect_closed(rest)
        elif word == "close":
            self.clients.pop(rest).close()
        elif word == "wait":
            self.wait(rest)
        else:
            raise Mismatch(f"unknown line {line!r}")

    def run(self) -> None:
        skipping = False
        self.fresh()
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.rstrip()
            if not line or line.startswith("#") or line == "oracle" or line.startswith("config "):
                continue
            if line in ("only ours", "only oracle"):
                skipping = (line == "only ours") != self.ours
                continue
            if line == "end":
                skipping = False
                continue
            if skipping:
                continue
            try:
                self.line(line)
            except Mismatch as problem:
                raise Mismatch(f"{self.path}:{number}: {line}\n  {problem}") from problem
            except (TimeoutError, Closed, OSError) as problem:
                raise Mismatch(
                    f"{self.path}:{number}: {line}\n  {type(problem).__name__}: {problem}"
                ) from problem
        self.close_clients()


def header(path: pathlib.Path) -> tuple[bool, tuple[str, ...]]:
    """Whether the oracle must agree, and the options the server starts with."""
    oracle, options = False, []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() == "oracle":
            oracle = True
        elif line.startswith("config "):
            name, _, value = line[7:].partition(" ")
            options += ["--" + name, *value.split()]
    return oracle, tuple(options)


def run_group(
    binary: str, options: tuple[str, ...], paths: list[pathlib.Path], ours: bool, extra: list[str]
) -> list[str]:
    """Runs the transcripts that share options on one server; returns the failures."""
    failures = []
    base = ["--enable-debug-command", "yes", *options, *(extra if ours else [])]
    server = Server(binary, *base)
    for path in paths:
        try:
            Run(server, path, ours).run()
        except (Mismatch, TimeoutError, Closed, OSError) as problem:
            failures.append(str(problem) or f"{path}: {type(problem).__name__}")
            if server.process.poll() is not None:
                failures[-1] += f"\n  the server ended: {server.process.returncode}\n{server.log()[-3000:]}"
            server.stop()
            server = Server(binary, *base)
    code = server.stop()
    if code != 0:
        failures.append(f"the server ended with {code}:\n{server.last_log[-3000:]}")
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
