"""What the failover tests share: options, loads that tell of progress, and the verdict at the end."""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import sys
import tempfile
import time
from typing import Callable

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "crash")]  # crash/common.py is the one meant below

from cluster import Cluster, Node, finder  # noqa: E402
from common import Failure, Skip, check, run_rules  # noqa: E402
from history import History, Verdict  # noqa: E402
from history import check as check_history  # noqa: E402
from load import Load, read_final  # noqa: E402
from wait import wait_for  # noqa: E402

PROGRESS = 50  # acknowledgements that count as "the load goes on"
PROGRESS_SECONDS = 30


class Options(argparse.Namespace):
    """Of the command line."""

    server: str
    sentinel: str
    only: str | None
    rounds: int
    reactors: int
    sync: int
    acknowledge: str
    node_folder: str | None
    keep: str | None


def arguments(description: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--server", required=True, help="a millstream-server, or a redis-server to compare")
    parser.add_argument("--sentinel", default="redis-server", help="redis-sentinel, or redis-server (the default)")
    parser.add_argument("--only", help="the rules whose names contain this")
    parser.add_argument("--rounds", type=int, default=1, help="how often everything is done")
    parser.add_argument("--reactors", type=int, default=2, help="of a millstream-server")
    parser.add_argument("--sync", type=int, default=0, help="sync-replicas; nothing acknowledged may be lost then")
    parser.add_argument(
        "--acknowledge", choices=("reply", "wait"), default="reply",
        help="wait: writers count what WAIT 1 has confirmed, so nothing may be lost; for redis-server")  # fmt: skip
    parser.add_argument("--keep", help="a folder in which histories with faults are left")
    return parser


def main(rules: list[Callable[..., None]], parser: argparse.ArgumentParser) -> int:
    """77 if this machine has no sentinel; else as the rules end."""
    options = parser.parse_args(namespace=Options())
    found = shutil.which(options.sentinel)
    if not found:
        print(f"skipped: there is no {options.sentinel} (Debian: redis-sentinel or redis-server)")
        return 77
    options.sentinel = found
    if options.sync and "redis" in os.path.basename(options.server):
        parser.error("a redis-server has no sync-replicas; --acknowledge wait is like it")
    code = 0
    for number in range(options.rounds):
        if options.rounds > 1:
            print(f"round {number + 1}")
        code = max(code, run_rules(rules, options.only, options))
        if code == 1:
            break
    return code


def make_cluster(options: Options, replicas: int = 2, lines: tuple[str, ...] = (), **more: object) -> Cluster:
    """Servers with sync-replicas and reactors as the command line says."""
    if "redis" not in os.path.basename(options.server):
        lines += (f"reactors {options.reactors}",)
    if options.sync:
        lines += (f"sync-replicas {options.sync}",)
    return Cluster(options.server, replicas, lines, **more)  # type: ignore[arg-type]


def fixed(node: Node) -> Callable[[], tuple[str, int]]:
    """For writers that know one server only."""
    return lambda: (node.host, node.port)


def waits_for(options: Options) -> int:
    """How many replicas a writer itself waits for."""
    return 1 if options.acknowledge == "wait" else 0


def make_load(options: Options, cluster: Cluster, **more: object) -> Load:
    """Writers that find the primary through the sentinels, unless told otherwise."""
    more.setdefault("find", finder(cluster))
    return Load(replicas=waits_for(options), **more)  # type: ignore[arg-type]


def nothing_may_be_lost(options: Options) -> bool:
    return options.sync > 0 or options.acknowledge == "wait"


def goes_on(load: Load, writers: str = "", since: float | None = None, count: int = PROGRESS) -> float:
    """Waits for so many acknowledgements from now on; gives the time when the first of them ended."""
    begin = time.monotonic() if since is None else since
    wait_for(
        lambda: load.acknowledged(begin, writers) >= count, PROGRESS_SECONDS,
        f"{count} acknowledgements of {writers or 'the writers'}")  # fmt: skip
    return min(operation.end for operation in load.history.acknowledged(begin, writers))


def verdict_of(
    options: Options, history: History, primary: Node, strict: bool, failed_at: float | None = None
) -> Verdict:
    """Compares the history with the state of the primary, prints what was lost, fails on a fault."""
    client = primary.client()
    final = read_final(client, history)
    client.close()
    verdict = check_history(history, final)
    print(f"     {verdict.report(failed_at)}")
    faults = verdict.faults(strict and options.sync > 0)
    if strict and verdict.missing and not options.sync:
        faults.append(f"acknowledged, yet missing: {verdict.missing[0]} and {len(verdict.missing) - 1} more")
    if faults:
        folder = options.keep or tempfile.mkdtemp(prefix="millstream-history-")
        os.makedirs(folder, exist_ok=True)
        history.save(pathlib.Path(folder, "history.jsonl"))
        raise Failure("; ".join([*faults, f"the history is in {folder}"]))
    check(verdict.outcomes["ok"], "nothing was acknowledged at all, so nothing is proved")
    return verdict


__all__ = [
    "Cluster", "Failure", "History", "Load", "Node", "Options", "Skip", "arguments", "check", "finder",
    "fixed", "goes_on", "main", "make_cluster", "make_load", "nothing_may_be_lost", "run_rules", "time",
    "verdict_of", "wait_for", "waits_for",
]  # fmt: skip
