"""What the TLS tests share: a server with certificates, clients over TLS, a watch over others."""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import time
import traceback
from typing import Any, Callable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from authority import Authority, Pair  # noqa: E402
from resp import Client, Simple  # noqa: E402
from server import Server, free_port  # noqa: E402
from wait import wait_for  # noqa: E402

LOOPBACK_NAMES = "DNS:localhost,IP:127.0.0.1"


class Certificates:
    """Two authorities that know nothing of each other, and what they signed."""

    def __init__(self, folder: str) -> None:
        self.authority = Authority(os.path.join(folder, "ours"))
        self.stranger = Authority(os.path.join(folder, "theirs"), "another authority")
        self.server = self.authority.issue("server", "localhost", names=LOOPBACK_NAMES)
        self.client = self.authority.issue("client", "alice")

    def options(self, port: int, *more: str) -> list[str]:
        return [
            *("--tls-port", str(port), "--tls-cert-file", self.server.certificate),
            *("--tls-key-file", self.server.key, "--tls-ca-cert-file", self.authority.certificate),
            *more,
        ]


def context(certificates: Certificates, pair: Pair | None = None) -> ssl.SSLContext:
    """A client's view: trusts our authority, checks the name, shows `pair`."""
    made = ssl.create_default_context(cafile=certificates.authority.certificate)
    if pair:
        made.load_cert_chain(pair.certificate, pair.key)
    return made


class TlsClient(Client):
    """A Client over TLS."""

    def __init__(
        self,
        port: int,
        tls: ssl.SSLContext,
        timeout: float = 20.0,
        session: ssl.SSLSession | None = None,
    ) -> None:
        super().__init__(port, timeout=timeout)
        self.socket = tls.wrap_socket(self.socket, server_hostname="localhost", session=session)

    @property
    def tls(self) -> ssl.SSLSocket:
        assert isinstance(self.socket, ssl.SSLSocket)
        return self.socket


class TlsServer:
    """A server with both ports. `client()` is plain, `tls_client()` shows alice's certificate."""

    def __init__(self, binary: str, certificates: Certificates, *options: str, **more: Any) -> None:
        self.certificates = certificates
        self.tls_port = free_port()
        self.server = Server(binary, *certificates.options(self.tls_port, *options), **more)
        self.context = context(certificates, certificates.client)

    def __enter__(self) -> "TlsServer":
        return self

    def __exit__(self, *_: object) -> None:
        code = self.server.stop()
        assert code == 0, f"the server ended with {code}:\n{self.server.last_log[-4000:]}"

    def client(self) -> Client:
        return self.server.client()

    def tls_client(self, tls: ssl.SSLContext | None = None, timeout: float = 20.0) -> TlsClient:
        return TlsClient(self.tls_port, tls or self.context, timeout)

    def raw(self, timeout: float = 20.0) -> socket.socket:
        """A plain socket to the TLS port."""
        return socket.create_connection(("127.0.0.1", self.tls_port), timeout=timeout)

    def log(self) -> str:
        return self.server.log()

    def expect_in_log(self, words: str, since: int = 0) -> None:
        wait_for(lambda: words in self.log()[since:], 20, f"{words!r} in the log")

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def connected(self, client: Client) -> int:
        text = client.call("INFO", "clients").decode()
        return int(text.split("connected_clients:")[1].split("\r")[0])


@contextlib.contextmanager
def undisturbed(server: TlsServer, limit_s: float) -> Iterator[None]:
    """A client over TLS and a plain one that PING all the while: each answer comes within `limit_s`."""
    ended = threading.Event()
    problems: list[str] = []
    slowest = [0.0]

    def ping(client: Client) -> None:
        try:
            while not ended.is_set():
                begin = time.monotonic()
                if client.call("PING") != Simple("PONG"):
                    raise ValueError("no PONG")
                slowest[0] = max(slowest[0], time.monotonic() - begin)
                ended.wait(0.002)
        except Exception:  # noqa: BLE001: told by the main thread
            problems.append(traceback.format_exc())

    clients = [server.tls_client(), server.client()]
    threads = [threading.Thread(target=ping, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(30)
        for client in clients:
            client.close()
    assert not problems, problems[0]
    assert slowest[0] < limit_s, f"a PING took {slowest[0]:.3f} s meanwhile"


def main(tests: list[Callable[..., None]], add: Callable[[argparse.ArgumentParser], None] | None = None) -> int:
    """Runs every test with (options, certificates); prints what passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--slow", type=float, default=1.0, help="a sanitized server takes so many times longer")
    parser.add_argument("--only", default="")
    if add:
        add(parser)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="millstream-tls-")
    failed = 0
    try:
        certificates = Certificates(folder)
        for test in tests:
            if options.only not in test.__name__:
                continue
            begin = time.monotonic()
            try:
                test(options, certificates)
                print(f"ok   {test.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
            except Exception:  # noqa: BLE001
                failed += 1
                print(f"FAIL {test.__name__}\n{traceback.format_exc()}", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0
