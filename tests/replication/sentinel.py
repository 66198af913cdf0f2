#!/usr/bin/env python3
"""Stock redis-sentinels, unmodified, watch a primary and its replicas: they find all, they fail over
when the primary is killed under load and its clients go on, and they switch when asked to.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

from failover_common import (
    Cluster,
    Load,
    Node,
    Options,
    arguments,
    check,
    goes_on,
    main,
    make_cluster,
    make_load,
    nothing_may_be_lost,
    time,
    verdict_of,
    wait_for,
)
from cluster import flat
from load import node_environment
from resp import Client, Closed, Error

HERE = pathlib.Path(__file__).resolve().parent
DEBIAN_PYTHON = "/usr/bin/python3"  # python3-redis belongs to it
WRITABLE_SECONDS = 5.0  # after the primary is killed, with down-after-milliseconds 1000
ATTEMPTS = 3  # of which the sentinels may spoil all but one: with split votes, or starved of CPU


def foreign_clients(options: Options, cluster: Cluster, load: Load) -> list[str]:
    """Starts the clients of other people that are installed; gives their names."""
    sentinels = [node.address for node in cluster.sentinels]
    programs = []
    if subprocess.run([DEBIAN_PYTHON, "-c", "import redis"], capture_output=True, check=False).returncode == 0:
        programs.append("redis-py")
        command = [DEBIAN_PYTHON, str(HERE / "load_redis_py.py"), "redis-py", *sentinels]
        load.program("redis-py", command, {**os.environ})
    else:
        print("     left out: no python3-redis")
    if options.node_folder and os.path.isdir(os.path.join(options.node_folder, "node_modules")):
        programs.append("ioredis")
        environment = node_environment({**os.environ}, options.node_folder)
        load.program("ioredis", ["node", str(HERE / "load_ioredis.js"), "ioredis", *sentinels], environment)
    else:
        print("     left out: no ioredis")
    return programs


def comes_back(cluster: Cluster, old: Node) -> Node:
    """The killed one is run again as it was, and is made a replica of the new primary, which is given."""
    cluster.hurry()
    old.restart()
    return cluster.one_again(40)


def kill_under_load(options: Options, attempt: int) -> bool:
    """False if it took too long and the sentinels say why that is not the servers' doing."""
    with make_cluster(options) as cluster:
        cluster.watch(options.sentinel, down_after_ms=1000)
        old = cluster.primary()
        with make_load(options, cluster, writers=2) as load:
            clients = [*foreign_clients(options, cluster, load), "writer"]
            for client in clients:
                goes_on(load, client)
            killed = time.monotonic()
            old.kill()
            took = {client: goes_on(load, client, killed + 0.5, 1) - killed for client in clients}
            cluster.switched(old)
            print("     writable again after", ", ".join(f"{took[client]:.2f} s ({client})" for client in clients))
            excuse = cluster.bad_luck()
            new = comes_back(cluster, old)
            check(new is not old, "the old primary leads again")
            goes_on(load)
        cluster.converge(new)
        verdict_of(options, load.history, new, nothing_may_be_lost(options), killed)
        late = [client for client in clients if took[client] > WRITABLE_SECONDS]
        if late and excuse and attempt < ATTEMPTS:
            print(f"     {late} waited longer than {WRITABLE_SECONDS} s, but {excuse}: once more")
            return False
        check(not late, f"{late} waited longer than {WRITABLE_SECONDS} s: {took}")
        return True


def clients_write_again_within_five_seconds_after_a_kill(options: Options) -> None:
    attempt = 1
    while not kill_under_load(options, attempt):
        attempt += 1


def offsets_are_seen(sentinel: Node) -> bool:
    """By them it chooses whom to promote. They grow by the primary's pings alone."""
    replicas = sentinel.ask("SENTINEL", "REPLICAS", "main")
    return all(int(flat(fields)["slave-repl-offset"]) > 0 for fields in replicas)


def sentinels_find_replicas_and_each_other(options: Options) -> None:
    with make_cluster(options) as cluster:
        cluster.watch(options.sentinel)
        cluster.hurry()
        for sentinel in cluster.sentinels:
            wait_for(lambda: offsets_are_seen(sentinel), 20, f"{sentinel} to see offsets of the replicas")
            reply = sentinel.ask("SENTINEL", "CKQUORUM", "main")
            check(not isinstance(reply, Error), f"CKQUORUM: {reply}")
            replicas = sentinel.ask("SENTINEL", "REPLICAS", "main")
            ports = sorted(int(fields[fields.index(b"port") + 1]) for fields in replicas)
            check(ports == sorted(node.port for node in cluster.servers[1:]), f"replicas {ports}")
            for fields in replicas:
                told = flat(fields)
                check(told["slave-priority"] == "100", f"INFO of a replica was read as {told}")
                check(told["master-port"] == str(cluster.servers[0].port), f"INFO of a replica was read as {told}")


def is_ended(client: Client) -> bool:
    """The server has closed this connection."""
    try:
        while client.pending(0.001):
            client.read()
        return False
    except (Closed, OSError):
        return True


def ask_for_a_switch(cluster: Cluster) -> None:
    reply = cluster.sentinels[0].ask("SENTINEL", "FAILOVER", "main")
    check(not isinstance(reply, Error), f"SENTINEL FAILOVER: {reply}")


def a_switch_by_sentinel_is_done_under_load(options: Options) -> None:
    """What SENTINEL FAILOVER needs of a server: SLAVEOF in MULTI, CONFIG REWRITE, CLIENT KILL TYPE."""
    with make_cluster(options) as cluster:
        cluster.watch(options.sentinel)
        cluster.hurry()
        cluster.settle()
        old = cluster.primary()
        with make_load(options, cluster) as load:
            goes_on(load)
            idle, subscriber = old.client(), old.client()
            idle.call("PING")
            subscriber.call("SUBSCRIBE", "news")
            asked = time.monotonic()
            ask_for_a_switch(cluster)
            new = cluster.switched(old)
            first = goes_on(load, since=time.monotonic())
            print(f"     the first acknowledgement of {new} was known after {first - asked:.2f} s")
            wait_for(lambda: is_ended(idle), 20, "the old primary's clients to be disconnected")
            wait_for(lambda: is_ended(subscriber), 20, "its subscribers to be disconnected")
            new = cluster.one_again()
        cluster.converge(new)
        # Sentinel's own switch does not wait for the replica, so the tail may be lost, as with a kill.
        verdict_of(options, load.history, new, nothing_may_be_lost(options), asked)
        for node in cluster.servers:
            text = node.config_path.read_text(encoding="utf-8")
            told = f"replicaof {new.host} {new.port}" in text.replace("slaveof", "replicaof")
            check(told == (node is not new), f"CONFIG REWRITE of {node} left:\n{text}")
        for client in (idle, subscriber):
            client.close()


def a_switch_survives_a_restart_of_all(options: Options) -> None:
    """Who was demoted comes back as a replica by itself, without a sentinel."""
    with make_cluster(options, replicas=1) as cluster:
        cluster.watch(options.sentinel)
        cluster.hurry()
        cluster.settle()
        old = cluster.primary()
        client = old.client()
        client.call("SET", "k", "v")
        client.close()
        cluster.converge(old)
        ask_for_a_switch(cluster)
        new = cluster.switched(old)
        new = cluster.one_again()
        cluster.settle()
        for sentinel in cluster.sentinels:
            sentinel.kill()
        for node in cluster.servers:
            node.kill()
        for node in cluster.servers:
            node.restart()
        check(cluster.primary() is new, f"{new} is no longer the primary")
        cluster.converge(new)
        check(new.ask("GET", "k") == b"v", "the data is lost")


RULES = [
    sentinels_find_replicas_and_each_other,
    clients_write_again_within_five_seconds_after_a_kill,
    a_switch_by_sentinel_is_done_under_load,
    a_switch_survives_a_restart_of_all,
]

if __name__ == "__main__":
    PARSER = arguments(__doc__)
    PARSER.add_argument("--node-folder", help="where node's modules are installed")
    sys.exit(main(RULES, PARSER))
