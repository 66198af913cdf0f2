"""What the benchmarks share: the figures of one server, and two servers side by side."""

from __future__ import annotations

import pathlib
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Verbatim  # noqa: E402
from server import Server  # noqa: E402

Figures = dict[str, float]


def used_memory(client: Client) -> int:
    reply = client.call("INFO", "memory")
    text = (reply.data if isinstance(reply, Verbatim) else reply).decode()
    return int(text.split("used_memory:")[1].split()[0])


def benchmark(server: Server, count: int, pipeline: int, *command: str) -> float:
    """CPU microseconds per operation of a redis-benchmark run with 50 connections."""
    arguments = ["redis-benchmark", "-p", str(server.port), "-c", "50", "-n", str(count)]
    arguments += ["-P", str(pipeline), "-r", "100000", "-q", *command]
    before = server.cpu_seconds()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, timeout=120)
    return (server.cpu_seconds() - before) * 1e6 / count


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
