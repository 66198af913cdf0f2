"""What TLS costs: CPU of the server for XADD at pipeline 16, over TLS and plain, by turns.

Prints microseconds an operation and the ratio of the best turns; fails above --limit. Not a ctest: a
machine that does other things meanwhile tells nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from common import Certificates, TlsServer, main

TURNS = 7


def measure(options: argparse.Namespace, server: TlsServer, *more: str) -> float:
    """CPU microseconds of the server for one XADD."""
    before = server.server.cpu_seconds()
    command = [options.bench, "-t", "xadd", "-P", "16", "-c", "50", "-n", str(options.operations), "-q", *more]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return (server.server.cpu_seconds() - before) * 1e6 / options.operations


def test_tls_costs_at_most_half_as_much_again(options: argparse.Namespace, certificates: Certificates) -> None:
    given = ["--tls-auth-clients", "no", "--appendonly", "no", "--save", "", "--reactors", "1"]
    with TlsServer(options.server, certificates, *given) as server:
        admin = server.client()
        plain, tls = [], []
        over_tls = ["-p", str(server.tls_port), "--tls", "--cacert", certificates.authority.certificate]
        over_tls += ["--tls-ciphersuites", options.ciphersuite]
        for _ in range(TURNS):
            for taken, more in ((plain, ["-p", str(server.server.port)]), (tls, over_tls)):
                admin.call("FLUSHALL")
                taken.append(measure(options, server, *more))
        ratio = min(tls) / min(plain)
        print(f"plain {min(plain):.3f} us, {options.ciphersuite} {min(tls):.3f} us, ratio {ratio:.2f}")
        assert ratio <= options.limit, f"{ratio:.2f}: plain {plain}, tls {tls}"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bench", required=True, help="millstream-benchmark")
    parser.add_argument("--operations", type=int, default=500000)
    parser.add_argument("--ciphersuite", default="TLS_AES_128_GCM_SHA256")
    parser.add_argument("--limit", type=float, default=1.5)


if __name__ == "__main__":
    sys.exit(main([test_tls_costs_at_most_half_as_much_again], add_options))
