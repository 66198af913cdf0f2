"""Who gets in over TLS, what is said of those who do not, and that nobody else notices them."""

from __future__ import annotations

import argparse
import socket
import ssl
import sys
import time
import warnings

from common import Certificates, TlsServer, context, main, undisturbed, wait_for
from resp import Closed, Simple

DROPPED = 1000
FAR = 1.0  # seconds that a PING may take while others fail; a handshake may take ten
FAILED = "TLS handshake failed (addr=127.0.0.1:"
LINES_A_SECOND = 20


def gets_in(server: TlsServer, tls: ssl.SSLContext | None = None) -> bool:
    """With TLS 1.3 a client learns at its first read only that it does not."""
    try:
        return server.tls_client(tls).call("PING") == Simple("PONG")
    except (OSError, Closed):
        return False


def hello(tls: ssl.SSLContext) -> bytes:
    """The first bytes that a client sends."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = tls.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def test_a_client_with_a_certificate_gets_in(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        client = server.tls_client()
        assert client.call("PING") == Simple("PONG")
        assert client.tls.version() == "TLSv1.3"
        assert b"addr=127.0.0.1:" in client.call("CLIENT", "LIST")
        client.close()


def test_who_must_not_get_in_is_told_apart_in_the_log(options: argparse.Namespace, certificates: Certificates) -> None:
    ours, theirs = certificates.authority, certificates.stranger
    cases = [
        ("no certificate", None, "has no certificate"),
        ("wrong CA", theirs.issue("client", "alice"), "unable to get local issuer certificate"),
        ("expired", ours.issue("expired", "alice", begins=-9, ends=-1), "certificate has expired"),
        ("too early", ours.issue("early", "alice", begins=2, ends=9), "certificate is not yet valid"),
    ]
    with TlsServer(options.server, certificates) as server, undisturbed(server, FAR * options.slow):
        for name, pair, words in cases:
            before = len(server.log())
            assert not gets_in(server, context(certificates, pair))
            server.expect_in_log(words, before)
            line = next(line for line in server.log()[before:].splitlines() if words in line)
            assert FAILED in line, f"{name}: {line}"


def test_a_client_that_does_not_trust_us_is_logged(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        try:
            server.tls_client(ssl.create_default_context(cafile=certificates.stranger.certificate))
            raise AssertionError("the client took our certificate")
        except ssl.SSLCertVerificationError:
            pass
        server.expect_in_log("the client ended it (tlsv1 alert unknown ca)")


def test_plain_text_on_the_tls_port(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server, undisturbed(server, FAR * options.slow):
        for text in (b"PING\r\n", b"*1\r\n$4\r\nPING\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(64)):
            before = len(server.log())
            with server.raw() as plain:
                plain.sendall(text)
                answer = b"".join(iter(lambda: receive(plain), b""))
            assert b"PONG" not in answer
            server.expect_in_log("is not TLS", before)


def receive(plain: socket.socket) -> bytes:
    try:
        return plain.recv(4096)
    except ConnectionResetError:
        return b""


def test_tls_to_the_plain_port_is_refused_at_once(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server, undisturbed(server, FAR * options.slow):
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", server.server.port), timeout=20) as plain:
            plain.sendall(hello(server.context))
            assert receive(plain) == b""
        assert time.monotonic() - begin < 5 * options.slow
        server.expect_in_log("the client speaks TLS to a port without it")


def test_a_thousand_handshakes_dropped_halfway(options: argparse.Namespace, certificates: Certificates) -> None:
    """A line each as long as there are few, a count of the rest; nothing stays behind."""
    first = None
    with TlsServer(options.server, certificates) as server:
        observer = server.client()
        greeting = hello(server.context)
        for turn in range(2):
            before = len(server.log())
            with undisturbed(server, FAR * options.slow):
                for number in range(DROPPED):
                    dropped = server.raw()
                    dropped.sendall(greeting[: [len(greeting), len(greeting) // 2, 3, 0][number % 4]])
                    if number % 12 == 0:
                        dropped.recv(1)  # in the middle of the server's part
                    dropped.close()
                wait_for(lambda: server.connected(observer) <= 3, 20, "the dropped ones to be gone")
            wait_for(lambda: counted(server.log()[before:]) == DROPPED, 20, "all to be counted in the log")
            wait_for(lambda: server.connected(observer) == 1, 20, "only the observer to be there")
            lines = server.log()[before:].count(FAILED)
            assert LINES_A_SECOND <= lines <= DROPPED, lines
            if first:  # whose session is gone from the list has its descriptor a moment longer
                wait_for(lambda: server.descriptors() <= first[0], 20, f"{first[0]} descriptors again")
            now = (server.descriptors(), server.server.resident_bytes())
            if first and options.slow == 1:  # sanitizers keep what is freed, and look for leaks at the end
                assert now[1] < first[1] + (4 << 20), f"{now[1]} bytes after {first[1]}"
            first = now
        assert "left in the middle" in server.log()


def counted(log: str) -> int:
    """Failures that the log tells of, singly or in sum."""
    lines = [line for line in log.splitlines() if " more TLS connections failed" in line]
    return log.count(FAILED) + sum(int(line.split("# ")[1].split()[0]) for line in lines)


def test_a_handshake_byte_by_byte_disturbs_nobody(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server, undisturbed(server, FAR * options.slow):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = server.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        with server.raw() as slow:
            slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            shaken = False
            while not shaken:
                try:
                    session.do_handshake()
                    shaken = True
                except ssl.SSLWantReadError:
                    pass
                for byte in outgoing.read():
                    slow.sendall(bytes([byte]))
                if not shaken:
                    incoming.write(slow.recv(7))
            session.write(b"PING\r\n")
            for byte in outgoing.read():
                slow.sendall(bytes([byte]))
            answer = b""
            while len(answer) < 7:
                try:
                    answer += session.read(100)
                except ssl.SSLWantReadError:
                    incoming.write(slow.recv(3))
            assert answer == b"+PONG\r\n"


def test_a_handshake_that_does_not_end_is_ended(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        with server.raw(timeout=40) as silent, server.raw(timeout=40) as half:
            half.sendall(hello(server.context)[:20])
            with undisturbed(server, FAR * options.slow):
                assert receive(silent) == b""
                assert receive(half) == b""
            server.expect_in_log("not finished within 10000 ms")


def test_without_auth_clients_nobody_is_asked(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, "--tls-auth-clients", "no") as server:
        assert server.tls_client(context(certificates)).call("PING") == Simple("PONG")
        foreign = certificates.stranger.issue("unasked", "alice")
        assert server.tls_client(context(certificates, foreign)).call("PING") == Simple("PONG")


def test_optional_takes_none_but_no_wrong_one(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, "--tls-auth-clients", "optional") as server:
        assert server.tls_client(context(certificates)).call("PING") == Simple("PONG")
        assert server.tls_client().call("PING") == Simple("PONG")
        assert not gets_in(server, context(certificates, certificates.stranger.issue("optional", "alice")))
        server.expect_in_log("unable to get local issuer certificate")


def test_maxclients_counts_handshakes(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, "--maxclients", "3") as server:
        client = server.client()
        waiting = [server.raw(), server.raw()]
        wait_for(lambda: server.connected(client) == 3, 10, "both to be counted")
        try:
            server.tls_client()
            raise AssertionError("a fourth got in")
        except OSError:
            pass
        for one in waiting:
            one.close()
        wait_for(lambda: gets_in(server), 10, "a place to be free again")


def test_old_protocols_are_refused(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, "--tls-protocols", "TLSv1.2") as server:
        tls = context(certificates, certificates.client)
        client = server.tls_client(tls)
        assert client.tls.version() == "TLSv1.2"
        tls = context(certificates, certificates.client)
        tls.minimum_version = ssl.TLSVersion.TLSv1_3
        assert not gets_in(server, tls)
        server.expect_in_log("unsupported protocol")
    with TlsServer(options.server, certificates) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tls = context(certificates, certificates.client)
        tls.set_ciphers("ALL:@SECLEVEL=0")
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1_1
        assert not gets_in(server, tls)
        server.expect_in_log("unsupported protocol")


if __name__ == "__main__":
    sys.exit(main([test for name, test in list(globals().items()) if name.startswith("test_")]))
