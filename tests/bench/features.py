#!/usr/bin/env python3
"""What access control, scripts and TLS cost: server CPU per operation, by turns, medians.

    tests/bench/features.py --ours build/release/broker/millstream-server --only acl

Where the kernel lets perf count them, instructions are shown too: they do not depend on what else the
machine does. Prints tables; fails on nothing. What is asked of each figure is beside it.
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Callable, Iterator

from common import Cost, Figures, benchmark, measured_cost, median, side_by_side
from server import Server, free_port  # found through common

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "tls"))
from authority import Authority  # noqa: E402  pylint: disable=wrong-import-position

CLIENTS = 50
PIPELINE = 16

# Rules as they are usual for a service, 20 of them; the key fits the last pattern.
LIMITED = [
    *("+@read", "+@write", "+@connection", "-@dangerous", "-@admin", "+info", "-keys", "+select|0"),
    *("~orders:*", "~customers:*", "~sessions:*", "~queue:{a}:*", "%R~config:*", "%R~catalog:*"),
    *("%W~audit:*", "~tmp:*", "%RW~carts:*", "~locks:*", "~key:*", "&events:*"),
]

TEN_COMMANDS = """
redis.call('SET', KEYS[1], ARGV[1])
redis.call('GET', KEYS[1])
redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[3], 'field', ARGV[1])
redis.call('HGET', KEYS[3], 'field')
redis.call('LPUSH', KEYS[4], ARGV[1])
redis.call('RPOP', KEYS[4])
redis.call('SADD', KEYS[5], ARGV[1])
redis.call('SISMEMBER', KEYS[5], ARGV[1])
return redis.call('EXISTS', KEYS[1])
"""


@dataclass
class Options:
    ours: str
    redis: str
    benchmark: str
    extra: list[str]
    rounds: int
    scale: float


Turn = Callable[[], Cost]


def by_turns(rounds: int, base: tuple[str, Turn], other: tuple[str, Turn], asked: str) -> None:
    """The two in turn, and then in the other order, so that a slow moment meets both."""
    taken: dict[str, list[Cost]] = {base[0]: [], other[0]: []}
    for at in range(rounds):
        for name, turn in (base, other) if at % 2 == 0 else (other, base):
            taken[name].append(turn())
    print(f"{'server CPU us per operation':42} {'us':>9} {'instr.':>9}")
    for name, costs in taken.items():
        print(f"{name:42} {median([c.us for c in costs]):9.3f} {instructions(costs):>9}")
    first, second = taken[base[0]], taken[other[0]]
    ratio = median([b.us / a.us for a, b in zip(first, second)])
    counted = ""
    if all(c.instructions for c in first + second):
        counted = f", instructions {median([b.instructions / a.instructions for a, b in zip(first, second)]):.3f}"
    print(f"ratio: CPU {ratio:.3f}{counted} (asked: {asked})", flush=True)


def instructions(costs: list[Cost]) -> str:
    counts = [c.instructions for c in costs]
    return f"{median(counts):.0f}" if all(counts) else "-"


# --- acl: GET by a user with 20 rules beside the default user, who may everything.


def acl(options: Options) -> None:
    count = int(1_000_000 * options.scale)
    with Server(options.ours, *options.extra) as server:
        client = server.client(60)
        for at in range(0, 100_000, 1000):
            client.pipeline([("SET", f"key:{i:012}", "v" * 10) for i in range(at, at + 1000)])
        reply = client.call("ACL", "SETUSER", "limited", "on", ">pw", *LIMITED)
        assert str(reply) == str(client.call("ACL", "SETUSER", "limited")), reply

        def turn(*login: str) -> Turn:
            command = ["redis-benchmark", *login, "-p", str(server.port), "-c", str(CLIENTS)]
            command += ["-n", str(count), "-P", str(PIPELINE), "-r", "100000", "-q"]
            return lambda: run(server, count, [*command, "GET", "key:__rand_int__"])

        turn()()
        by_turns(
            options.rounds,
            ("GET P16, the default user", turn()),
            (f"GET P16, a user with {len(LIMITED)} rules", turn("--user", "limited", "-a", "pw")),
            "under 1.03",
        )


def run(server: Server, count: int, command: list[str]) -> Cost:
    def work() -> int:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        return count

    return measured_cost(server, work)


# --- evalsha: a script of ten commands, ours beside redis-server.


def evalsha(options: Options) -> None:
    def figures(server: Server) -> Figures:
        client = server.client(60)
        sha = client.call("SCRIPT", "LOAD", TEN_COMMANDS).decode()
        client.close()
        keys = [f"{name}:__rand_int__" for name in ("s", "n", "h", "l", "t")]
        made = {}
        for pipeline in (1, PIPELINE):
            count = int((50_000 if pipeline == 1 else 200_000) * options.scale)
            call = ("EVALSHA", sha, "5", *keys, "value")
            made[f"EVALSHA of ten commands, pipeline {pipeline}"] = benchmark(server, count, pipeline, *call)
        return made

    side_by_side(options.redis, options.ours, options.extra, options.rounds, figures)
    print("(asked: 1.00x or more)", flush=True)


# --- tls: XADD over TLS beside plain.


def tls(options: Options) -> None:
    count = int(500_000 * options.scale)
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(pathlib.Path(folder) / "certificates")
        pair = authority.issue("server", "localhost", names="DNS:localhost,IP:127.0.0.1")
        given = ["--tls-port", str(port), "--tls-cert-file", pair.certificate, "--tls-key-file", pair.key]
        given += ["--tls-ca-cert-file", authority.certificate, "--tls-auth-clients", "no"]
        with Server(options.ours, *given, *options.extra) as server:
            client = server.client(60)

            def turn(*where: str) -> Turn:
                command = [options.benchmark, *where, "-t", "xadd", "-P", str(PIPELINE)]
                command += ["-c", str(CLIENTS), "-n", str(count), "-q"]

                def take() -> Cost:
                    client.call("FLUSHALL")
                    return run(server, count, command)

                return take

            secure = ["-p", str(port), "--tls", "--cacert", authority.certificate]
            secure += ["--tls-ciphersuites", "TLS_AES_128_GCM_SHA256"]
            by_turns(
                options.rounds,
                ("XADD P16, plain", turn("-p", str(server.port))),
                ("XADD P16, TLS_AES_128_GCM_SHA256", turn(*secure)),
                "at most 1.5",
            )


MODES: dict[str, Callable[[Options], None]] = {"acl": acl, "evalsha": evalsha, "tls": tls}


def chosen(only: str | None) -> Iterator[tuple[str, Callable[[Options], None]]]:
    for name, mode in MODES.items():
        if only in (None, name):
            yield name, mode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--benchmark", help="millstream-benchmark; by default that of the same build")
    parser.add_argument("--args", default="--appendonly no --save --reactors 1", help="further options for our server")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", choices=sorted(MODES))
    given = parser.parse_args()
    build = pathlib.Path(given.ours).resolve().parent.parent
    tool = given.benchmark or str(build / "clients" / "millstream-benchmark")
    options = Options(given.ours, given.redis, tool, given.args.split(), given.rounds, given.scale)
    started = time.monotonic()
    for name, mode in chosen(given.only):
        print(f"\n{name}", flush=True)
        mode(options)
    print(f"\n{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
