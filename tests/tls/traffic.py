"""What passes over TLS: everything, in order, whole, at any size and however it is cut."""

from __future__ import annotations

import argparse
import os
import random
import re
import socket
import ssl
import sys

from common import Certificates, TlsServer, context, main, undisturbed, wait_for
from resp import Closed, Push, Simple, encode

BIG = 10 << 20


def versions(certificates: Certificates) -> list[ssl.SSLContext]:
    """A context for each protocol."""
    made = []
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        tls = context(certificates, certificates.client)
        tls.minimum_version = tls.maximum_version = version
        made.append(tls)
    return made


def test_ten_megabytes_both_ways(options: argparse.Namespace, certificates: Certificates) -> None:
    data = os.urandom(BIG)
    with TlsServer(options.server, certificates) as server:
        for tls in versions(certificates):
            client = server.tls_client(tls, timeout=60 * options.slow)
            with undisturbed(server, 2 * options.slow):
                assert client.call("SET", "big", data) == Simple("OK")
                assert client.call("GET", "big") == data
            client.close()


def test_long_pipelines_are_answered_whole_and_in_order(options: argparse.Namespace, certificates: Certificates) -> None:
    """More than fits any buffer on the way, read only after all of it was sent."""
    with TlsServer(options.server, certificates) as server:
        for tls in versions(certificates):
            client = server.tls_client(tls, timeout=60 * options.slow)
            value = os.urandom(20000)
            client.call("SET", "value", value)
            count = 1000
            client.send_raw(b"".join(encode("GET", "value") + encode("ECHO", at) for at in range(count)))
            for at in range(count):
                assert client.read() == value
                assert client.read() == str(at).encode()
            client.close()


def test_a_client_that_does_not_read_for_a_while_loses_nothing(
    options: argparse.Namespace, certificates: Certificates
) -> None:
    with TlsServer(options.server, certificates) as server:
        client = server.tls_client(timeout=60 * options.slow)
        value = os.urandom(300000)
        client.call("SET", "value", value)
        observer = server.client()
        client.send_raw(encode("GET", "value") * 100)

        def backlog() -> int:
            return max(map(int, re.findall(rb" obl=(\d+)", observer.call("CLIENT", "LIST"))))

        wait_for(lambda: backlog() > 0, 20, "the socket to be full")
        with undisturbed(server, options.slow):
            for _ in range(100):
                assert client.read() == value


def test_any_cut_into_records_gives_the_same(options: argparse.Namespace, certificates: Certificates) -> None:
    """Random requests sent in random pieces, each a record of its own or several at once."""
    seed = random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}", flush=True)
    with TlsServer(options.server, certificates) as server:
        for tls in versions(certificates):
            client = server.tls_client(tls, timeout=60 * options.slow)
            for _ in range(60):
                values = [chance.randbytes(chance.choice([0, 1, 100, 5000, 16384, 70000])) for _ in range(20)]
                sent = b"".join(encode("ECHO", value) for value in values)
                at = 0
                while at < len(sent):
                    size = chance.choice([1, 2, 7, 100, 16383, 16384, 16385, 65536, 200000])
                    client.socket.sendall(sent[at : at + size])
                    at += size
                for value in values:
                    assert client.read() == value
            client.close()


def test_messages_reach_subscribers(options: argparse.Namespace, certificates: Certificates) -> None:
    """Short ones, and long ones that all subscribers share; between replies of the same client."""
    count, listeners = 300, 20
    with TlsServer(options.server, certificates, "--reactors", "2") as server:
        clients = [server.tls_client(timeout=60 * options.slow) for _ in range(listeners)]
        for client in clients:
            client.call("HELLO", 3)
            assert client.call("SUBSCRIBE", "news") == Push([b"subscribe", b"news", 1])
        publisher = server.tls_client()
        messages = [os.urandom([10, 1500, 40000][at % 3]) for at in range(count)]
        for message in messages:
            assert publisher.call("PUBLISH", "news", message) == listeners
        for client in clients:
            client.send("PING", "behind")
            for message in messages:
                assert client.read() == Push([b"message", b"news", message])
            assert client.read() == b"behind"


def test_blocked_clients_are_woken(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        readers = [server.tls_client(tls) for tls in versions(certificates)]
        writer = server.tls_client()
        for reader in readers:
            reader.send("XREAD", "BLOCK", 0, "STREAMS", "s", "$")
        observer = server.client()
        wait_for(lambda: b"blocked_clients:2\r\n" in observer.call("INFO", "clients"), 10, "both to wait")
        added = writer.call("XADD", "s", "*", "f", "v")
        for reader in readers:
            assert reader.read() == [[b"s", [[added, [b"f", b"v"]]]]]
        assert readers[0].pipeline([("MULTI",), ("INCR", "n"), ("EXEC",)])[2] == [1]


def test_input_sent_ahead_by_a_blocked_client_is_not_forgotten(
    options: argparse.Namespace, certificates: Certificates
) -> None:
    """It lies inside TLS and in the session's buffer, and no event of the socket tells of it."""
    with TlsServer(options.server, certificates) as server:
        reader, writer = server.tls_client(timeout=60 * options.slow), server.client()
        ahead = [os.urandom(30000) for _ in range(40)]
        reader.send_raw(encode("BLPOP", "list", 0) + b"".join(encode("ECHO", value) for value in ahead))
        wait_for(lambda: b"blocked_clients:1\r\n" in writer.call("INFO", "clients"), 10, "it to wait")
        assert writer.call("RPUSH", "list", "x") == 1
        assert reader.read() == [b"list", b"x"]
        for value in ahead:
            assert reader.read() == value


def test_the_end_is_said_properly(options: argparse.Namespace, certificates: Certificates) -> None:
    """A goodbye of TLS, so that the client knows nothing was cut off."""
    with TlsServer(options.server, certificates) as server:
        for how in ("QUIT", "KILL"):
            for tls in versions(certificates):
                plain = socket.create_connection(("127.0.0.1", server.tls_port), timeout=20)
                client = tls.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False)
                client.sendall(encode("PING"))
                assert client.recv(100) == b"+PONG\r\n"
                if how == "QUIT":
                    client.sendall(encode("QUIT"))
                    assert client.recv(100) == b"+OK\r\n"
                else:
                    address = "%s:%d" % client.getsockname()
                    assert server.client().call("CLIENT", "KILL", "ADDR", address) == 1
                assert client.recv(100) == b""
                client.close()


def test_a_client_that_vanishes_leaves_nothing(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        observer = server.client()
        wait_for(lambda: server.connected(observer) == 1, 20, "only the observer to be there")
        first = server.descriptors()
        for turn in range(60):
            client = server.tls_client()
            client.send_raw(encode("SET", "k", bytes(100000))[: 30000 * (turn % 4)])
            if turn % 2:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            socket.socket.close(client.tls)  # no goodbye
        wait_for(lambda: server.connected(observer) == 1, 20, "all to be gone")
        wait_for(lambda: server.descriptors() <= first, 20, "their descriptors to be closed")


def test_damaged_records_end_one_connection_only(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server, undisturbed(server, options.slow):
        for seed in range(50):
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = server.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
            with server.raw() as plain:
                while True:
                    try:
                        session.do_handshake()
                        break
                    except ssl.SSLWantReadError:
                        plain.sendall(outgoing.read())
                        incoming.write(plain.recv(65536))
                plain.sendall(outgoing.read())
                session.write(encode("ECHO", bytes(1000)))
                record = bytearray(outgoing.read())
                record[5 + seed * 19 % (len(record) - 5)] ^= 1 << seed % 8
                plain.sendall(record)
                try:
                    while plain.recv(65536):
                        pass
                except ConnectionResetError:
                    pass


def test_hundreds_of_clients_at_once(options: argparse.Namespace, certificates: Certificates) -> None:
    count = 300
    with TlsServer(options.server, certificates, "--reactors", "2") as server:
        clients = [server.tls_client(timeout=60 * options.slow) for _ in range(count)]
        for turn in range(5):
            for client in clients:
                client.send("INCR", "n")
            replies = sorted(client.read() for client in clients)
            assert replies == list(range(turn * count + 1, (turn + 1) * count + 1))
        for client in clients:
            client.close()
        try:
            clients[0].call("PING")
            raise AssertionError("a closed client answered")
        except (OSError, Closed):
            pass


if __name__ == "__main__":
    sys.exit(main([test for name, test in list(globals().items()) if name.startswith("test_")]))
