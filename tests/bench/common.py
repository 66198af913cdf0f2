"""What the benchmarks share: the figures of one server, and two servers side by side."""

from __future__ import annotations

import argparse
import json
import pathlib
import selectors
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Callable, Iterable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Verbatim, encode  # noqa: E402
import server as lib_server  # noqa: E402
from server import Server  # noqa: E402

Figures = dict[str, float]

SETTLE_SECONDS, SETTLE_POLLS, SETTLE_BYTES = 0.25, 40, 4096


def info_text(client: Client, section: str) -> str:
    reply = client.call("INFO", section)
    return (reply.data if isinstance(reply, Verbatim) else reply).decode()


def used_memory(client: Client) -> int:
    return int(info_text(client, "memory").split("used_memory:")[1].split()[0])


def benchmark(server: Server, count: int, pipeline: int, *command: str) -> float:
    """CPU microseconds per operation of a redis-benchmark run with 50 connections."""
    arguments = ["redis-benchmark", "-p", str(server.port), "-c", "50", "-n", str(count)]
    arguments += ["-P", str(pipeline), "-r", "100000", "-q", *command]
    before = server.cpu_seconds()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return (server.cpu_seconds() - before) * 1e6 / count


def our_benchmark(ours: str) -> pathlib.Path:
    """millstream-benchmark of the build that the server is of."""
    return pathlib.Path(ours).resolve().parent.parent / "clients" / "millstream-benchmark"


def generated(
    tool: pathlib.Path, server: Server, test: str, count: int, connections: int, pipeline: int
) -> float:
    """CPU microseconds per operation of a millstream-benchmark run, without what its connections cost
    until the first operation."""
    arguments = [str(tool), "-p", str(server.port), "-t", test, "-n", str(count), "--json"]
    arguments += ["-c", str(connections), "-P", str(pipeline)]
    done = subprocess.run(arguments, check=True, capture_output=True, timeout=300)
    return float(json.loads(done.stdout)[0]["cpu_us"])


def settled_memory(client: Client) -> int:
    """used_memory when what goes on in the background has come to rest."""
    taken = used_memory(client)
    for _ in range(SETTLE_POLLS):
        time.sleep(SETTLE_SECONDS)
        last, taken = taken, used_memory(client)
        if abs(taken - last) < SETTLE_BYTES:
            break
    return taken


Words = tuple[str | bytes | int, ...]


def pour(client: Client, count: int, command: Callable[[int], Words]) -> None:
    """So many commands, a thousand at a time."""
    for at in range(0, count, 1000):
        client.pipeline([command(i) for i in range(at, min(at + 1000, count))])


def growth(client: Client, work: Callable[[], None]) -> int:
    """Bytes that used_memory grows by."""
    before = used_memory(client)
    work()
    return settled_memory(client) - before


def deliver_all(client: Client, key: str, group: str) -> None:
    read = ("XREADGROUP", "GROUP", group, "c", "COUNT", 1000, "STREAMS", key, ">")
    while isinstance(client.call(*read), list):
        pass


def measured(server: Server, work: Callable[[], int]) -> float:
    """CPU microseconds per operation; `work` returns how many it did."""
    before = server.cpu_seconds()
    count = work()
    return (server.cpu_seconds() - before) * 1e6 / count


@dataclass
class Cost:
    us: float  # CPU microseconds per operation
    instructions: float = 0.0  # per operation, in user mode; 0: this machine does not count them


def measured_cost(server: Server, work: Callable[[], int]) -> Cost:
    """As measured(), with instructions where perf can count them."""
    counter = None
    if shutil.which("perf"):
        counter = subprocess.Popen(
            ["perf", "stat", "-x,", "-e", "instructions:u", "-p", str(server.process.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    before = server.cpu_seconds()
    count = work()
    us = (server.cpu_seconds() - before) * 1e6 / count
    return Cost(us, counted(counter) / count if counter else 0.0)


def counted(counter: subprocess.Popen[bytes]) -> float:
    counter.send_signal(signal.SIGINT)
    for line in counter.communicate(timeout=20)[1].decode().splitlines():
        fields = line.split(",")
        if len(fields) > 2 and fields[2].startswith("instructions") and fields[0].isdigit():
            return float(fields[0])
    return 0.0


def fan_out(server: Server, size: int, messages: int) -> float:
    """Messages to a hundred subscribers, published as fast as they are taken; the cost of a delivery."""
    subscribers = [server.client(60) for _ in range(100)]
    watched = selectors.DefaultSelector()
    for subscriber in subscribers:
        subscriber.call("SUBSCRIBE", "news")
        watched.register(subscriber.socket, selectors.EVENT_READ, subscriber)
    payload = "m" * size
    frame = len(encode("message", "news", payload))
    arguments = ["redis-benchmark", "-p", str(server.port), "-c", "4", "-n", str(messages), "-q"]

    def work() -> int:
        due = messages * frame * len(subscribers)
        with subprocess.Popen(
            [*arguments, "PUBLISH", "news", payload], stdout=subprocess.DEVNULL
        ) as publisher:
            while due > 0:
                due -= drained(watched, 10)
            publisher.wait(60)
        return messages * len(subscribers)

    cost = measured(server, work)
    for client in subscribers:
        client.close()
    return cost


def drained(watched: selectors.BaseSelector, timeout: float = 0) -> int:
    """Reads and drops what has come; returns how many bytes."""
    got = 0
    for key, _ in watched.select(timeout):
        got += len(key.data.socket.recv(1 << 20))
    return got


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def side_by_side(
    redis: str, ours: str, options: list[str], rounds: int, figures: Callable[[Server], Figures]
) -> None:
    """Runs both servers in turn, `rounds` times, and prints the medians."""
    mine: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    for _ in range(rounds):
        for binary, extra, into in ((redis, [], theirs), (ours, options, mine)):
            with Server(binary, *extra) as server:
                for name, value in figures(server).items():
                    into.setdefault(name, []).append(value)
    print(f"{'server CPU us per operation (or bytes)':42} {'redis':>9} {'ours':>9} {'ratio':>7}")
    for name, values in theirs.items():
        a, b = median(values), median(mine[name])
        print(f"{name:42} {a:9.2f} {b:9.2f} {a / b if b else 0:6.2f}x", flush=True)


def two_servers(doc: str | None, ours: str = "") -> argparse.ArgumentParser:
    """The options of a program that measures ours beside redis-server; `ours`: options it has anyway."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ours", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server", help="'' leaves it out")
    parser.add_argument("--args", default=ours, help="further options for our server")
    parser.add_argument("--reactors", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0, help="of the usual work")
    return parser


def chosen_names(parser: argparse.ArgumentParser, text: str | None, known: Iterable[str]) -> list[str]:
    """Names with commas between, each of them known; all without."""
    known = list(known)
    names = text.split(",") if text else known
    for name in names:
        if name not in known:
            parser.error(f"there is no {name!r}: {', '.join(known)}")
    return names
