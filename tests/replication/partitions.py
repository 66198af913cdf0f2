#!/usr/bin/env python3
"""The network between a primary, its replicas and the sentinels is cut and healed again.

Each has a network namespace of its own (tests/lib/namespaces.py); needs root, else it is skipped.
The test's own clients reach everybody all the time, as clients on each side of a cut would.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Iterator

from failover_common import (
    Cluster,
    Load,
    Node,
    Options,
    Skip,
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
from cluster import Place
from namespaces import Network, why_not

HEAL_SECONDS = 40  # links find out about a cut by time-outs, and try again with growing pauses
SENTINELS = 3
# A primary that is alone stops taking writes within min-replicas-max-lag (2 s) and a bit.
CAREFUL = ("min-replicas-to-write 1",)
ALONE_SECONDS = 10


class Split:
    """A cluster whose members are named by their addresses to the network."""

    def __init__(self, network: Network, cluster: Cluster) -> None:
        self.network, self.cluster = network, cluster

    def cut(self, some: list[Node], both_ways: bool = True) -> None:
        """Between these and all others."""
        apart = [node.host for node in some]
        rest = [host.address for host in self.network.hosts if host.address not in apart]
        self.network.cut(apart, rest, both_ways)

    def heal(self) -> None:
        self.network.heal()


@contextlib.contextmanager
def split(options: Options, replicas: int = 2, lines: tuple[str, ...] = (), watched: bool = True) -> Iterator[Split]:
    reason = why_not()
    if reason:
        raise Skip(reason)
    with Network(replicas + 1 + (SENTINELS if watched else 0)) as network:
        places = [Place(host.address, host.prefix) for host in network.hosts]
        with make_cluster(options, replicas, lines, places=places) as cluster:
            if watched:
                cluster.watch(options.sentinel, SENTINELS)
                cluster.hurry()
            yield Split(network, cluster)


def stubborn(options: Options, old: Node, load: Load) -> Load:
    """Writers that stay with the old primary, on its side of the cut; its reader looks there too."""
    return Load(fixed(old), 2, waits_for(options), load.history, "stubborn", reader=True)


def refuses(node: Node) -> bool:
    """NOREPLICAS: min-replicas-to-write. It takes no write, so it adds nothing to the history."""
    reply = node.ask("SET", "probe", "x", timeout=2.0)
    return "NOREPLICAS" in str(reply)


def a_primary_cut_off_refuses_writes_and_comes_back_as_a_replica(options: Options) -> None:
    with split(options, lines=CAREFUL) as parts:
        cluster = parts.cluster
        old = cluster.primary()
        with make_load(options, cluster) as load, stubborn(options, old, load) as left:
            goes_on(load)
            goes_on(left, "stubborn")
            cut = time.monotonic()
            parts.cut([old])
            wait_for(lambda: refuses(old), ALONE_SECONDS, "the primary alone to refuse writes")
            refused = time.monotonic()
            cluster.switched(old)
            goes_on(load, "writer")
            check(old.role() == "master", "the old primary can't know yet")
            check(not left.acknowledged(refused + 0.5, "stubborn"), "it acknowledged after it had refused")
            healed = time.monotonic()
            parts.heal()
            new = cluster.one_again(HEAL_SECONDS)
            took = time.monotonic() - healed
            print(f"     refused after {refused - cut:.1f} s, one again {took:.1f} s after healing")
            goes_on(load, "writer")
        cluster.converge(new)
        verdict_of(options, load.history, new, nothing_may_be_lost(options), cut)


def a_primary_cut_off_without_a_limit_loses_what_it_took_alone(options: Options) -> None:
    """It takes writes until it is healed, unless sync-replicas makes them wait; those only are lost."""
    with split(options) as parts:
        cluster = parts.cluster
        old = cluster.primary()
        with make_load(options, cluster) as load, stubborn(options, old, load) as left:
            goes_on(left, "stubborn")
            goes_on(load, "writer")
            cut = time.monotonic()
            parts.cut([old])
            cluster.switched(old)
            goes_on(load, "writer")
            parts.heal()
            new = cluster.one_again(HEAL_SECONDS)
        cluster.converge(new)
        verdict = verdict_of(options, load.history, new, nothing_may_be_lost(options), cut)
        strangers = [lost for lost in verdict.missing if lost.server != old.address]
        check(not strangers, f"what the new primary acknowledged is lost too: {strangers[:3]}")


def a_replica_cut_off_catches_up(options: Options) -> None:
    with split(options, watched=False) as parts:
        cluster = parts.cluster
        primary = cluster.primary()
        victim = cluster.others(primary)[0]
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            parts.cut([victim])
            wait_for(lambda: primary.info().get("connected_slaves") == "1", HEAL_SECONDS, "the primary's time-out")
            wait_for(lambda: victim.info().get("master_link_status") == "down", HEAL_SECONDS, "the replica's time-out")
            goes_on(load)
            parts.heal()
            cluster.wait_to_follow(primary, HEAL_SECONDS)
            goes_on(load)
        cluster.converge(primary)
        verdict = verdict_of(options, load.history, primary, strict=True)
        check(not verdict.outcomes["error"], "the primary refused writes")


def a_replica_that_hears_nothing_catches_up(options: Options) -> None:
    """One way only: what the replica says arrives, what the primary says does not."""
    with split(options, watched=False) as parts:
        cluster = parts.cluster
        primary = cluster.primary()
        victim = cluster.others(primary)[0]
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            parts.network.cut([primary.host], [victim.host], both_ways=False)
            wait_for(lambda: victim.info().get("master_link_status") == "down", HEAL_SECONDS, "repl-timeout")
            goes_on(load)
            parts.heal()
            cluster.wait_to_follow(primary, HEAL_SECONDS)
            goes_on(load)
        cluster.converge(primary)
        verdict_of(options, load.history, primary, strict=True)


def have_given_up(cluster: Cluster, sentinels: list[Node]) -> bool:
    """They tried to fail over, and none of them is at it any more: what is healed now stays as it was."""
    at_it = any("failover_in_progress" in cluster.seen(one).get("flags", "") for one in sentinels)
    return not at_it and any("-failover-abort-" in one.log() for one in sentinels)


def most_sentinels_cut_off_switch_nothing(options: Options) -> None:
    """They hold the primary for dead and have the majority, but no replica that they could promote."""
    with split(options) as parts:
        cluster = parts.cluster
        primary = cluster.primary()
        far = cluster.sentinels[1:]
        with make_load(options, cluster, find=fixed(primary)) as load:
            goes_on(load)
            parts.cut(far)
            wait_for(lambda: all("down" in cluster.seen(one).get("flags", "") for one in far), HEAL_SECONDS, "s_down")
            wait_for(lambda: have_given_up(cluster, far), HEAL_SECONDS, "the attempt to fail over, and its end")
            goes_on(load)
            parts.heal()
            cluster.settle()
            goes_on(load)
        check(cluster.primary() is primary, "it was switched all the same")
        cluster.converge(primary)
        verdict = verdict_of(options, load.history, primary, strict=True)
        check(not verdict.outcomes["error"], "the primary refused writes")


RULES = [
    a_primary_cut_off_refuses_writes_and_comes_back_as_a_replica,
    a_primary_cut_off_without_a_limit_loses_what_it_took_alone,
    a_replica_cut_off_catches_up,
    a_replica_that_hears_nothing_catches_up,
    most_sentinels_cut_off_switch_nothing,
]

if __name__ == "__main__":
    sys.exit(main(RULES, arguments(__doc__)))
