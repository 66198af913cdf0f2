"""A small blocking RESP2 and RESP3 client for tests. Standard library only."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any


class Closed(Exception):
    """The server ended the connection."""


@dataclass(frozen=True)
class Simple:
    """A simple string: OK, PONG."""

    text: str


@dataclass(frozen=True)
class Error:
    """An error reply with its code."""

    text: str


@dataclass(frozen=True)
class Double:
    """A RESP3 double, as the text that came."""

    text: str


@dataclass(frozen=True)
class Verbatim:
    """A RESP3 verbatim string without its format."""

    data: bytes


class NilArray:
    """The RESP2 null array, which differs from the null bulk string."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NilArray)


class Map(list):  # type: ignore[type-arg]
    """A RESP3 map as a list of pairs, in the order that came."""


class Set(list):  # type: ignore[type-arg]
    """A RESP3 set, in the order that came."""


class Push(list):  # type: ignore[type-arg]
    """A RESP3 push."""


def encode(*words: str | bytes | int) -> bytes:
    """A command as an array of bulk strings."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        data = word if isinstance(word, bytes) else str(word).encode("latin-1")
        parts.append(b"$%d\r\n%s\r\n" % (len(data), data))
    return b"".join(parts)


class Client:
    """One connection. Methods block until the timeout (seconds) and then raise TimeoutError.

    A reply of which only a part has come in time is not lost: the next read() begins with it again.
    """

    def __init__(self, port: int, host: str = "127.0.0.1", timeout: float = 10.0) -> None:
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.resp3 = False  # a type that only RESP3 has came at least once
        self._data = bytearray()
        self._at = 0  # where the first byte not yet read is

    def close(self) -> None:
        self.socket.close()

    def send(self, *words: str | bytes | int) -> None:
        self.socket.sendall(encode(*words))

    def send_raw(self, data: bytes) -> None:
        self.socket.sendall(data)

    def call(self, *words: str | bytes | int) -> Any:
        """Sends a command and returns its reply."""
        self.send(*words)
        return self.read()

    def pipeline(self, commands: list[tuple[str | bytes | int, ...]]) -> list[Any]:
        """Sends all commands at once and returns all replies."""
        self.socket.sendall(b"".join(encode(*command) for command in commands))
        return [self.read() for _ in commands]

    def _more(self) -> None:
        chunk = self.socket.recv(1 << 16)
        if not chunk:
            raise Closed
        self._data += chunk

    def _line(self) -> bytes:
        begin = self._at
        while (end := self._data.find(b"\r\n", begin)) < 0:
            begin = max(self._at, len(self._data) - 1)
            self._more()
        line = bytes(self._data[self._at : end])
        self._at = end + 2
        return line

    def _bytes(self, size: int) -> bytes:
        while len(self._data) - self._at < size + 2:
            self._more()
        end = self._at + size
        if self._data[end : end + 2] != b"\r\n":
            raise ValueError(f"a string of {size} bytes has more")
        data = bytes(self._data[self._at : end])
        self._at = end + 2
        return data

    def read(self) -> Any:
        """The next reply; raises TimeoutError when none comes, Closed when none can come."""
        begin = self._at
        try:
            reply = self._value()
        except (OSError, Closed):
            self._at = begin
            raise
        if self._at == len(self._data) or self._at > 1 << 16:
            del self._data[: self._at]
            self._at = 0
        return reply

    def _items(self, count: int) -> list[Any]:
        return [self._value() for _ in range(count)]

    def _value(self) -> Any:
        line = self._line()
        kind, rest = line[:1], line[1:]
        text = rest.decode("latin-1")
        if kind == b"+":
            return Simple(text)
        if kind == b"-":
            return Error(text)
        if kind == b":":
            return int(text)
        if kind == b"$":
            return None if text == "-1" else self._bytes(int(text))
        if kind == b"*":
            return NilArray() if text == "-1" else self._items(int(text))
        if kind in b"_#,(=!%~>|":
            self.resp3 = True
        if kind == b"_":
            return None
        if kind == b"#":
            return text == "t"
        if kind == b",":
            return Double(text)
        if kind == b"(":
            return int(text)
        if kind == b"=":
            return Verbatim(self._bytes(int(text))[4:])
        if kind == b"!":
            return Error(self._bytes(int(text)).decode("latin-1"))
        if kind == b"%":
            return Map((self._value(), self._value()) for _ in range(int(text)))
        if kind == b"~":
            return Set(self._items(int(text)))
        if kind == b">":
            return Push(self._items(int(text)))
        if kind == b"|":
            self._items(2 * int(text))  # attributes say something about the reply that follows
            return self._value()
        raise ValueError(f"unknown reply type in {line!r}")

    def pending(self, seconds: float = 0.0) -> bool:
        """True if bytes are there, or come within the time."""
        if self._at < len(self._data):
            return True
        self.socket.settimeout(max(seconds, 0.000001))
        try:
            self._more()
            return True
        except (TimeoutError, BlockingIOError):
            return False
        finally:
            self.socket.settimeout(self.timeout)
