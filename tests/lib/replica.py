"""A replica made by hand: it follows a server, checks the positions of what it gets, acknowledges what
it is told to, and cuts itself off. It keeps no data; `stream` has the bytes, if they are wanted.

    with FakeReplica(server.port) as replica:
        replica.synchronise()            # PSYNC ? -1: the snapshot is in replica.snapshot
        replica.receive_until(1234)      # position 1234 of the stream, in bytes from its beginning
        replica.acknowledge()            # as far as it is
        replica.cut()
        replica.resume()                 # PSYNC id position+1: True if it goes on from there
"""

from __future__ import annotations

import pathlib
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from resp import encode  # noqa: E402

CHUNK = 1 << 20


class Refused(Exception):
    """The server has answered with an error."""


class FakeReplica:
    """See above. Positions count bytes; PSYNC's offset of the next byte is one more."""

    def __init__(
        self,
        port: int,
        *,
        capabilities: tuple[str, ...] = ("psync2", "millstream"),
        keep: bool = True,
        timeout: float = 30.0,
        listening_port: int = 7777,
        receive_buffer: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.tls = tls
        self.port, self.capabilities, self.keep, self.timeout = port, capabilities, keep, timeout
        self.listening_port, self.receive_buffer = listening_port, receive_buffer
        self.id = ""
        self.position = self.begin = 0  # of what comes next; of the first byte in `stream`
        self.stream = bytearray()
        self.snapshot = b""
        self.snapshot_size = 0
        self.newlines = 0  # that came while it waited for its snapshot
        self.connect()

    def connect(self) -> None:
        """Says who it is."""
        self.socket = socket.socket()
        if self.receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.socket.settimeout(self.timeout)
        self.socket.connect(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            self.socket = self.tls.wrap_socket(self.socket, server_hostname="localhost")
        self.pending = b""
        self.call("REPLCONF", "listening-port", self.listening_port)
        for capability in self.capabilities:
            self.call("REPLCONF", "capa", capability)

    def __enter__(self) -> "FakeReplica":
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        self.socket.close()

    # --- Greeting.

    def _more(self) -> None:
        got = self.socket.recv(CHUNK)
        if not got:
            raise ConnectionError("the primary has closed the connection")
        self.pending += got

    def line(self) -> str:
        while b"\r\n" not in self.pending:
            if self.pending.startswith(b"\n"):
                self.newlines += 1
                self.pending = self.pending[1:]
            else:
                self._more()
        while self.pending.startswith(b"\n"):
            self.newlines += 1
            self.pending = self.pending[1:]
        line, self.pending = self.pending.split(b"\r\n", 1)
        return line.decode()

    def call(self, *words: str | int) -> str:
        self.socket.sendall(encode(*words))
        reply = self.line()
        if reply.startswith("-"):
            raise Refused(reply[1:])
        return reply[1:]

    def synchronise(self, command: tuple[str | int, ...] = ("PSYNC", "?", -1)) -> None:
        """A full synchronisation, to the end of the snapshot."""
        words = self.call(*command).split()
        if words[0] != "FULLRESYNC":
            raise Refused(" ".join(words))
        self.id, self.position = words[1], int(words[2])
        self.begin, self.stream = self.position, bytearray()
        size = self.line()
        if size.startswith("$EOF:"):
            self._receive_to_mark(size[5:].encode())
        else:
            self._receive_snapshot(int(size[1:]))

    def _receive_snapshot(self, size: int) -> None:
        parts, self.snapshot_size = [self.pending[:size]], size
        left, self.pending = size - len(self.pending[:size]), self.pending[size:]
        while left:
            got = self.socket.recv(min(CHUNK, left))
            if not got:
                raise ConnectionError("the snapshot has no end")
            left -= len(got)
            if self.keep:
                parts.append(got)
        self.snapshot = b"".join(parts)

    def _receive_to_mark(self, mark: bytes) -> None:
        data = bytearray(self.pending)
        while (at := data.find(mark)) < 0:
            got = self.socket.recv(CHUNK)
            if not got:
                raise ConnectionError("the snapshot has no end")
            data += got
        self.snapshot, self.pending = bytes(data[:at]), bytes(data[at + len(mark) :])
        self.snapshot_size = at

    def resume(self, history: str | None = None, position: int | None = None) -> bool:
        """Connects anew and asks to go on. False, and nothing is sent, if it is to begin anew."""
        if position is not None:
            self.position = position
            self.begin, self.stream = position, bytearray()
        self.connect()
        reply = self.call("PSYNC", history or self.id, self.position + 1).split()
        if reply[0] == "CONTINUE":
            self.id = reply[1] if len(reply) > 1 else self.id
            return True
        return False

    # --- Following.

    def receive(self, limit: int = CHUNK) -> int:
        """What is there, at least a byte; returns how many came."""
        data = self.pending
        self.pending = b""
        if not data:
            data = self.socket.recv(limit)
            if not data:
                raise ConnectionError("the primary has closed the connection")
        self.position += len(data)
        if self.keep:
            self.stream += data
        return len(data)

    def receive_until(self, position: int, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while self.position < position:
            if time.monotonic() > deadline:
                raise TimeoutError(f"at {self.position}, not at {position} after {seconds} s")
            self.receive()

    def receive_words(self, words: bytes, seconds: float = 30.0) -> None:
        """Until `words` are in the stream."""
        deadline = time.monotonic() + seconds
        while words not in self.stream:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{words!r} did not come")
            self.receive()

    def acknowledge(self, applied: int | None = None, durable: int | None = None) -> None:
        words: list[str | int] = ["REPLCONF", "ACK", self.position if applied is None else applied]
        if durable is not None:
            words += ["FACK", durable]
        self.socket.sendall(encode(*words))


