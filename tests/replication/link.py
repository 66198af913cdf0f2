"""The link to the primary when it breaks: what is left out of the stream is asked for, and nothing
more; a replica that was killed goes on from its own log."""

from __future__ import annotations

import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from typing import Any

from any_calls import Load, known_commands
from common import (
    position,
    Client,
    Error,
    Server,
    Simple,
    assert_same,
    expect_in_log,
    follow,
    info,
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
from proxy import Proxy
from server import free_port


def full_syncs(server: Server) -> int:
    return server.log().count("Full resync from master")


def partial_syncs(server: Server) -> int:
    return server.log().count("accepted a Partial Resynchronization")


class Writers:
    """Clients that load a primary until they are told to stop."""

    def __init__(self, primary: Server, seed: int, count: int = 2) -> None:
        self.ended = threading.Event()
        self.calls = 0
        names = known_commands(primary.client())
        self.threads = [
            threading.Thread(target=self._write, args=(primary, seed + n, names)) for n in range(count)
        ]
        for thread in self.threads:
            thread.start()

    def _write(self, primary: Server, seed: int, names: set[str]) -> None:
        client, load = primary.client(60), Load(seed, names)
        while not self.ended.is_set():
            load.run(client, 100)
            self.calls += 100
        client.close()

    def __enter__(self) -> "Writers":
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join()


def wait_written(client: Client, size: int = 20000) -> None:
    """Until so many bytes more of the stream have come there."""
    begin = position(client)
    wait_for(lambda: position(client) > begin + size, 20, "more of the stream to come")


def a_connection_that_is_cut_is_continued(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(60), replica.client(60)
    follow(r, primary.port)
    wait_up(r)
    with Writers(primary, options.seed):
        for cuts in range(1, 6):
            wait_written(r)
            assert p.call("CLIENT", "KILL", "TYPE", "replica") == 1
            # what had come before the cut may be a lot, too
            wait_for(lambda: partial_syncs(replica) >= cuts, 20, f"the link to go on after cut {cuts}")
    wait_level(p, r)
    assert full_syncs(replica) == 1, replica.log()[-3000:]
    stop(primary, replica)


def cuts_at_any_byte_lose_nothing(options: Any) -> None:
    primary, replica, theirs = redis_primary(), ours(options), redis_primary()
    p, r, t = primary.client(60), replica.client(60), theirs.client(60)
    follow(t, primary.port)
    wait_up(t)
    with Proxy(primary.port, options.seed) as proxy:
        follow(r, proxy.port)
        wait_up(r)
        proxy.cut_mean = 20000
        proxy.cut()
        with Writers(primary, options.seed):
            wait_for(lambda: proxy.cuts >= 25, 60 * options.slow, "the proxy to cut")
        proxy.cut_mean = None
        wait_level(p, r, 60)
        wait_level(p, t, 60)
        assert_same(t, r)
        assert full_syncs(replica) == 1, replica.log()[-3000:]
    stop(primary, replica, theirs)


def a_full_synchronisation_that_is_cut_is_begun_again(options: Any) -> None:
    for diskless in ("yes", "no"):
        primary, replica = redis_primary("--repl-diskless-sync", diskless), ours(options)
        p, r = primary.client(60), replica.client(60)
        chance = random.Random(options.seed)
        p.pipeline([("SET", f"k{n}", chance.randbytes(1000)) for n in range(2000)])
        r.call("SET", "own", "1")
        with Proxy(primary.port, options.seed) as proxy:
            proxy.cut_mean = 100000
            follow(r, proxy.port)
            wait_for(lambda: proxy.cuts >= 3, 60, "the proxy to cut")
            assert r.call("GET", "own") == b"1"  # until the new data has come whole
            proxy.cut_mean = None
            wait_up(r, 60)
            same(p, r)
        stop(primary, replica)


def a_replica_that_was_killed_goes_on_from_its_log(options: Any) -> None:
    primary, theirs = redis_primary(), redis_primary()
    replica = ours(options, "--appendfsync", "always")
    p, r, t = primary.client(60), replica.client(60), theirs.client(60)
    follow(r, primary.port)
    follow(t, primary.port)
    wait_up(r)
    wait_up(t)
    replica.options = (*replica.options, "--replicaof", f"127.0.0.1 {primary.port}")
    for _ in range(3):
        with Writers(primary, options.seed):
            wait_written(r)
            replica.kill()
            wait_written(p)
        replica.restart()
        r = replica.client(60)
        wait_level(p, r)
        wait_level(p, t)
        assert_same(t, r)
    replica.process.terminate()
    replica.process.wait()
    p.call("SET", "while", "away")
    replica.restart()
    r = replica.client(60)
    wait_level(p, r)
    assert r.call("GET", "while") == b"away"
    assert full_syncs(replica) == 1, replica.log()[-3000:]
    assert partial_syncs(replica) == 4
    stop(primary, replica, theirs)


def a_checkpoint_of_a_replica_is_where_it_goes_on(options: Any) -> None:
    """Its log is the primary's, byte for byte, SELECT left out where the primary left it out."""
    primary = redis_primary()
    replica = ours(options, "--appendfsync", "always")
    p, r = primary.client(60), replica.client(60)
    follow(r, primary.port)
    wait_up(r)
    p.call("SELECT", 7)
    for round_ in range(3):
        p.pipeline([("SET", f"k{n}", round_) for n in range(100)])
        wait_level(p, r)
        wait_for(lambda: not isinstance(r.call("BGREWRITEAOF"), Error), 10, "the checkpoint to begin")
        p.call("INCR", "n")
        expect = round_ + 1
        wait_for(
            lambda: replica.log().count("rewrite finished successfully") == expect, 20, "the checkpoint"
        )
    p.call("SET", "after", "1")
    wait_level(p, r)
    replica.kill()
    replica.options = (*replica.options, "--replicaof", f"127.0.0.1 {primary.port}")
    replica.restart()
    same(p, replica.client(60))
    assert full_syncs(replica) == 1
    stop(primary, replica)


def a_promoted_replica_goes_its_own_way(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    p.call("SELECT", 3)
    p.call("SET", "a", "1")
    follow(r, primary.port)
    wait_up(r)
    p.call("SET", "b", "2")
    wait_level(p, r)
    before = info(r)
    assert r.call("REPLICAOF", "NO", "ONE") == Simple("OK")
    after = info(r)
    assert after["role"] == "master"
    assert after["master_replid"] != before["master_replid"] == after["master_replid2"]
    assert r.call("SET", "own", "1") == Simple("OK")
    r.call("SELECT", 3)
    assert r.call("INCR", "b") == 3
    replica.kill()
    replica.restart()
    r = replica.client()
    assert r.call("GET", "own") == b"1"
    r.call("SELECT", 3)
    assert r.call("GET", "b") == b"3"
    assert info(r)["role"] == "master"
    follow(r, primary.port)  # and back: everything of its own is gone
    wait_up(r)
    same(p, r)
    assert full_syncs(replica) == 2
    stop(primary, replica)


def a_primary_that_says_nothing_is_left(options: Any) -> None:
    """It accepts and is silent: repl-timeout ends that, in the greeting as well as later."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        replica = ours(options, "--repl-timeout", "1")
        r = replica.client()
        follow(r, silent.getsockname()[1])
        expect_in_log(replica, "does not answer PING in time")
        primary = redis_primary("--repl-ping-replica-period", "3600")
        follow(r, primary.port)
        wait_up(r)
        expect_in_log(replica, "MASTER timeout")
        wait_up(r)
        stop(primary, replica)


def another_can_be_followed_whatever_the_link_does(options: Any) -> None:
    """REPLICAOF again and again, to one that is there, to one that is not, and to nobody."""
    first, second, replica = redis_primary(), redis_primary(), ours(options)
    r = replica.client()
    first.client().call("SET", "who", "first")
    second.client().call("SET", "who", "second")
    ports = [first.port, second.port, free_port()]
    for n in range(60):
        follow(r, ports[n % 3]) if n % 7 else ok(r.call("REPLICAOF", "NO", "ONE"))
        time.sleep(0.02 * (n % 4))
    follow(r, second.port)
    wait_up(r)
    same(second.client(), r)
    stop(first, second, replica)


def a_call_that_cannot_be_applied_leads_to_a_full_synchronisation(options: Any) -> None:
    primary, replica = redis_primary(), ours(options, "--replica-read-only", "no")
    p, r = primary.client(), replica.client()
    p.call("SET", "a", "1")
    follow(r, primary.port)
    wait_up(r)
    ok(r.call("DEL", "a"))
    ok(r.call("RPUSH", "a", "list"))  # a writable replica may stray
    p.call("INCR", "a")
    expect_in_log(replica, "The data is not the primary's any more: WRONGTYPE")
    wait_for(lambda: r.call("GET", "a") == b"2", 20, "the full synchronisation")
    same(p, r)
    assert full_syncs(replica) == 2
    stop(primary, replica)


def a_start_after_a_crash_begins_a_history(options: Any) -> None:
    """As a primary: what was lost in the crash may be on replicas under the old id. Who made it a
    replica again has the old id, and goes on from there."""
    first = ours(options, "--appendfsync", "always")
    second = ours(options, "--appendfsync", "always")
    f, s = first.client(), second.client()
    f.call("SET", "a", "1")
    ok(f.call("CONFIG", "SET", "repl-diskless-sync-delay", "0"))
    follow(s, first.port)
    wait_up(s)
    f.call("SET", "b", "2")
    wait_level(f, s)
    old = info(f)["master_replid"]
    first.kill()
    assert s.call("REPLICAOF", "NO", "ONE") == Simple("OK")
    s.call("SET", "c", "3")
    assert info(s)["master_replid2"] == old
    first.restart()
    f = first.client()
    assert info(f)["master_replid"] != old == info(f)["master_replid2"]
    follow(f, second.port)
    wait_up(f)
    same(s, f, foreign=False)
    assert full_syncs(first) == 0 and partial_syncs(first) == 1, first.log()[-2000:]
    assert info(f)["master_replid"] == info(s)["master_replid"]
    first.process.terminate()
    first.process.wait()
    old = info(s)["master_replid"]
    first.restart()  # as a primary, for REPLICAOF was not written to a file: the history is another's
    f = first.client()
    assert info(f)["master_replid"] != old == info(f)["master_replid2"]
    f.call("SET", "astray", "1")
    ok(s.call("SET", "here", "a value that is longer"))
    follow(f, second.port)
    wait_up(f)
    same(s, f, foreign=False)
    assert f.call("EXISTS", "astray") == 0
    stop(first, second)


def end(server: Server) -> None:
    server.process.terminate()
    server.process.wait()


def who_was_away_for_several_starts_goes_on(options: Any) -> None:
    """A replica that knows the name before the name before the last; and one that has appended nothing
    since, so that it bears several names itself, none of which is the newest."""
    first = ours(options, "--repl-diskless-sync-delay", "0", "--appendfsync", "always")
    second, third = (ours(options, "--appendfsync", "always") for _ in range(2))
    f, s, t = first.client(), second.client(), third.client()
    f.call("SET", "a", "1")
    for client in (s, t):
        follow(client, first.port)
        wait_up(client)
    ok(f.call("SET", "a", "2"))
    for client in (s, t):
        wait_level(f, client)
    end(second)
    for n in range(3):
        begin = partial_syncs(third)
        end(first) if n else first.kill()
        first.restart()
        f = first.client()
        if n == 1:  # for the third, nothing comes between the second and the third start
            ok(f.call("SET", "b", "x" * 1000))
        follow(t, first.port)
        wait_for(lambda b=begin: partial_syncs(third) > b, 20, "the third to go on")  # type: ignore[misc]
        wait_up(t)
        wait_level(f, t)
    second.restart()
    s = second.client()
    follow(s, first.port)
    wait_up(s)
    same(f, s, foreign=False)
    same(f, t, foreign=False)
    assert full_syncs(second) == full_syncs(third) == 1
    assert partial_syncs(second) == 1, second.log()[-2000:]
    names = [info(first.client())["master_replid"]]
    for _ in range(2):  # now the first, idle, under two names that nobody knows
        end(first)
        first.restart()
        names.append(info(first.client())["master_replid"])
    assert len(set(names)) == 3
    f = first.client()
    ok(t.call("REPLICAOF", "NO", "ONE"))
    ok(t.call("SET", "c", "3"))
    follow(f, third.port)
    wait_up(f)
    same(t, f, foreign=False)
    assert full_syncs(first) == 0 and partial_syncs(first) == 1, first.log()[-2000:]
    stop(first, second, third)


def who_led_for_a_moment_behind_a_message_goes_on(options: Any) -> None:
    """The message's positions are taken back, and with them nothing that the old name does not tell."""
    primary, replica = (ours(options, "--repl-diskless-sync-delay", "0") for _ in range(2))
    p, r = primary.client(), replica.client()
    follow(r, primary.port)
    wait_up(r)
    ok(p.call("SET", "a", "1"))
    ok(p.call("PUBLISH", "channel", "message"))
    wait_level(p, r)
    assert r.call("REPLICAOF", "NO", "ONE") == Simple("OK")
    follow(r, primary.port)
    wait_up(r)
    ok(p.call("SET", "b", "2"))
    same(p, r, foreign=False)
    assert full_syncs(replica) == 1 and partial_syncs(replica) == 1, replica.log()[-2000:]
    stop(primary, replica)


def a_backup_ends_with_the_data_that_its_log_leads_to(options: Any) -> None:
    """What a log does not tell (a full synchronisation, writes on a replica that is promoted) is in no
    backup that was begun before: it fails, and does not seal other data than there was."""

    def begin(client: Client) -> None:
        ok(client.call("BACKUP", "START"))
        wait_for(lambda: client.call("BACKUP", "STATUS")[1] == b"incrementing", 20, "the backup to begin")

    def expect_failure(client: Client) -> None:
        wait_for(lambda: client.call("BACKUP", "STATUS")[1] == b"failed", 20, "the backup to fail")
        assert client.call("BACKUP", "STATUS")[3] == b"the data was replaced"
        assert isinstance(client.call("BACKUP", "SEAL"), Error)
        wait_for(lambda: client.call("BACKUP", "CLEANUP") == Simple("OK"), 20, "its files to go")

    way = ("--repl-diskless-sync-delay", "0", "--replica-read-only", "no", "--enable-debug-command", "yes")
    for log in ("yes", "no"):
        for loading in ("disabled", "swapdb"):
            primary = ours(options, *way)
            replica = ours(options, "--appendonly", log, "--repl-diskless-load", loading, *way)
            p, r = primary.client(), replica.client()
            ok(p.call("SET", "a", "1"))
            ok(r.call("SET", "own", "1"))
            begin(r)
            follow(r, primary.port)
            wait_up(r)
            expect_failure(r)
            begin(r)
            ok(r.call("SET", "own", "1"))
            assert r.call("REPLICAOF", "NO", "ONE") == Simple("OK")
            expect_failure(r)
            begin(r)
            assert r.call("DEBUG", "RELOAD") == Simple("OK")
            ok(r.call("BACKUP", "SEAL"))  # it was the same data
            wait_for(lambda c=r: c.call("BACKUP", "CLEANUP") == Simple("OK"), 20, "its files to go")
            begin(r)
            assert r.call("DEBUG", "RELOAD", "NOSAVE") == Simple("OK")
            expect_failure(r)
            stop(primary, replica)


def a_stopped_copy_that_is_started_again_is_of_another_history(options: Any) -> None:
    """An old copy of the folder, beside replicas that have more under the old id."""
    folder, copy = tempfile.mkdtemp(prefix="millstream-test-"), tempfile.mkdtemp(prefix="millstream-test-")
    first, replica = ours(options, "--repl-diskless-sync-delay", "0", folder=folder), ours(options)
    r = replica.client()
    first.client().call("SET", "a", "1")
    first.process.terminate()
    first.process.wait()
    shutil.copytree(folder, copy, dirs_exist_ok=True)
    first.restart()
    f = first.client()
    follow(r, first.port)
    wait_up(r)
    f.call("SET", "new", "x" * 100)
    wait_level(f, r)
    stop(first)
    second = ours(options, "--repl-diskless-sync-delay", "0", folder=copy)
    s = second.client()
    s.call("SET", "other", "y" * 300)
    begin = len(replica.log())
    follow(r, second.port)
    wait_up(r)
    same(s, r, foreign=False)
    assert "Partial Resynchronization" not in replica.log()[begin:]
    assert r.call("EXISTS", "new") == 0
    stop(second, replica)
    shutil.rmtree(folder)
    shutil.rmtree(copy)


def who_lost_its_data_asks_for_all_whomever_it_follows(options: Any) -> None:
    """A snapshot could not be read: what there was is gone, and the log still has it. Neither another
    primary of the same history nor a checkpoint may take the one for the other."""
    primary, replica = ours(options, "--repl-diskless-sync-delay", "0"), ours(options)
    p, r = primary.client(), replica.client()
    p.call("SET", "old", "1")
    follow(r, primary.port)
    wait_up(r)
    wait_level(p, r)
    begin = len(replica.log())
    with FalsePrimary(b"REDIS0010\xfe\x00\x00\x03abc\x05short") as false:
        follow(r, false.port)
        wait_for(lambda: "incoming" in replica.log()[begin:], 10, "the refusal")
        assert isinstance(r.call("BGREWRITEAOF"), Error)
        p.call("SET", "new", "1")
        follow(r, primary.port)
        wait_up(r)
    same(p, r, foreign=False)
    assert r.call("GET", "old") == b"1"
    stop(primary, replica)


def what_a_replica_was_told_by_others_is_kept_when_it_is_promoted(options: Any) -> None:
    """Its log and the other replicas do not have it, so they get all of it."""
    for diskless in ("yes", "no"):
        way = ("--repl-diskless-sync", diskless, "--repl-diskless-sync-delay", "0")
        primary, other = ours(options, *way), ours(options)
        astray = ours(options, *way, "--replica-read-only", "no")
        p, a, o = primary.client(), astray.client(), other.client()
        follow(a, primary.port)
        follow(o, primary.port)
        wait_up(a)
        wait_up(o)
        p.call("SET", "a", "1")
        wait_level(p, a)
        wait_level(p, o)
        ok(a.call("SET", "own", "1"))
        assert a.call("REPLICAOF", "NO", "ONE") == Simple("OK")
        follow(o, astray.port)
        wait_up(o)
        same(a, o, foreign=False)
        assert o.call("GET", "own") == b"1"
        astray.kill()
        astray.restart()
        assert astray.client().call("MGET", "a", "own") == [b"1", b"1"]
        stop(primary, astray, other)


def the_log_may_be_switched_while_a_snapshot_is_loaded(options: Any) -> None:
    """It is, once that is done; and what is loaded does not get under the name of what was there."""
    for before, after in (("yes", "no"), ("no", "yes")):
        primary = ours(options, "--repl-diskless-sync-delay", "0", "--enable-debug-command", "yes")
        replica = ours(options, "--appendonly", before)
        p, r = primary.client(), replica.client()
        ok(r.call("SET", "own", "1"))
        ok(p.call("DEBUG", "POPULATE", 400000, "key", 20))
        follow(r, primary.port)
        expect_in_log(replica, "loading them in memory", seconds=60)
        ok(replica.client().call("CONFIG", "SET", "appendonly", after))
        wait_for(lambda: info(r, "persistence")["aof_enabled"] == str(int(after == "yes")), 60, "the log")
        wait_up(r)
        p.call("SET", "last", "1")
        wait_level(p, r)
        assert r.call("DBSIZE") == p.call("DBSIZE") and r.call("EXISTS", "own") == 0
        assert info(r)["master_replid"] == info(p)["master_replid"]
        stop(primary, replica)


def keys_on_their_way_to_a_target_stay_when_this_server_is_demoted(options: Any) -> None:
    """MIGRATE deletes what the target has taken. Here that would be deleted for nobody else."""
    for read_only in ("yes", "no"):
        first = ours(options, "--repl-diskless-sync-delay", "0", "--replica-read-only", read_only)
        second, target = ours(options, "--repl-diskless-sync-delay", "0"), redis_primary()
        f, s, t = first.client(), second.client(), target.client()
        follow(s, first.port)
        wait_up(s)
        keys = [f"k{n}" for n in range(20)]
        f.pipeline([("SET", key, random.randbytes(100)) for key in keys])
        wait_level(f, s)
        with Proxy(target.port, options.seed) as proxy:
            proxy.delay_s = 0.5
            mover = first.client(60)
            mover.send("MIGRATE", "127.0.0.1", proxy.port, "", 0, 30000, "KEYS", *keys)
            wait_for(lambda: t.call("DBSIZE") == len(keys), 20, "the target to have them")
            assert s.call("REPLICAOF", "NO", "ONE") == Simple("OK")
            follow(f, second.port)
            reply = mover.read()
        if read_only == "yes":
            assert isinstance(reply, Error) and reply.text.startswith("UNBLOCKED"), reply
        wait_up(f)
        assert s.call("EXISTS", *keys) == t.call("EXISTS", *keys) == len(keys)
        if read_only == "yes":
            same(s, f, foreign=False)
        stop(first, second, target)


def what_is_told_of_the_link_is_so(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()

    def number(name: str, section: str = "replication") -> float:
        return float(info(r, section).get(name, 0))

    p.pipeline([("SET", f"k{n}", random.randbytes(1000)) for n in range(3000)])
    with Proxy(primary.port, options.seed) as proxy:
        proxy.refuses = True
        follow(r, proxy.port)
        wait_for(lambda: number("master_total_sync_attempts") >= 2, 20, "a second attempt")
        told = info(r)
        assert told["master_current_sync_attempts"] == told["master_total_sync_attempts"]
        assert told["master_link_down_since_seconds"] == "-1"  # it was never there
        assert "master_link_up_since_seconds" not in told and "master_client_io_thread" not in told
        proxy.delay_s, proxy.refuses = 0.05, False
        wait_for(lambda: "master_sync_perc" in info(r), 20, "the snapshot to come")
        wait_for(lambda: 0 < float(info(r).get("master_sync_read_bytes", 0)), 20, "some of it")
        proxy.delay_s = 0.0
        wait_up(r)
        told = info(r)
        assert told["replica_full_sync_buffer_size"] == told["replica_full_sync_buffer_peak"] == "0"
        assert "master_link_down_since_seconds" not in told and told["master_client_io_thread"] == "0"
        assert int(told["total_disconnect_time_sec"]) >= 1
        attempts, before = int(told["master_total_sync_attempts"]), int(told["total_disconnect_time_sec"])
        assert int(told["master_current_sync_attempts"]) == attempts >= 2  # the second may have been let in
        wait_for(lambda: number("master_link_up_since_seconds") >= 1, 20, "a second to pass")
        proxy.refuses = True
        proxy.cut()
        wait_for(lambda: number("master_link_down_since_seconds") >= 2, 20, "it to be down for a while")
        proxy.refuses = False
        wait_up(r)
        told = info(r)
        assert int(told["master_total_sync_attempts"]) == attempts + int(told["master_current_sync_attempts"])
        assert int(told["total_disconnect_time_sec"]) >= before + 2
        big = ("SET", "big", "x" * 100000)
        wait_for(lambda: p.call(*big) and number("instantaneous_input_repl_kbps", "stats") > 0, 20, "a rate")
        wait_level(p, r)
        assert info(r, "stats")["slave_expires_tracked_keys"] == "0"
    received = number("total_net_repl_input_bytes", "stats")
    assert received > 3_000_000
    ok(r.call("REPLICAOF", "NO", "ONE"))
    assert number("total_net_repl_input_bytes", "stats") >= received
    assert "master_total_sync_attempts" not in info(r)
    stop(primary, replica)


def a_snapshot_that_is_damaged_is_refused(options: Any) -> None:
    replica = ours(options)
    r = replica.client()
    r.call("SET", "own", "1")
    with FalsePrimary(b"REDIS0010\xfe\x00\x00\x03abc\x05short") as primary:
        follow(r, primary.port)
        expect_in_log(replica, "Following 127.0.0.1")
        wait_for(lambda: primary.served >= 1, 10, "the snapshot to be sent")
        wait_for(lambda: replica.log().count("incoming-") >= 1, 10, "the refusal")
        assert r.call("REPLICAOF", "NO", "ONE") == Simple("OK")
    ok(r.call("SET", "new", "1"))
    before = sorted(r.call("KEYS", "*"))
    replica.kill()
    replica.restart()
    assert sorted(replica.client().call("KEYS", "*")) == before
    stop(replica)


class FalsePrimary:
    """Answers the greeting, and sends these bytes as the snapshot."""

    def __init__(self, snapshot: bytes) -> None:
        self.snapshot, self.served = snapshot, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> "FalsePrimary":
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._talk(connection)
                except OSError:
                    pass

    def _talk(self, connection: socket.socket) -> None:
        while data := connection.recv(4096):
            if b"PSYNC" in data:
                connection.sendall(b"+FULLRESYNC " + b"a" * 40 + b" 1000\r\n")
                connection.sendall(b"$%d\r\n" % len(self.snapshot) + self.snapshot)
                self.served += 1
            elif b"PING" in data:
                connection.sendall(b"+PONG\r\n")
            elif b"REPLCONF" in data and b"ACK" not in data:
                connection.sendall(b"+OK\r\n")


TESTS = [
    a_connection_that_is_cut_is_continued,
    cuts_at_any_byte_lose_nothing,
    a_full_synchronisation_that_is_cut_is_begun_again,
    a_replica_that_was_killed_goes_on_from_its_log,
    a_checkpoint_of_a_replica_is_where_it_goes_on,
    a_promoted_replica_goes_its_own_way,
    a_primary_that_says_nothing_is_left,
    another_can_be_followed_whatever_the_link_does,
    a_call_that_cannot_be_applied_leads_to_a_full_synchronisation,
    a_start_after_a_crash_begins_a_history,
    who_was_away_for_several_starts_goes_on,
    who_led_for_a_moment_behind_a_message_goes_on,
    a_backup_ends_with_the_data_that_its_log_leads_to,
    a_stopped_copy_that_is_started_again_is_of_another_history,
    who_lost_its_data_asks_for_all_whomever_it_follows,
    what_a_replica_was_told_by_others_is_kept_when_it_is_promoted,
    the_log_may_be_switched_while_a_snapshot_is_loaded,
    a_snapshot_that_is_damaged_is_refused,
    keys_on_their_way_to_a_target_stay_when_this_server_is_demoted,
    what_is_told_of_the_link_is_so,
]

if __name__ == "__main__":
    sys.exit(main(TESTS))
