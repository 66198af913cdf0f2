"""Other people's clients and our own over TLS: openssl, redis-py, redis-cli, redis-benchmark, ioredis,
millstream-cli, millstream-benchmark. What is not installed is left out, and said."""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import time

from common import Certificates, TlsServer, main

REDIS_PY = """
import redis, sys
port, ca, cert, key = sys.argv[1:]
client = redis.Redis(host="localhost", port=int(port), ssl=True, ssl_ca_certs=ca, ssl_certfile=cert,
                     ssl_keyfile=key, ssl_check_hostname=True)
assert client.set("k", b"v" * 1000000) and client.get("k") == b"v" * 1000000
pipe = client.pipeline(transaction=True)
for number in range(1000):
    pipe.xadd("s", {"n": number})
assert len(pipe.execute()) == 1000
channel = client.pubsub()
channel.subscribe("c")
assert channel.get_message(timeout=10)["type"] == "subscribe"
assert client.publish("c", "m") == 1
assert channel.get_message(timeout=10)["data"] == b"m"
try:
    redis.Redis(host="localhost", port=int(port), ssl=True, ssl_ca_certs=ca).ping()
    raise SystemExit("got in without a certificate")
except redis.ConnectionError:
    pass
url = f"rediss://localhost:{port}?ssl_ca_certs={ca}&ssl_certfile={cert}&ssl_keyfile={key}"
assert redis.from_url(url).ping()
"""

IOREDIS = """
const fs = require('fs');
const Redis = require('ioredis');
const [port, ca, cert, key] = process.argv.slice(2);
const read = (path) => fs.readFileSync(path);
const tls = { ca: read(ca), cert: read(cert), key: read(key), servername: 'localhost' };
(async () => {
  const client = new Redis({ host: '127.0.0.1', port, tls });
  const value = 'v'.repeat(1000000);
  if (await client.set('k', value) !== 'OK' || await client.get('k') !== value) throw new Error('value');
  const pipeline = client.pipeline();
  for (let at = 0; at < 1000; at++) pipeline.xadd('io', '*', 'n', at);
  if ((await pipeline.exec()).some(([error]) => error)) throw new Error('pipeline');
  const listener = client.duplicate();
  const message = new Promise((resolve) => listener.on('message', (channel, text) => resolve(text)));
  await listener.subscribe('c');
  await client.publish('c', 'm');
  if (await message !== 'm') throw new Error('message');
  await listener.quit();
  await client.quit();
  const stranger = new Redis({ host: '127.0.0.1', port, tls: { ca: tls.ca, servername: 'localhost' },
                               retryStrategy: null });
  stranger.on('error', () => {});
  await stranger.ping().then(() => { throw new Error('got in'); }, () => {});
  stranger.disconnect();
})().catch((error) => { console.error(error); process.exit(1); });
"""


def run(*command: str, text: str | None = None, code: int = 0, **more: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, input=text if text is not None else "", capture_output=True, text=True,
                          timeout=120, **more)  # type: ignore[call-overload] # fmt: skip
    assert done.returncode == code, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done


def files(certificates: Certificates) -> list[str]:
    return [certificates.authority.certificate, certificates.client.certificate, certificates.client.key]


def flags(server: TlsServer) -> list[str]:
    """As redis-cli, redis-benchmark and our programs take them."""
    ca, cert, key = files(server.certificates)
    return ["-h", "127.0.0.1", "-p", str(server.tls_port), "--tls", "--cacert", ca, "--cert", cert, "--key", key]


class OpenSsl:
    """openssl s_client with a server behind it; commands of one letter are its own."""

    def __init__(self, server: TlsServer, *more: str) -> None:
        ca, cert, key = files(server.certificates)
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.tls_port}", "-CAfile", ca, "-cert", cert]
        command += ["-key", key, "-verify_return_error", "-verify_hostname", "localhost", *more]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )
        self.seen = b""

    def send(self, text: bytes) -> None:
        assert self.process.stdin
        self.process.stdin.write(text)

    def expect(self, words: bytes, seconds: float = 20) -> None:
        """Until these words have come; what is before them is forgotten."""
        assert self.process.stdout
        until = time.monotonic() + seconds
        while words not in self.seen:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, until - time.monotonic()))
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                raise AssertionError(f"{words!r} did not come, but {self.seen[-2000:]!r}")
            self.seen += chunk
        self.seen = self.seen.split(words, 1)[1]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def test_openssl(options: argparse.Namespace, certificates: Certificates) -> None:
    with TlsServer(options.server, certificates) as server:
        for version in ("-tls1_2", "-tls1_3"):
            client = OpenSsl(server, version)
            client.expect(b"Verify return code: 0 (ok)")
            client.send(b"PING hello\r\n")
            client.expect(b"$5\r\nhello\r\n")
            client.end()


def test_keys_are_renewed_while_commands_go_on(options: argparse.Namespace, certificates: Certificates) -> None:
    """K asks for new keys in both directions, k renews the client's only; R asks for a renegotiation,
    which is refused, and costs nobody but who asks."""
    with TlsServer(options.server, certificates) as server:
        client = OpenSsl(server, "-tls1_3")
        client.expect(b"Verify return code: 0 (ok)")
        for turn in range(10):
            client.send([b"K\n", b"k\n"][turn % 2])
            client.expect(b"KEYUPDATE")
            client.send(b"ECHO turn-%d\r\n" % turn)
            client.expect(b"\r\nturn-%d\r\n" % turn)
        client.end()
        client = OpenSsl(server, "-tls1_2")
        client.expect(b"Verify return code: 0 (ok)")
        client.send(b"R\n")
        client.expect(b"RENEGOTIATING")
        client.expect(b"no renegotiation")
        client.end()
        assert server.tls_client().call("ECHO", "there") == b"there"


def test_redis_py(options: argparse.Namespace, certificates: Certificates) -> None:
    if subprocess.run(["/usr/bin/python3", "-c", "import redis"], capture_output=True).returncode != 0:
        print("left out: no python3-redis")
        return
    with TlsServer(options.server, certificates) as server:
        run("/usr/bin/python3", "-c", REDIS_PY, str(server.tls_port), *files(certificates))


def test_ioredis(options: argparse.Namespace, certificates: Certificates) -> None:
    if not options.node_folder or not os.path.isdir(os.path.join(options.node_folder, "node_modules")):
        print("left out: no node modules")
        return
    with TlsServer(options.server, certificates) as server:
        arguments = ["-", str(server.tls_port), *files(certificates)]
        run("node", *arguments, text=IOREDIS, cwd=options.node_folder)


def test_redis_cli_and_benchmark(options: argparse.Namespace, certificates: Certificates) -> None:
    if not shutil.which("redis-cli") or "--tls" not in run("redis-cli", "--help", code=0).stdout:
        print("left out: no redis-cli with TLS")
        return
    with TlsServer(options.server, certificates) as server:
        assert run("redis-cli", *flags(server), "ECHO", "hi").stdout == "hi\n"
        done = run("redis-benchmark", *flags(server), "-n", "20000", "-P", "16", "-q", "-t", "set,get,lpush,mset")
        assert done.stdout.count("requests per second") == 4, done.stdout


def test_our_shell(options: argparse.Namespace, certificates: Certificates) -> None:
    if not options.cli:
        return
    ca, cert, key = files(certificates)
    with TlsServer(options.server, certificates) as server:
        address = ["-h", "127.0.0.1", "-p", str(server.tls_port)]
        own = ["--cert", cert, "--key", key]
        big = "x" * 3000000
        assert run(options.cli, *flags(server), "ECHO", "hi").stdout == "hi\n"
        assert run(options.cli, *flags(server), "-x", "SET", "big", text=big).stdout == "OK\n"
        assert run(options.cli, *flags(server), "GET", "big").stdout == big + "\n"
        many = "".join(f"*3\r\n$5\r\nRPUSH\r\n$1\r\nl\r\n$4\r\n{at:04}\r\n" for at in range(5000))
        run(options.cli, *flags(server), "--pipe", text=many)
        assert run(options.cli, *flags(server), "LLEN", "l").stdout == "5000\n"
        lines = run(options.cli, *flags(server), text="PING\nINCR n\n").stdout
        assert lines == "PONG\n1\n"
        uri = f"rediss://localhost:{server.tls_port}/3"
        assert run(options.cli, "-u", uri, "--cacert", ca, *own, "ECHO", "uri").stdout == "uri\n"
        assert run(options.cli, *address, "--tls", "--insecure", *own, "ECHO", "x").stdout == "x\n"
        name = ["--tls", "--cacert", ca, *own, "--sni", "localhost"]
        assert run(options.cli, *address, *name, "ECHO", "sni").stdout == "sni\n"
        for given, words in [
            (["--tls", *own], "the server's certificate is refused"),
            (["--tls", "--cacert", certificates.stranger.certificate, *own], "the server's certificate is refused"),
            (["--tls", "--cacert", ca, *own, "--sni", "example.org"], "hostname mismatch"),
            (["--tls", "--cacert", ca], "certificate required"),
            (["--tls", "--cacert", "/nowhere"], "No such file"),
            (["--tls", "--cacert", ca, "--cert", cert], "need each other"),
        ]:
            done = run(options.cli, *address, *given, "PING", code=1)
            assert words in done.stderr, f"{given}: {done.stderr}"
        plain = run(options.cli, "-p", str(server.server.port), "--tls", "--cacert", ca, "PING", code=1)
        assert "the server closed the connection" in plain.stderr, plain.stderr


def test_our_benchmark(options: argparse.Namespace, certificates: Certificates) -> None:
    if not options.bench:
        return
    with TlsServer(options.server, certificates) as server:
        tests = ["ping", "set", "get", "xadd", "group", "blocked", "jobs"]
        more = ["-n", "5000", "-P", "8", "-c", "10", "-d", "5000", "--json", "-t", ",".join(tests)]
        results = json.loads(run(options.bench, *flags(server), *more).stdout)
        assert [result["test"] for result in results] == tests
        assert all(result["operations"] == 5000 for result in results)
        insecure = ["-p", str(server.tls_port), "--tls", "-t", "ping", "-n", "10"]
        assert "certificate is refused" in run(options.bench, *insecure, code=1).stderr


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cli", help="millstream-cli")
    parser.add_argument("--bench", help="millstream-benchmark")
    parser.add_argument("--node-folder", help="where node's modules are installed")


if __name__ == "__main__":
    sys.exit(main([test for name, test in list(globals().items()) if name.startswith("test_")], add_options))
