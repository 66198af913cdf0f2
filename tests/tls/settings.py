"""What the tls-* directives do: at start, by CONFIG SET, and to clients that are there already."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile

from authority import Authority, openssl
from common import LOOPBACK_NAMES, Certificates, TlsClient, TlsServer, context, main, undisturbed, wait_for
from resp import Client, Closed, Error, Simple
from server import Server, free_port

NOT_USABLE = "Unable to update TLS configuration. Check server logs."


def refusal(directive: str, reason: str = NOT_USABLE) -> Error:
    return Error(f"ERR CONFIG SET failed (possibly related to argument '{directive}') - {reason}")


def serial(client: TlsClient) -> str:
    """Of the certificate that the server has shown."""
    return str(client.tls.getpeercert()["serialNumber"])


def value(client: Client, name: str) -> str:
    return client.call("CONFIG", "GET", name)[1].decode()


def whoami(client: Client) -> str:
    reply = client.call("ACL", "WHOAMI")
    return reply.decode() if isinstance(reply, bytes) else reply.text


def test_new_certificates_are_taken_while_clients_stay(options: argparse.Namespace, certificates: Certificates) -> None:
    renewed = certificates.authority.issue("renewed", "localhost", names=LOOPBACK_NAMES, rsa=True)
    with TlsServer(options.server, certificates) as server:
        old = server.tls_client()
        with undisturbed(server, options.slow):
            for turn in range(20):
                pair = [renewed, certificates.server][turn % 2]
                settings = ["tls-cert-file", pair.certificate, "tls-key-file", pair.key]
                assert old.call("CONFIG", "SET", *settings) == Simple("OK")
                fresh = server.tls_client()
                assert (serial(fresh) == serial(old)) == (turn % 2 == 1)
                assert fresh.call("SET", "turn", turn) == Simple("OK")
                fresh.close()
        assert old.call("GET", "turn") == b"19"


def test_the_same_name_again_reads_the_file_again(options: argparse.Namespace, certificates: Certificates) -> None:
    renewed = certificates.authority.issue("again", "localhost", names=LOOPBACK_NAMES)
    folder = tempfile.mkdtemp(prefix="millstream-tls-files-")
    paths = [os.path.join(folder, name) for name in ("server.crt", "server.key")]
    for pair in (certificates.server, renewed):
        shutil.copy(pair.certificate, paths[0])
        shutil.copy(pair.key, paths[1])
        if pair is certificates.server:
            server = TlsServer(options.server, certificates, "--tls-cert-file", paths[0], "--tls-key-file", paths[1])
    with server:
        old = server.tls_client()
        assert old.call("CONFIG", "SET", "tls-cert-file", paths[0]) == Simple("OK")
        assert serial(server.tls_client()) != serial(old)
        assert old.call("PING") == Simple("PONG")
    shutil.rmtree(folder)


def test_a_bad_file_changes_nothing(options: argparse.Namespace, certificates: Certificates) -> None:
    garbage = os.path.join(os.path.dirname(certificates.server.key), "garbage")
    with open(garbage, "w", encoding="ascii") as file:
        file.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    locked = certificates.authority.issue("locked", "localhost", names=LOOPBACK_NAMES, password="secret")
    with TlsServer(options.server, certificates) as server:
        client = server.tls_client()
        for name, bad, words in [
            ("tls-cert-file", "/nowhere/at/all", "No such file or directory"),
            ("tls-cert-file", garbage, "certificate"),
            ("tls-cert-file", "", "no tls-cert-file is configured"),
            ("tls-key-file", certificates.client.key, "key"),
            ("tls-key-file", locked.key, "private key"),
            ("tls-ca-cert-file", "/nowhere/at/all", "CA certificates"),
            ("tls-ca-cert-file", "", "to check certificates with"),
            ("tls-protocols", "TLSv1.2 SSLv3", "not 'SSLv3'"),
            ("tls-ciphers", "NO-SUCH-CIPHER", "tls-ciphers"),
            ("tls-ciphersuites", "TLS_NO_SUCH", "tls-ciphersuites"),
            ("tls-groups", "no-such-curve", "tls-groups"),
            ("tls-dh-params-file", garbage, "DH parameters"),
            ("tls-client-cert-file", certificates.client.certificate, "need each other"),
        ]:
            before, since = value(client, name), len(server.log())
            assert client.call("CONFIG", "SET", "maxclients", 77, name, bad) == refusal(name), name
            assert (value(client, name), value(client, "maxclients")) == (before, "10000"), name
            server.expect_in_log(words, since)
            assert server.tls_client().call("PING") == Simple("PONG"), name
        pair = ["tls-cert-file", locked.certificate, "tls-key-file", locked.key]
        assert client.call("CONFIG", "SET", *pair, "tls-key-file-pass", "wrong") == refusal("tls-cert-file")
        assert client.call("CONFIG", "SET", *pair, "tls-key-file-pass", "secret") == Simple("OK")
        assert serial(server.tls_client()) != serial(client)
        pair = ["tls-client-cert-file", locked.certificate, "tls-client-key-file", locked.key]
        assert client.call("CONFIG", "SET", *pair) == refusal("tls-client-cert-file")
        assert client.call("CONFIG", "SET", *pair, "tls-client-key-file-pass", "secret") == Simple("OK")


def test_a_bad_configuration_does_not_start(options: argparse.Namespace, certificates: Certificates) -> None:
    port = free_port()
    for given, words in [
        ([], "no tls-cert-file is configured"),
        (["--tls-cert-file", certificates.server.certificate], "no tls-key-file is configured"),
        (["--tls-cert-file", certificates.server.certificate, "--tls-key-file", certificates.client.key,
          "--tls-auth-clients", "no"], "key values mismatch"),
        (["--tls-cert-file", certificates.server.certificate, "--tls-key-file", certificates.server.key],
         "to check certificates with"),
    ]:  # fmt: skip
        command = [options.server, "--port", "0", "--bind", "127.0.0.1", "--tls-port", str(port), "--save", "", *given]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([*command, "--dir", folder], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1, f"{given} started"
        assert words in done.stdout, done.stdout


def test_the_port_opens_and_closes_by_config_set(options: argparse.Namespace, certificates: Certificates) -> None:
    with Server(options.server) as server:
        client = server.client()
        port = free_port()
        assert client.call("CONFIG", "SET", "tls-port", port) == refusal("tls-port")
        assert value(client, "tls-port") == "0"
        files = certificates.options(port)[2:]
        assert client.call("CONFIG", "SET", *[word.removeprefix("--") for word in files]) == Simple("OK")
        assert client.call("CONFIG", "SET", "tls-port", port) == Simple("OK")
        tls = TlsClient(port, context(certificates, certificates.client))
        report = tls.call("INFO", "server").decode()
        assert f"tcp_port:{server.port}\r\n" in report
        assert f"listener0:name=tcp,bind=127.0.0.1,port={server.port}\r\n" in report
        assert f"listener1:name=tls,bind=127.0.0.1,port={port}\r\n" in report
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            answer = client.call("CONFIG", "SET", "tls-port", taken.getsockname()[1])
        assert answer == refusal("tls-port", "Unable to listen on this port. Check server logs.")
        assert TlsClient(port, context(certificates, certificates.client)).call("PING") == Simple("PONG")
        assert client.call("CONFIG", "SET", "tls-port", 0) == Simple("OK")
        try:
            TlsClient(port, context(certificates, certificates.client))
            raise AssertionError("the port is still open")
        except ConnectionRefusedError:
            pass
        assert tls.call("PING") == Simple("PONG")


def test_tls_alone(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        client = server.tls_client()
        assert client.call("CONFIG", "SET", "port", 0) == Simple("OK")
        report = client.call("INFO", "server").decode()
        assert f"tcp_port:{server.tls_port}\r\n" in report
        assert f"listener0:name=tls,bind=127.0.0.1,port={server.tls_port}\r\n" in report
        assert "listener1" not in report
        try:
            server.client()
            raise AssertionError("the plain port is still open")
        except ConnectionRefusedError:
            pass


def test_the_common_name_is_the_user(options: argparse.Namespace, certificates: Certificates) -> None:
    ours = certificates.authority
    with TlsServer(options.server, certificates, "--tls-auth-clients", "optional") as server:
        admin = server.client()
        assert whoami(server.tls_client()) == "default"
        assert admin.call("ACL", "SETUSER", "alice", "on", ">pw", "~a:*", "+get", "+acl|whoami") == Simple("OK")
        assert admin.call("ACL", "SETUSER", "bob", "off", "nopass", "allkeys", "allcommands") == Simple("OK")
        assert admin.call("CONFIG", "SET", "tls-auth-clients-user", "CN") == Simple("OK")
        alice = server.tls_client()
        assert whoami(alice) == "alice"
        assert alice.call("GET", "a:1") is None
        assert alice.call("GET", "b:1").text.startswith("NOPERM")
        assert alice.call("SET", "a:1", "v").text.startswith("NOPERM")
        assert b" user=alice " in admin.call("CLIENT", "LIST")
        assert whoami(server.tls_client(context(certificates))) == "default"
        for number, name in enumerate(["bob", "nobody", ""]):
            pair = ours.issue(f"named-{number}", name)
            assert whoami(server.tls_client(context(certificates, pair))) == "default"
        denied = admin.call("INFO", "stats").decode()
        assert "acl_access_denied_tls_cert:2\r\n" in denied
        log = [dict(zip(entry[::2], entry[1::2])) for entry in admin.call("ACL", "LOG")]
        logged = [entry[b"username"] for entry in log if entry[b"reason"] == b"tls-cert"]
        assert logged == [b"nobody", b"bob"], log
        assert admin.call("CONFIG", "SET", "requirepass", "secret") == Simple("OK")
        assert whoami(server.tls_client()) == "alice"
        stranger = server.tls_client(context(certificates))
        assert stranger.call("PING").text.startswith("NOAUTH")


def test_sessions_are_taken_up_again(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates, "--tls-auth-clients-user", "CN", "--reactors", "2") as server:
        admin = server.client()
        admin.call("ACL", "SETUSER", "alice", "on", "nopass", "allkeys", "allcommands")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            tls = context(certificates, certificates.client)
            tls.minimum_version = tls.maximum_version = version
            first = server.tls_client(tls)
            assert first.call("PING") == Simple("PONG")
            assert not first.tls.session_reused
            for _ in range(4):  # on every reactor
                again = TlsClient(server.tls_port, tls, session=first.tls.session)
                assert whoami(again) == "alice"
                assert again.tls.session_reused, version
        assert admin.call("CONFIG", "SET", "tls-session-caching", "no") == Simple("OK")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            tls = context(certificates, certificates.client)
            tls.minimum_version = tls.maximum_version = version
            first = server.tls_client(tls)
            assert first.call("PING") == Simple("PONG")
            if first.tls.session:
                again = TlsClient(server.tls_port, tls, session=first.tls.session)
                assert again.call("PING") == Simple("PONG")
                assert not again.tls.session_reused, version


def test_a_session_does_not_outlive_its_authority(options: argparse.Namespace, certificates: Certificates) -> None:
    """Whoever is no longer trusted cannot come back on an old ticket."""
    with TlsServer(options.server, certificates) as server:
        tls = context(certificates, certificates.client)
        first = server.tls_client(tls)
        assert first.call("PING") == Simple("PONG")
        kept = first.tls.session
        authority = certificates.stranger.certificate
        assert first.call("CONFIG", "SET", "tls-ca-cert-file", authority) == Simple("OK")
        try:
            TlsClient(server.tls_port, tls, session=kept).call("PING")
            raise AssertionError("the ticket still opens the door")
        except (OSError, Closed):
            pass


def test_a_folder_of_authorities(options: argparse.Namespace, certificates: Certificates) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(certificates.authority.certificate, os.path.join(folder, "ca.pem"))
        openssl("rehash", folder)
        given = ["--tls-ca-cert-file", "", "--tls-ca-cert-dir", folder]
        with TlsServer(options.server, certificates, *given) as server:
            assert server.tls_client().call("PING") == Simple("PONG")
            try:
                stranger = certificates.stranger.issue("folder", "alice")
                server.tls_client(context(certificates, stranger)).call("PING")
                raise AssertionError("a stranger got in")
            except (OSError, Closed):
                pass


def test_ciphers_are_those_of_the_configuration(options: argparse.Namespace, certificates: Certificates) -> None:
    given = ["--tls-ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"]
    given += ["--tls-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256", "--tls-groups", "P-384:P-256"]
    given += ["--tls-prefer-server-ciphers", "yes"]
    with TlsServer(options.server, certificates, *given) as server:
        client = server.tls_client()
        assert client.tls.cipher()[0] == "TLS_CHACHA20_POLY1305_SHA256"
        tls = context(certificates, certificates.client)
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        tls.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256")
        assert server.tls_client(tls).tls.cipher()[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"
        assert client.call("CONFIG", "SET", "tls-prefer-server-ciphers", "no") == Simple("OK")
        tls = context(certificates, certificates.client)
        tls.maximum_version = ssl.TLSVersion.TLSv1_2
        tls.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256")
        assert server.tls_client(tls).tls.cipher()[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"


def test_diffie_hellman_parameters(options: argparse.Namespace, certificates: Certificates) -> None:
    pair = certificates.authority.issue("rsa", "localhost", names=LOOPBACK_NAMES, rsa=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "dh.pem")
        with open(path, "w", encoding="ascii") as file:
            file.write(openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"))
        given = ["--tls-cert-file", pair.certificate, "--tls-key-file", pair.key]
        for more in ([], ["--tls-dh-params-file", path]):
            with TlsServer(options.server, certificates, *given, *more) as server:
                tls = context(certificates, certificates.client)
                tls.maximum_version = ssl.TLSVersion.TLSv1_2
                tls.set_ciphers("DHE-RSA-AES256-GCM-SHA384")
                client = server.tls_client(tls)
                assert client.call("PING") == Simple("PONG")
                assert client.tls.cipher()[0] == "DHE-RSA-AES256-GCM-SHA384"


def test_an_intermediate_authority_is_sent_along(options: argparse.Namespace, certificates: Certificates) -> None:
    """A chain in tls-cert-file: clients that know the root only can check it."""
    with tempfile.TemporaryDirectory() as folder:
        root = certificates.authority
        middle = Authority(os.path.join(folder, "middle"), "middle")
        request = os.path.join(folder, "middle.csr")
        openssl("req", "-new", "-key", str(middle.folder / "ca.key"), "-subj", "/CN=middle", "-out", request,
                "-addext", "basicConstraints=critical,CA:TRUE")  # fmt: skip
        openssl("x509", "-req", "-in", request, "-CA", root.certificate, "-CAkey", str(root.folder / "ca.key"),
                "-set_serial", "4711", "-days", "9", "-copy_extensions", "copy", "-out", middle.certificate)  # fmt: skip
        pair = middle.issue("leaf", "localhost", names=LOOPBACK_NAMES)
        chain = os.path.join(folder, "chain.pem")
        with open(chain, "w", encoding="ascii") as file:
            for part in (pair.certificate, middle.certificate):
                with open(part, encoding="ascii") as source:
                    file.write(source.read())
        given = ["--tls-cert-file", chain, "--tls-key-file", pair.key]
        with TlsServer(options.server, certificates, *given) as server:
            assert server.tls_client().call("PING") == Simple("PONG")


def test_rewrite_and_ready_lines(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        server.expect_in_log("Ready to accept connections tls")
        client = server.tls_client()
        assert value(client, "tls-auth-clients") == "yes"
        assert value(client, "tls-session-cache-size") == "20480"
        wait_for(lambda: client.call("PING") == Simple("PONG"), 5, "an answer")


if __name__ == "__main__":
    sys.exit(main([test for name, test in list(globals().items()) if name.startswith("test_")]))
