#!/usr/bin/env python3
"""MIGRATE over TLS, as `tls-cluster` wants it: from a server to another one, each proving who it is."""

from __future__ import annotations

import argparse
import random
import socket
import sys
import threading
import time

from authority import Pair
from common import LOOPBACK_NAMES, Certificates, TlsServer, main, undisturbed
from resp import Client, Error, Simple
from server import free_port

OK = Simple("OK")
TLS = ("--tls-cluster", "yes")
UNREACHABLE = Error("IOERR error or timeout connecting to the client")


def files(pair: Pair, kind: str = "") -> tuple[str, ...]:
    return (f"--tls-{kind}cert-file", pair.certificate, f"--tls-{kind}key-file", pair.key)


def migrate(client: Client, port: int, key: str, *options: str, timeout_ms: int = 10000) -> object:
    return client.call("MIGRATE", "127.0.0.1", port, key, 0, timeout_ms, *options)


def test_keys_move_over_tls(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, *TLS) as source, TlsServer(options.server, certificates) as target:
        ours, theirs = source.client(), target.client()
        large = random.Random(1).randbytes(9_000_000)  # more than sockets hold, so writes have to wait
        ours.call("SET", "large", large)
        for i in range(500):
            ours.call("XADD", "stream", f"{i + 1}-1", "field", f"value {i}")
        ours.call("XGROUP", "CREATE", "stream", "group", "0")
        before = ours.call("XINFO", "STREAM", "stream", "FULL")
        assert migrate(ours, target.tls_port, "", "KEYS", "large", "stream", "nosuch") == OK
        assert ours.call("EXISTS", "large", "stream") == 0
        assert theirs.call("GET", "large") == large
        assert theirs.call("XINFO", "STREAM", "stream", "FULL") == before
        # in a transaction too, and with a password
        assert theirs.call("ACL", "SETUSER", "mover", "on", ">secret", "~*", "+@all") == OK
        ours.call("SET", "k", "v")
        words = ("MIGRATE", "127.0.0.1", target.tls_port, "k", 0, 10000, "AUTH2", "mover", "secret")
        assert ours.pipeline([("MULTI",), words, ("EXEC",)])[2] == [OK]
        assert theirs.call("GET", "k") == b"v"


def test_each_proves_who_it_is(options: argparse.Namespace, certificates: Certificates) -> None:
    """`server` may only be shown by servers here, so the client's side has a certificate of its own."""
    mover = certificates.authority.issue("mover", "mover")
    unknown = certificates.stranger.issue("unknown", "localhost", names=LOOPBACK_NAMES)
    expired = certificates.authority.issue("late", "localhost", names=LOOPBACK_NAMES, begins=-3, ends=-1)
    with TlsServer(options.server, certificates, *TLS, *files(mover, "client-")) as source:
        ours = source.client()
        with TlsServer(options.server, certificates, "--tls-auth-clients-user", "CN") as target:
            # only the user in the source's certificate may write there
            theirs = target.client()
            assert theirs.call("ACL", "SETUSER", "mover", "on", ">secret", "~*", "+@all") == OK
            assert theirs.call("ACL", "SETUSER", "default", "-restore", "nopass") == OK
            ours.call("SET", "k", "v")
            assert migrate(ours, target.tls_port, "k") == OK
            assert theirs.call("GET", "k") == b"v"
        ours.call("SET", "k", "v")
        for pair, words in [(unknown, "unable to get local issuer"), (expired, "certificate has expired")]:
            with TlsServer(options.server, certificates, *files(pair)) as target:
                begin = len(source.log())
                assert migrate(ours, target.tls_port, "k") == UNREACHABLE
                source.expect_in_log(f"MIGRATE: 127.0.0.1:{target.tls_port}: TLS: the server's certificate is refused: {words}", begin)
        with TlsServer(options.server, certificates) as target:
            # whom the target refuses learns it at the first answer, since TLS 1.3
            stranger = certificates.stranger.issue("stranger", "mover")
            settings = ["tls-client-cert-file", stranger.certificate, "tls-client-key-file", stranger.key]
            assert ours.call("CONFIG", "SET", *settings) == OK
            reply = migrate(ours, target.tls_port, "k")
            assert isinstance(reply, Error) and reply.text.startswith("IOERR"), reply
            assert target.client().call("EXISTS", "k") == 0
        assert ours.call("GET", "k") == b"v"


def test_the_expected_name_is_looked_for(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, *TLS) as source, TlsServer(options.server, certificates) as target:
        ours = source.client()
        ours.call("SET", "k", "v")
        assert ours.call("CONFIG", "SET", "tls-expected-peer-name", "elsewhere") == OK
        assert migrate(ours, target.tls_port, "k") == UNREACHABLE
        source.expect_in_log("hostname mismatch")
        assert ours.call("CONFIG", "SET", "tls-expected-peer-name", "localhost") == OK
        assert migrate(ours, target.tls_port, "k") == OK


def test_plain_and_tls_do_not_meet(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, *TLS) as source, TlsServer(options.server, certificates) as target:
        ours = source.client()
        ours.call("SET", "k", "v")
        assert migrate(ours, target.server.port, "k", timeout_ms=2000) == UNREACHABLE
        assert migrate(ours, free_port(), "k") == UNREACHABLE  # nobody is there
        assert ours.call("CONFIG", "SET", "tls-cluster", "no") == OK
        reply = migrate(ours, target.tls_port, "k")
        assert isinstance(reply, Error) and reply.text.startswith("IOERR"), reply
        assert ours.call("GET", "k") == b"v"
        assert migrate(ours, target.server.port, "k") == OK
        assert target.client().call("GET", "k") == b"v"


def test_who_never_answers_holds_up_nobody(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, *TLS) as source, socket.create_server(("127.0.0.1", 0)) as silent:
        ours = source.client()
        ours.call("SET", "k", "v")
        with undisturbed(source, options.slow):
            begin = time.monotonic()
            assert migrate(ours, silent.getsockname()[1], "k", timeout_ms=700) == UNREACHABLE
            assert time.monotonic() - begin >= 0.6
        source.expect_in_log("TLS: no answer within 700 ms")
        # nor the end of the server
        waiting = source.client()
        waiting.send("MIGRATE", "127.0.0.1", silent.getsockname()[1], "k", 0, 60000)
        silent.accept()
        silent.accept()


def test_certificates_change_while_keys_move(options: argparse.Namespace, certificates: Certificates) -> None:
    renewed = certificates.authority.issue("renewed", "localhost", names=LOOPBACK_NAMES)
    source = TlsServer(options.server, certificates, *TLS, "--reactors", "4")
    target = TlsServer(options.server, certificates, "--reactors", "2")
    problems: list[object] = []

    def move(number: int) -> None:
        client = source.client()
        for turn in range(60):
            key = f"k{number}:{turn}"
            client.call("SET", key, "v" * 1000)
            reply = migrate(client, target.tls_port, key)
            if reply != OK:
                problems.append(reply)
        client.close()

    with source, target:
        threads = [threading.Thread(target=move, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        control = source.client()
        turn = 0
        while any(thread.is_alive() for thread in threads):
            pair = [renewed, certificates.server][turn % 2]
            turn += 1
            assert control.call("CONFIG", "SET", "tls-cert-file", pair.certificate, "tls-key-file", pair.key) == OK
        assert not problems, problems[0]
        assert target.client().call("DBSIZE") == 360


TESTS = [
    test_keys_move_over_tls,
    test_each_proves_who_it_is,
    test_the_expected_name_is_looked_for,
    test_plain_and_tls_do_not_meet,
    test_who_never_answers_holds_up_nobody,
    test_certificates_change_while_keys_move,
]

if __name__ == "__main__":
    sys.exit(main(TESTS))
