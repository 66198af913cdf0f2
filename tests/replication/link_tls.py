"""The link to the primary over TLS: tls-replication, certificates on both sides."""

from __future__ import annotations

import contextlib
import pathlib
import shutil
import sys
import tempfile
from typing import Any, Iterator

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.append(str(TESTS / "tls"))

from authority import Authority  # noqa: E402
from common import Server, expect_in_log, follow, main, ours, same, stop, wait_up  # noqa: E402
from server import free_port  # noqa: E402

NAMES = "DNS:localhost,IP:127.0.0.1"


@contextlib.contextmanager
def certificates() -> Iterator[tuple[Authority, Authority]]:
    folder = tempfile.mkdtemp(prefix="millstream-tls-")
    try:
        yield Authority(folder + "/ours"), Authority(folder + "/theirs", "another authority")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tls_options(authority: Authority, name: str, *more: str) -> list[str]:
    pair = authority.issue(name, "localhost", names=NAMES)
    return [
        *("--tls-cert-file", pair.certificate, "--tls-key-file", pair.key),
        *("--tls-ca-cert-file", authority.certificate, *more),
    ]


def start(options: Any, authority: Authority, name: str) -> tuple[Server, int]:
    port = free_port()
    server = ours(
        options,
        *tls_options(authority, name, "--tls-port", str(port), "--tls-replication", "yes"),
        *("--repl-diskless-sync-delay", "0"),
    )
    return server, port


def a_chain_over_tls_has_the_same_data(options: Any) -> None:
    with certificates() as (authority, _):
        first, first_port = start(options, authority, "first")
        second, second_port = start(options, authority, "second")
        third, _port = start(options, authority, "third")
        a, b, c = first.client(), second.client(), third.client()
        a.pipeline([("SET", f"k{n}", "v" * n) for n in range(3000)])
        follow(b, first_port)
        wait_up(b)
        follow(c, second_port)
        wait_up(c)
        a.pipeline([("APPEND", f"k{n}", "w") for n in range(3000)])
        same(a, b, foreign=False)
        same(a, c, foreign=False)
        for n in range(3):
            a.call("CLIENT", "KILL", "TYPE", "replica")
            a.call("INCR", "n")
        same(a, b, foreign=False)
        assert second.log().count("Full resync from master") == 1
        stop(first, second, third)


def a_stranger_is_not_followed(options: Any) -> None:
    with certificates() as (authority, stranger):
        primary, port = start(options, stranger, "stranger")
        replica, _port = start(options, authority, "replica")
        follow(replica.client(), port)
        expect_in_log(replica, "TLS")
        assert "sync: Finished" not in replica.log()
        stop(primary, replica)


if __name__ == "__main__":
    sys.exit(main([a_chain_over_tls_has_the_same_data, a_stranger_is_not_followed]))
