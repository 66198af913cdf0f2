#!/usr/bin/env python3
"""Servers are killed and paused while writers append, with sentinels and without; planned switches.

A checker (tests/lib/history.py) compares what was acknowledged with what is there at the end. With
--sync 1 (sync-replicas) nothing acknowledged may be missing; without it what was lost is printed.
"""

from __future__ import annotations

import sys
from typing import Callable

from failover_common import (
    Cluster,
    Load,
    Node,
    Options,
    arguments,
    check,
    fixed,
    goes_on,
    main,
    make_cluster,
    make_load,
    nothing_may_be_lost,
    time,
    verdict_of,
    wait_for,
    waits_for,
)
from resp import Error

RETURN_SECONDS = 30


def any_primary(cluster: Cluster) -> Callable[[], tuple[str, int] | None]:
    """For writers where no sentinel is: they ask round; ROLE tells them whether it is right."""
    turn = 0

    def find() -> tuple[str, int] | None:
        nonlocal turn
        turn += 1
        node = cluster.servers[turn % len(cluster.servers)]
        return (node.host, node.port) if node.alive() and not node.paused else None

    return find


# --- Failures that sentinels mend.


def a_killed_primary_is_replaced(options: Options) -> None:
    with make_cluster(options) as cluster:
        cluster.watch(options.sentinel)
        cluster.hurry()
        old = cluster.primary()
        with make_load(options, cluster) as load:
            goes_on(load)
            killed = time.monotonic()
            old.kill()
            cluster.switched(old)
            goes_on(load)
            old.restart()
            new = cluster.one_again()
            goes_on(load)
        cluster.converge(new)
        verdict_of(options, load.history, new, nothing_may_be_lost(options), killed)


def a_paused_primary_returns_as_a_replica(options: Options) -> None:
    """It wakes with requests unread and believes that it leads; what it takes then may be lost only
    if it is acknowledged without its replicas."""
    with make_cluster(options) as cluster:
        cluster.watch(options.sentinel)
        cluster.hurry()
        old = cluster.primary()
        with make_load(options, cluster) as load:
            goes_on(load)
            paused = time.monotonic()
            old.pause()
            cluster.switched(old)
            goes_on(load)
            # These never let go of the old one, and find it a primary when it wakes.
            with Load(fixed(old), 2, waits_for(options), load.history, "stubborn", False):
                old.resume()
                new = cluster.one_again()
                goes_on(load)
        cluster.converge(new)
        verdict_of(options, load.history, new, nothing_may_be_lost(options), paused)


def two_failovers_in_a_row(options: Options) -> None:
    """The second one while the first one's old primary is a replica again: histories of both ids."""
    with make_cluster(options) as cluster:
        cluster.watch(options.sentinel)
        cluster.hurry()
        with make_load(options, cluster) as load:
            killed = 0.0
            for _ in range(2):
                cluster.settle()
                goes_on(load)
                old = cluster.primary()
                killed = time.monotonic()
                old.kill()
                cluster.switched(old)
                goes_on(load)
                old.restart()
                new = cluster.one_again()
        cluster.converge(new)
        verdict_of(options, load.history, new, nothing_may_be_lost(options), killed)


# --- Failures that need no sentinel: nothing acknowledged may be lost in any mode.


def a_killed_replica_catches_up(options: Options) -> None:
    with make_cluster(options) as cluster:
        primary = cluster.primary()
        victim = cluster.others(primary)[0]
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            victim.kill()
            goes_on(load)
            victim.restart()
            cluster.wait_to_follow(primary)
            goes_on(load)
        cluster.converge(primary)
        verdict = verdict_of(options, load.history, primary, strict=True)
        check(not verdict.outcomes["error"], "the primary refused writes")


def a_paused_replica_catches_up(options: Options) -> None:
    """Paused until the primary has let it go."""
    with make_cluster(options) as cluster:
        primary = cluster.primary()
        victim = cluster.others(primary)[0]
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            victim.pause()
            wait_for(lambda: primary.info().get("connected_slaves") == "1", RETURN_SECONDS, "repl-timeout")
            goes_on(load)
            victim.resume()
            cluster.wait_to_follow(primary)
            goes_on(load)
        cluster.converge(primary)
        verdict = verdict_of(options, load.history, primary, strict=True)
        check(not verdict.outcomes["error"], "the primary refused writes")


def a_primary_and_its_replicas_come_back_after_a_kill_of_all(options: Options) -> None:
    """Everything acknowledged was on the primary's disk. The replica may come first."""
    with make_cluster(options) as cluster:
        primary = cluster.primary()
        with make_load(options, cluster, find=fixed(primary)) as load:
            for first in (primary, cluster.others(primary)[0]):
                goes_on(load)
                for node in cluster.servers:
                    node.kill()
                for node in sorted(cluster.servers, key=lambda node: node is not first):
                    node.restart()
                cluster.wait_to_follow(primary)
            goes_on(load)
        cluster.converge(primary)
        verdict_of(options, load.history, primary, strict=True)


def a_primary_that_lost_its_replica_waits_or_goes_on_as_told(options: Options) -> None:
    """With sync-replicas: no replica, no acknowledgement; they come when the replica is back."""
    with make_cluster(options, replicas=1) as cluster:
        primary = cluster.primary()
        victim = cluster.others(primary)[0]
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            victim.kill()
            wait_for(lambda: primary.info().get("connected_slaves") == "0", RETURN_SECONDS, "it to be noticed")
            lonely = time.monotonic()
            attempts = len(load.history.copy()) + 2 * len(load.workers)
            wait_for(lambda: len(load.history.copy()) > attempts, RETURN_SECONDS, "some attempts")
            acknowledged = load.acknowledged(lonely)
            victim.restart()
            cluster.wait_to_follow(primary)
            goes_on(load)
        if nothing_may_be_lost(options):
            check(acknowledged == 0, f"{acknowledged} writes were acknowledged without a replica")
        else:
            check(acknowledged > 0, "the primary stopped although it need not")
        cluster.converge(primary)
        verdict_of(options, load.history, primary, strict=True)


# --- FAILOVER, asked of the primary itself: lossless in any mode.


def failover_over(primary: Node) -> bool:
    return primary.info().get("master_failover_state") == "no-failover"


def switches(options: Options, words: Callable[[Node], list[str]], chosen: int | None) -> None:
    with make_cluster(options) as cluster:
        old = cluster.primary()
        target = cluster.servers[chosen] if chosen else None
        with make_load(options, cluster, find=any_primary(cluster), follows=False) as load:
            goes_on(load)
            asked = time.monotonic()
            reply = old.ask("FAILOVER", *words(target or old))
            check(not isinstance(reply, Error), f"FAILOVER: {reply}")
            wait_for(lambda: failover_over(old) and old.role() == "slave", RETURN_SECONDS, "the switch")
            new = cluster.primary()
            print(f"     writes went on after {goes_on(load, since=time.monotonic()) - asked:.2f} s")
            check(target is None or new is target, f"{new} leads, not {target}")
            for node in cluster.others(new):  # replicas of the old one follow it, as replicas of a replica
                if node is not old and node.info().get("master_port") != str(new.port):
                    node.ask("REPLICAOF", new.host, new.port)
            cluster.wait_to_follow(new)
            goes_on(load)
        cluster.converge(new)
        verdict_of(options, load.history, new, strict=True)


def failover_switches_to_any_replica_and_loses_nothing(options: Options) -> None:
    switches(options, lambda node: [], None)


def failover_switches_to_the_replica_named_and_loses_nothing(options: Options) -> None:
    switches(options, lambda node: ["TO", node.host, str(node.port), "TIMEOUT", "10000"], 2)


def failover_to_a_deaf_replica_times_out_and_writes_go_on(options: Options) -> None:
    with make_cluster(options, replicas=1, lines=("repl-timeout 60",)) as cluster:
        primary, target = cluster.servers
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            target.pause()
            goes_on_alone = not nothing_may_be_lost(options)
            if goes_on_alone:
                goes_on(load)
            reply = primary.ask("FAILOVER", "TO", target.host, target.port, "TIMEOUT", "500")
            check(not isinstance(reply, Error), f"FAILOVER: {reply}")
            wait_for(lambda: failover_over(primary), RETURN_SECONDS, "the time-out")
            check(primary.role() == "master", "it is no longer a primary")
            reply = primary.ask("FAILOVER", "TO", target.host, target.port)
            check(not isinstance(reply, Error), f"FAILOVER: {reply}")
            reply = primary.ask("FAILOVER", "ABORT")
            check(not isinstance(reply, Error), f"FAILOVER ABORT: {reply}")
            wait_for(lambda: failover_over(primary), RETURN_SECONDS, "the end of what was aborted")
            if goes_on_alone:
                goes_on(load)
            target.resume()
            goes_on(load)
        cluster.converge(primary)
        verdict_of(options, load.history, primary, strict=True)


WATCHED = [
    a_killed_primary_is_replaced,
    a_paused_primary_returns_as_a_replica,
    two_failovers_in_a_row,
]
ALONE = [
    a_killed_replica_catches_up,
    a_paused_replica_catches_up,
    a_primary_and_its_replicas_come_back_after_a_kill_of_all,
    a_primary_that_lost_its_replica_waits_or_goes_on_as_told,
]
PLANNED = [
    failover_switches_to_any_replica_and_loses_nothing,
    failover_switches_to_the_replica_named_and_loses_nothing,
    failover_to_a_deaf_replica_times_out_and_writes_go_on,
]
PARTS = {"watched": WATCHED, "alone": ALONE, "planned": PLANNED}

if __name__ == "__main__":
    PARSER = arguments(__doc__)
    PARSER.add_argument("--part", choices=sorted(PARTS), help="only these")
    PART = PARSER.parse_known_args()[0].part
    sys.exit(main(PARTS[PART] if PART else [*WATCHED, *ALONE, *PLANNED], PARSER))
