#!/usr/bin/env python3
"""MIGRATE to redis-server and to ourselves, and what happens while the target takes its time.

migrate.py --server BINARY [--redis BINARY]
"""

from __future__ import annotations

import argparse
import pathlib
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Error, Simple  # noqa: E402
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

OK = Simple("OK")
HOST = "127.0.0.1"


def expect(got: object, wanted: object, what: str) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


class SlowTarget:
    """A server that takes commands and answers +OK only when it is told to."""

    def __init__(self) -> None:
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.received = b""
        self.answer = threading.Event()
        self.restores = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            connection, _ = self.listener.accept()
            with connection:
                while chunk := connection.recv(65536):
                    self.received += chunk
                    if b"RESTORE" in chunk:
                        self.answer.wait(30)
                        self.restores += chunk.count(b"RESTORE")
                    commands = chunk.count(b"SELECT\r\n") + chunk.count(b"RESTORE\r\n")
                    connection.sendall(b"+OK\r\n" * commands)


def moves_keys(source: Server, target: Server) -> None:
    ours, theirs = source.client(10), target.client(10)
    for client in (ours, theirs):
        client.call("FLUSHALL")
    ours.call("SET", "k", "v")
    ours.call("SET", "t", "v", "EX", 100)
    ours.call("XADD", "x", "1-1", "f", "v")
    expect(ours.call("MIGRATE", HOST, target.port, "k", 0, 5000), OK, "one key")
    expect([ours.call("EXISTS", "k"), theirs.call("GET", "k")], [0, b"v"], "one key has moved")
    keys = ("KEYS", "t", "x", "none")
    expect(ours.call("MIGRATE", HOST, target.port, "", 3, 5000, "COPY", *keys), OK, "COPY")
    expect(ours.call("EXISTS", "t", "x"), 2, "a copy leaves the keys")
    theirs.call("SELECT", 3)
    expect(theirs.call("XRANGE", "x", "-", "+"), [[b"1-1", [b"f", b"v"]]], "a stream has moved")
    expect(0 < theirs.call("TTL", "t") <= 100, True, "the time has moved")
    refusal = ours.call("MIGRATE", HOST, target.port, "", 3, 5000, *keys)
    expect("BUSYKEY" in refusal.text, True, "keys that are there")
    expect(ours.call("EXISTS", "t", "x"), 2, "what the target refuses stays")
    expect(ours.call("MIGRATE", HOST, target.port, "", 3, 5000, "REPLACE", *keys), OK, "REPLACE")
    expect(ours.call("EXISTS", "t", "x"), 0, "what the target takes goes")
    ours.call("SET", "k", "v")
    ours.call("MULTI")
    ours.call("MIGRATE", HOST, target.port, "k", 5, 5000)
    ours.call("EXISTS", "k")
    expect(ours.call("EXEC"), [OK, 0], "in a transaction")
    ours.close()
    theirs.close()


def partly_refused(source: Server, target: Server) -> None:
    """What was accepted is gone here, what was refused is not."""
    ours, theirs = source.client(10), target.client(10)
    ours.call("MSET", "a", 1, "b", 2, "c", 3)
    theirs.call("FLUSHALL")
    theirs.call("SET", "b", "other")
    reply = ours.call("MIGRATE", HOST, target.port, "", 0, 5000, "KEYS", "a", "b", "c")
    expect(isinstance(reply, Error), True, "one of three is refused")
    expect(ours.call("EXISTS", "a", "b", "c"), 1, "the refused one stays")
    expect(theirs.call("MGET", "a", "b", "c"), [b"1", b"other", b"3"], "the others are there")
    ours.close()
    theirs.close()


def authenticates(source: Server, binary: str) -> None:
    ours = source.client(10)
    with Server(binary) as target:
        ours.call("SET", "k", "v")
        target.client(10).call("CONFIG", "SET", "requirepass", "secret")
        refusal = ours.call("MIGRATE", HOST, target.port, "k", 0, 5000)
        expect("NOAUTH" in refusal.text, True, "without a password")
        refusal = ours.call("MIGRATE", HOST, target.port, "k", 0, 5000, "AUTH", "wrong")
        expect("WRONGPASS" in refusal.text, True, "with a wrong password")
        expect(ours.call("MIGRATE", HOST, target.port, "k", 0, 5000, "AUTH", "secret"), OK, "AUTH")
        ours.call("SET", "k", "v")
        reply = ours.call(
            "MIGRATE", HOST, target.port, "k", 0, 5000, "REPLACE", "AUTH2", "default", "secret"
        )
        expect(reply, OK, "AUTH2")
    ours.close()


def nobody_else_waits(source: Server) -> None:
    """Other clients go on; a key that changes under way is sent again before it is deleted."""
    target = SlowTarget()
    mover, other = source.client(30), source.client(10)
    other.call("SET", "k", "before")
    mover.send("MIGRATE", HOST, target.port, "k", 0, 20000)
    mover.send("EXISTS", "k")
    wait_for(lambda: b"before" in target.received, 10, "the key to be sent")
    expect(other.call("SET", "k", "after"), OK, "another client meanwhile")
    expect(mover.pending(), False, "the mover waits")
    target.answer.set()
    expect([mover.read(), mover.read()], [OK, 0], "the end")
    expect((b"after" in target.received, target.restores), (True, 2), "the new value was sent, too")
    other.call("SET", "k", "v")
    target.answer.clear()
    mover.send("MIGRATE", HOST, target.port, "k", 0, 20000)
    wait_for(lambda: target.received.count(b"RESTORE") == 3, 10, "the key to be sent")
    other.call("DEL", "k")
    mover.close()  # nobody waits for the answer any more
    target.answer.set()
    expect(other.call("PING"), Simple("PONG"), "the server lives")
    other.call("SET", "late", "v")
    target.answer.clear()
    refusal = other.call("MIGRATE", HOST, target.port, "late", 0, 100)
    expect(refusal.text, "IOERR error or timeout reading to target instance", "a target too slow")
    expect(other.call("GET", "late"), b"v", "then the key stays")
    target.answer.set()
    other.close()


def ends_under_way(binary: str) -> None:
    """A server that is told to stop doesn't wait for a target."""
    target = SlowTarget()
    source = Server(binary)
    client = source.client(10)
    client.call("SET", "k", "v")
    client.send("MIGRATE", HOST, target.port, "k", 0, 60000)
    wait_for(lambda: b"RESTORE" in target.received, 10, "the key to be sent")
    expect(source.stop(), 0, "the server's end")
    target.answer.set()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    options = parser.parse_args()
    with Server(options.server, "--reactors", "4") as source:
        for binary in (options.redis, options.server):
            with Server(binary) as target:
                moves_keys(source, target)
                partly_refused(source, target)
            authenticates(source, binary)
        nobody_else_waits(source)
    ends_under_way(options.server)
    print("all keys have moved as they should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
