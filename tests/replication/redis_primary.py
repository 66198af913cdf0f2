"""A Redis 7.0 as the primary of ours: what it sends is taken over, all of it, however it comes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import Any

from common import (
    Client,
    Error,
    Server,
    Simple,
    assert_same,
    expect_in_log,
    follow,
    info,
    is_up,
    main,
    ok,
    ours,
    redis_primary,
    same,
    stop,
    wait_for,
    wait_level,
    wait_up,
)
from any_calls import Load, known_commands
from resp import NilArray
from server import die_with_parent, free_port


def fill(client: Client, count: int = 1000) -> None:
    client.pipeline([("SET", f"k{n}", f"v{n}") for n in range(count)])


def a_small_data_set_comes_whole(options: Any, *more: str) -> None:
    for diskless in ("yes", "no"):
        primary = redis_primary("--repl-diskless-sync", diskless)
        replica = ours(options, *more)
        p, r = primary.client(), replica.client()
        fill(p)
        p.call("SELECT", 5)
        p.call("RPUSH", "list", "a", "b")
        p.call("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)")
        follow(r, primary.port)
        wait_up(r)
        p.call("RPUSH", "list", "c")  # the stream goes on in database 5, said or not
        same(p, r)
        assert r.call("FCALL_RO", "f", 0) == Error("READONLY You can't write against a read only replica.")
        stop(primary, replica)


def loading_works_in_every_way(options: Any) -> None:
    for way in ("disabled", "on-empty-db", "swapdb", "flushdb"):
        primary = redis_primary()
        replica = ours(options, "--repl-diskless-load", way)
        p, r = primary.client(), replica.client()
        fill(p)
        r.call("SET", "old", "1")
        r.call("FUNCTION", "LOAD", "#!lua name=old\nredis.register_function('o', function() return 1 end)")
        follow(r, primary.port)
        wait_up(r)
        same(p, r)
        stop(primary, replica)


def old_data_is_served_while_new_data_is_read_beside_it(options: Any) -> None:
    primary, replica = redis_primary(), ours(options, "--repl-diskless-load", "swapdb")
    p, r = primary.client(60), replica.client(60)
    for n in range(0, 60000, 10000):
        p.pipeline([("SET", f"k{n + m}", "v") for m in range(10000)])
    p.call("FUNCTION", "LOAD", "#!lua name=new\nredis.register_function('n', function() return 1 end)")
    r.call("SET", "old", "1")
    watcher, reader = replica.client(), replica.client()
    watcher.call("WATCH", "old")
    p.call("XADD", "s", "1-1", "f", "v")
    follow(r, primary.port)
    reader.send("XREAD", "BLOCK", "0", "STREAMS", "s", "0")
    seen = []
    while not is_up(r):
        seen.append(r.call("GET", "old"))
    assert set(seen) == {b"1"} or set(seen) == {b"1", None}, set(map(repr, seen))
    same(p, r)
    assert reader.read() == [[b"s", [[b"1-1", [b"f", b"v"]]]]]
    watcher.call("MULTI")
    watcher.call("PING")
    assert watcher.call("EXEC") == NilArray()
    stop(primary, replica)


def every_kind_of_call_is_applied(options: Any, *more: str) -> None:
    """What Redis does not pass on to its replicas it does not pass on to us. So another Redis that
    follows is what ours is compared with."""
    primary, replica, theirs = redis_primary(), ours(options, *more), redis_primary()
    p, r, t = primary.client(60), replica.client(60), theirs.client(60)
    load = Load(options.seed, known_commands(p))
    load.run(p, 500)
    follow(r, primary.port)
    follow(t, primary.port)
    wait_up(r)
    wait_up(t)
    for _ in range(8):
        load.run(p, 1500)
        wait_level(p, t)
        wait_level(p, r)
        assert_same(t, r)
    assert "not the primary's any more" not in replica.log()
    assert info(r)["master_link_status"] == "up"
    stop(primary, replica, theirs)


def a_log_that_is_off_is_no_hindrance(options: Any) -> None:
    a_small_data_set_comes_whole(options, "--appendonly", "no")
    every_kind_of_call_is_applied(options, "--appendonly", "no")


def what_has_expired_is_hidden_until_the_primary_says_so(options: Any) -> None:
    primary, replica = redis_primary("--enable-debug-command", "local"), ours(options)
    p, r = primary.client(), replica.client()
    follow(r, primary.port)
    wait_up(r)
    ok(p.call("DEBUG", "SET-ACTIVE-EXPIRE", "0"))
    p.pipeline([("SET", f"k{n}", "v", "PX", "50") for n in range(50)])
    p.call("SET", "stays", "v")
    wait_level(p, r)
    wait_for(lambda: r.call("GET", "k0") is None, 5, "the key to be hidden")
    wait_for(lambda: r.call("KEYS", "*") == [b"stays"], 5, "all to be hidden")
    assert r.call("DBSIZE") == 51
    assert r.call("EXISTS", "k1") == 0 and r.call("TTL", "k2") == -2
    assert r.call("KEYS", "*") == [b"stays"]
    assert r.call("SCAN", "0", "COUNT", "1000")[1] == [b"stays"]
    assert {r.call("RANDOMKEY") for _ in range(20)} == {b"stays"}
    assert r.call("DBSIZE") == 51
    assert p.call("GET", "k0") is None  # now it is deleted, and the replica told
    wait_for(lambda: r.call("DBSIZE") == 50, 10, "the deletion to come")
    stop(primary, replica)


def replies_as_a_replica_should(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    follow(r, primary.port)
    wait_up(r)
    readonly = Error("READONLY You can't write against a read only replica.")
    assert r.call("SET", "a", "b") == readonly
    assert r.call("MULTI") == Simple("OK")
    assert r.call("SET", "a", "b") == readonly
    assert r.call("EXEC").text.startswith("EXECABORT")
    assert r.call("EVAL", "return redis.call('set', 'a', 'b')", 0).text.startswith(readonly.text)
    assert r.call("EVAL", "#!lua\nreturn 1", 0) == readonly
    assert r.call("EVAL", "#!lua flags=no-writes\nreturn 1", 0) == 1
    assert r.call("ROLE")[:4] == [b"slave", b"127.0.0.1", primary.port, b"connected"]
    assert r.call("REPLICAOF", "127.0.0.1", primary.port) == Simple("OK Already connected to specified master")
    assert p.call("SET", "a", "b") == Simple("OK")
    assert p.call("WAIT", 1, 5000) == 1
    ok(r.call("CONFIG", "SET", "replica-serve-stale-data", "no"))
    primary.kill()
    down = Error("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")
    wait_for(lambda: not is_up(r), 10, "the link to be down")
    assert r.call("GET", "a") == down
    assert r.call("EVAL", "return 1", 0) == down
    assert isinstance(r.call("INFO"), bytes)
    ok(r.call("CONFIG", "SET", "replica-serve-stale-data", "yes"))
    assert r.call("GET", "a") == b"b"
    stop(primary, replica)


def what_waits_on_a_replica_is_served_by_what_is_applied(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    reader, watcher, tracker, listener = (replica.client() for _ in range(4))
    follow(r, primary.port)
    wait_up(r)
    p.call("SET", "w", "1")
    p.call("SET", "t", "1")
    wait_level(p, r)
    reader.send("XREAD", "BLOCK", "0", "STREAMS", "s", "$")
    watcher.call("WATCH", "w")
    tracker.call("HELLO", "3")
    tracker.call("CLIENT", "TRACKING", "ON")
    tracker.call("GET", "t")
    listener.call("SUBSCRIBE", "channel")
    wait_for(lambda: info(r, "clients")["blocked_clients"] == "1", 10, "the reader to wait")
    p.call("XADD", "s", "5-1", "f", "v")
    assert reader.read() == [[b"s", [[b"5-1", [b"f", b"v"]]]]]
    p.pipeline([("MULTI",), ("SET", "w", "2"), ("SET", "t", "2"), ("EXEC",)])
    p.call("PUBLISH", "channel", "hello")
    assert listener.read() == [b"message", b"channel", b"hello"]
    assert tracker.read() == [b"invalidate", [b"t"]]
    watcher.call("MULTI")
    watcher.call("GET", "w")
    assert watcher.call("EXEC") == NilArray()
    stop(primary, replica)


def waiting_writers_are_let_go_when_a_primary_becomes_a_replica(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    r, blocked = replica.client(), replica.client()
    blocked.send("BLPOP", "l", "0")
    wait_for(lambda: info(r, "clients")["blocked_clients"] == "1", 10, "the client to wait")
    follow(r, primary.port)
    assert blocked.read() == Error(
        "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"
    )
    stop(primary, replica)


def a_busy_script_holds_the_stream_back(options: Any) -> None:
    primary, replica = redis_primary(), ours(options, "--busy-reply-threshold", "50")
    p, r, slow = primary.client(), replica.client(), replica.client(60)
    follow(r, primary.port)
    wait_up(r)
    p.call("SET", "n", "0")
    wait_level(p, r)
    slow.send("EVAL", "local a = redis.call('get', 'n') while true do end return a", 0)
    wait_for(lambda: isinstance(r.call("GET", "n"), Error), 10, "the script to be busy")
    for n in range(1000):
        p.pipeline([("INCR", "n"), ("RPUSH", "l", "x" * n), ("XADD", "s", "*", "n", n)])
    p.pipeline([("MULTI",), ("FLUSHDB",), ("SET", "n", "1"), ("EXEC",)])
    assert r.call("SCRIPT", "KILL") == Simple("OK")
    slow.read()
    same(p, r)
    stop(primary, replica)


def a_password_and_a_user_are_shown(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    ok(p.call("CONFIG", "SET", "requirepass", "secret"))
    follow(r, primary.port)
    expect_in_log(replica, "NOAUTH")
    ok(r.call("CONFIG", "SET", "masterauth", "secret"))
    wait_up(r)
    ok(p.call("ACL", "SETUSER", "rep", "on", ">pw", "+psync", "+replconf", "+ping"))
    ok(r.call("CONFIG", "SET", "masteruser", "rep"))
    ok(r.call("CONFIG", "SET", "masterauth", "pw"))
    p.call("CLIENT", "KILL", "TYPE", "replica")
    wait_for(lambda: b"user=rep" in p.call("CLIENT", "LIST", "TYPE", "replica"), 20, "the user to be rep")
    stop(replica)
    primary.stop()


def the_configuration_says_who_is_followed(options: Any) -> None:
    with tempfile.TemporaryDirectory(prefix="millstream-test-") as folder:
        configured_in(options, folder)


def configured_in(options: Any, folder: str) -> None:
    path = os.path.join(folder, "test.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write("maxclients 100\n")
    primary = redis_primary()
    replica = ours(options, folder=folder)
    replica.stop()
    replica = ConfiguredServer(options.server, path, folder)
    r = replica.client()
    replies = r.pipeline(
        [
            ("MULTI",),
            ("SLAVEOF", "127.0.0.1", primary.port),
            ("CONFIG", "REWRITE"),
            ("CLIENT", "KILL", "TYPE", "normal"),
            ("CLIENT", "KILL", "TYPE", "pubsub"),
            ("EXEC",),
        ]
    )
    assert replies[-1][:2] == [Simple("OK"), Simple("OK")], replies
    with open(path, encoding="ascii") as file:
        text = file.read()
    assert f"replicaof 127.0.0.1 {primary.port}" in text, text
    r = replica.client()
    assert r.call("CONFIG", "GET", "replicaof") == [b"replicaof", b"127.0.0.1 %d" % primary.port]
    wait_up(r)
    fill(primary.client(), 10)
    same(primary.client(), r)
    assert r.call("REPLICAOF", "NO", "ONE") == Simple("OK")
    ok(r.call("CONFIG", "REWRITE"))
    with open(path, encoding="ascii") as file:
        assert "replicaof" not in file.read()
    replica.stop()
    primary.stop()


class ConfiguredServer(Server):
    """Started from a file."""

    def __init__(self, binary: str, path: str, folder: str) -> None:
        self.path = path
        super().__init__(binary, folder=folder)

    def launch(self, log_mode: str = "wb") -> None:
        self.port = free_port()
        with open(self.log_path, log_mode) as log:
            self.process = subprocess.Popen(
                [self.binary, self.path, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                preexec_fn=die_with_parent,
            )


def large_values_and_transactions_come_whole(options: Any) -> None:
    primary, replica = redis_primary("--client-query-buffer-limit", "1gb"), ours(options)
    p, r = primary.client(120), replica.client(120)
    follow(r, primary.port)
    wait_up(r)
    p.call("SET", "big", b"x" * (40 << 20))
    p.call("MULTI")
    for n in range(300):
        p.call("SET", f"m{n}", b"y" * 100000)
    p.call("EXEC")
    p.pipeline([("APPEND", "a", b"z" * 65000) for _ in range(100)])
    same(p, r)
    stop(primary, replica)


TESTS = [
    a_small_data_set_comes_whole,
    loading_works_in_every_way,
    old_data_is_served_while_new_data_is_read_beside_it,
    every_kind_of_call_is_applied,
    a_log_that_is_off_is_no_hindrance,
    what_has_expired_is_hidden_until_the_primary_says_so,
    replies_as_a_replica_should,
    what_waits_on_a_replica_is_served_by_what_is_applied,
    waiting_writers_are_let_go_when_a_primary_becomes_a_replica,
    a_busy_script_holds_the_stream_back,
    a_password_and_a_user_are_shown,
    the_configuration_says_who_is_followed,
    large_values_and_transactions_come_whole,
]

if __name__ == "__main__":
    sys.exit(main(TESTS))
