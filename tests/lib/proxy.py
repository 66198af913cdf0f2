"""A TCP relay on loopback for tests: delays, cuts connections after a number of bytes, refuses."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time

CHUNK = 16 * 1024


class Proxy:
    """Relays connections to a port. What `cut_after` and `delay_s` say holds for connections from then
    on and those that are there. Use as a context manager."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self.target = port
        self.random = random.Random(seed)
        self.delay_s = 0.0
        self.cut_mean: int | None = None  # bytes from the target until a connection is cut
        self.refuses = False
        self.cuts = 0
        self.bytes_down = 0
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        self._ended = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Every connection there is, at once."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            self._end(pair)

    def _end(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with self._lock:
            self._pairs.discard(pair)
        for end in pair:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.refuses:
                client.close()
                continue
            try:
                target = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                client.close()
                continue
            target.settimeout(None)
            pair = (client, target)
            with self._lock:
                self._pairs.add(pair)
            limit = self.random.randint(1, 2 * self.cut_mean) if self.cut_mean else None
            threading.Thread(target=self._relay, args=(pair, client, target, None), daemon=True).start()
            threading.Thread(target=self._relay, args=(pair, target, client, limit), daemon=True).start()

    def _relay(
        self,
        pair: tuple[socket.socket, socket.socket],
        source: socket.socket,
        sink: socket.socket,
        limit: int | None,
    ) -> None:
        passed = 0
        try:
            while data := source.recv(CHUNK):
                if self.delay_s:
                    time.sleep(self.delay_s)
                if limit is not None and self.cut_mean and passed + len(data) >= limit:
                    sink.sendall(data[: limit - passed])
                    self.cuts += 1
                    break
                sink.sendall(data)
                passed += len(data)
                if source is pair[1]:
                    self.bytes_down += len(data)
        except OSError:
            pass
        self._end(pair)
