"""What a primary does for its replicas, which are made by hand here (tests/lib/replica.py): they get
everything and then every byte at its position, whether from memory or from the disk; what they
acknowledge is what clients wait for; a slow one costs the primary nothing."""

from __future__ import annotations

import contextlib
import os
import pathlib
import random
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from typing import Any

from common import (
    Client,
    Error,
    Server,
    Simple,
    expect_in_log,
    follow,
    info,
    main,
    ok,
    same,
    wait_for,
    wait_up,
)
from replica import FakeReplica, Refused
from resp import encode
from server import free_port

OK = Simple("OK")
DISK = ("--repl-diskless-sync", "no")
PIPE = ("--repl-diskless-sync-delay", "0")
EOF = ("eof", "psync2", "millstream")


class Ours(Server):
    """Ends well, or the test fails."""

    def __exit__(self, kind: object, *_: object) -> None:
        code = self.stop()
        if kind is None:
            assert code == 0, f"the server ended with {code}:\n{self.last_log[-9000:]}"
        else:
            print(self.last_log[-3000:])


def start(options: Any, *more: str, log: str = "yes") -> Server:
    return Ours(options.server, "--appendonly", log, "--reactors", str(options.reactors), *more)


def stats(client: Client) -> dict[str, str]:
    return info(client, "stats")


def offset(client: Client) -> int:
    return int(info(client)["master_repl_offset"])


def fill(client: Client, count: int, size: int, prefix: str = "key") -> None:
    value = os.urandom(size)  # so that nothing makes it smaller
    for at in range(0, count, 100):
        calls = [("SET", f"{prefix}:{i}", value) for i in range(at, min(at + 100, count))]
        assert client.pipeline(calls) == [OK] * len(calls)


def commands(stream: bytes) -> list[list[bytes]]:
    """The calls of a stream, without the newlines between them. Fails if it is none."""
    found, at = [], 0
    while at < len(stream):
        if stream[at : at + 1] == b"\n":
            at += 1
            continue
        words, begin = [], at
        assert stream[at : at + 1] == b"*", f"no call at {at}: {stream[at - 40 : at + 40]!r}"
        end = stream.find(b"\r\n", at)
        if end < 0:
            break
        count, at = int(stream[at + 1 : end]), end + 2
        for _ in range(count):
            end = stream.find(b"\r\n", at)
            if end < 0:
                return found
            size = int(stream[at + 1 : end])
            if end + 2 + size + 2 > len(stream):
                return found
            words.append(stream[end + 2 : end + 2 + size])
            at = end + 2 + size + 2
        assert at > begin
        found.append(words)
    return found


def thread_names(process: int) -> set[str]:
    names = set()
    for thread in pathlib.Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            names.add((thread / "comm").read_text(encoding="ascii").strip())
    return names


def data_of(stream: bytes) -> list[list[bytes]]:
    """Its calls but for messages, which a replica that is served from the disk does not get."""
    return [words for words in commands(stream) if words[0] not in (b"PING", b"REPLCONF", b"PUBLISH")]


# --- Synchronisation.


def test_full_synchronisation_from_the_disk_and_the_stream_behind_it(options: Any) -> None:
    with start(options, *DISK) as server:
        client = server.client()
        fill(client, 500, 50)
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            assert replica.snapshot.startswith(b"REDIS"), replica.snapshot[:20]
            assert replica.id == info(client)["master_replid"]
            ok(client.call("SELECT", 3))
            ok(client.call("SET", "last", "one"))
            replica.receive_words(b"last\r\n$3\r\none\r\n")
            assert data_of(replica.stream)[-2:] == [[b"SELECT", b"3"], [b"SET", b"last", b"one"]]
            assert replica.position == offset(client)
        assert stats(client)["sync_full"] == "1"


def test_without_the_disk_who_comes_in_time_shares_one_child(options: Any) -> None:
    with start(options, "--repl-diskless-sync-delay", "60", "--repl-diskless-sync-max-replicas", "3") as server:
        client = server.client()
        fill(client, 2000, 500)
        replicas = [FakeReplica(server.port, capabilities=EOF) for _ in range(3)]
        for replica in replicas:
            replica.socket.sendall(b"PSYNC ? -1\r\n")
        for replica in replicas:
            replica.synchronise(("REPLCONF", "ACK", 0))  # which has no answer: PSYNC has
        assert len({replica.snapshot for replica in replicas}) == 1
        ok(client.call("SET", "x", "behind"))
        for replica in replicas:
            replica.receive_words(b"behind\r\n")
            assert data_of(replica.stream)[-1] == [b"SET", b"x", b"behind"]
            replica.cut()
        assert server.log().count("Background RDB transfer started") == 1


def test_a_snapshot_whose_child_dies_ends_the_connection(options: Any) -> None:
    with start(options, "--repl-diskless-sync-delay", "0") as server:
        client = server.client()
        fill(client, 3000, 10000)
        with FakeReplica(server.port, capabilities=EOF, receive_buffer=4096) as replica:
            replica.socket.sendall(b"PSYNC ? -1\r\n")
            expect_in_log(server, "Background RDB transfer started by pid")
            pid = int(server.log().split("Background RDB transfer started by pid ")[1].split()[0])
            os.kill(pid, signal.SIGKILL)
            try:
                replica.synchronise(("PING",))
            except (ConnectionError, OSError):
                pass
            else:
                raise AssertionError("half a snapshot was taken for a whole one")
        with FakeReplica(server.port, capabilities=EOF) as replica:
            replica.synchronise()


def test_a_snapshot_nobody_waits_for_any_more_is_given_up(options: Any) -> None:
    with start(options, *PIPE) as server:
        fill(server.client(), 3000, 10000)
        replica = FakeReplica(server.port, capabilities=EOF, receive_buffer=4096)
        replica.socket.sendall(b"PSYNC ? -1\r\n")
        expect_in_log(server, "Background RDB transfer started by pid")
        replica.cut()
        expect_in_log(server, "Background RDB transfer has failed")


def test_who_was_away_for_a_moment_goes_on_where_it_was(options: Any) -> None:
    with start(options, *DISK) as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            ok(client.call("SET", "a", 1))
            replica.receive_words(b"$1\r\na\r\n$1\r\n1\r\n")
            replica.cut()
            ok(client.call("SET", "b", 2))
            assert replica.resume()
            ok(client.call("SET", "c", 3))
            replica.receive_words(b"$1\r\nc\r\n$1\r\n3\r\n")
            assert [words[1] for words in data_of(replica.stream)][-3:] == [b"a", b"b", b"c"]
        assert stats(client)["sync_partial_ok"] == "1"


def test_who_was_away_for_long_is_served_from_the_disk(options: Any) -> None:
    with start(options, *DISK) as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            begin = replica.position
            for i in range(6):
                fill(client, 400, 10000, f"round{i}")
                ok(client.call("PUBLISH", "news", "m" * 1000))
            whole = offset(client)
            replica.receive_until(whole)
            first = bytes(replica.stream)
            expect_in_log(server, "gets the stream from memory")
            assert replica.resume(position=begin)
            expect_in_log(server, "gets the stream from the log on disk")
            replica.receive_until(whole)
            assert data_of(first) == data_of(bytes(replica.stream)[: whole - begin])
            assert len(data_of(first)) >= 2400


def test_what_is_not_of_this_history_begins_anew(options: Any) -> None:
    with start(options, *DISK) as server:
        client = server.client()
        fill(client, 10, 10)
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            here = replica.position
            assert not replica.resume(history="0" * 40, position=here)
            assert not replica.resume(position=here + 10**9)
            assert stats(client)["sync_partial_err"] == "2"
            assert not replica.resume(history="?", position=-2)
        assert stats(client)["sync_partial_ok"] == "0"


def test_what_the_log_does_not_hold_any_more_begins_anew(options: Any) -> None:
    with start(options, *DISK, "--repl-backlog-size", "1", "--log-segment-size", "1mb") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            begin = replica.position
            replica.cut()
            wait_for(lambda: info(client)["connected_slaves"] == "0", 10, "the replica to be gone")
            fill(client, 500, 10000)
            for _ in range(2):
                ok(client.call("BGREWRITEAOF"))
                wait_for(lambda: info(client, "persistence")["aof_rewrite_in_progress"] == "0", 20, "the rewrite")
                fill(client, 500, 10000)
            assert not replica.resume(position=begin)


def test_strangers_are_told_that_they_can_not_follow(options: Any) -> None:
    with start(options, *DISK) as server:
        for command in (("PSYNC", "?", -1), ("SYNC",)):
            with FakeReplica(server.port, capabilities=("eof", "psync2")) as replica:
                try:
                    replica.call(*command)
                except Refused as why:
                    assert "millstream" in str(why), why
                else:
                    raise AssertionError("a replica that can't understand the stream was served")


def test_after_a_restart_replicas_go_on(options: Any) -> None:
    """Under another id, up to where it was; after a kill up to what is left."""
    with start(options, *DISK, "--appendfsync", "always") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            fill(client, 100, 100)
            replica.receive_until(offset(client))
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(30)
            server.restart()
            client = server.client()
            assert info(client)["master_replid"] != replica.id == info(client)["master_replid2"]
            replica.port = server.port
            assert replica.resume(position=min(replica.position, offset(client)))  # messages are taken back
            assert replica.id == info(client)["master_replid"]
            ok(client.call("SET", "x", "again"))
            replica.receive_words(b"again\r\n")
            before, position = replica.id, replica.position
            replica.cut()
            server.kill()
            server.restart()
            client = server.client()
            replica.port = server.port
            assert info(client)["master_replid"] != before
            assert info(client)["master_replid2"] == before
            assert replica.resume(history=before, position=min(position, offset(client)))
            assert replica.id == info(client)["master_replid"]
            ok(client.call("SET", "y", "third"))
            replica.receive_words(b"third\r\n")


def test_a_power_cut_that_takes_all_of_a_first_log_begins_a_history(options: Any) -> None:
    """A replica has seen more of it under that name, and others get these positions."""
    with start(options, *PIPE, "--repl-ping-replica-period", "3600") as server:
        client = server.client()
        with FakeReplica(server.port, capabilities=EOF) as replica:
            replica.synchronise()
            assert replica.position == 0
            ok(client.call("SET", "x", "1"))
            replica.receive_until(offset(client))
            replica.cut()
            server.kill()
            (segment,) = pathlib.Path(server.folder).glob("*/*.log")
            data = segment.read_bytes()
            segment.write_bytes(data[: data.index(b"MSf1")])
            server.restart()
            client = server.client()
            assert offset(client) == 0 and client.call("EXISTS", "x") == 0
            ok(client.call("SET", "y", "another" * 10))
            assert offset(client) > replica.position
            replica.port = server.port
            assert not replica.resume(), "it has what is not there"


def test_without_a_log_there_is_one_for_replicas(options: Any) -> None:
    for how, capabilities in ((DISK, ("psync2", "millstream")), (PIPE, EOF)):
        with start(options, *how, log="no") as server:
            client = server.client()
            fill(client, 1000, 100)
            with FakeReplica(server.port, capabilities=capabilities) as replica:
                replica.synchronise()
                begin = replica.position
                fill(client, 1000, 6000, "more")
                replica.receive_until(offset(client))
                whole = data_of(bytes(replica.stream))
                assert len(whole) >= 1000
                assert replica.resume(position=begin)
                replica.receive_until(offset(client))
                assert data_of(bytes(replica.stream))[: len(whole)] == whole
                ok(client.call("CONFIG", "SET", "appendonly", "yes"))
                wait_for(lambda: info(client)["connected_slaves"] == "0", 10, "the replica to be dropped")
                assert not replica.resume()


def folder_mb(folder: str) -> float:
    return sum(entry.stat().st_size for entry in os.scandir(folder)) / 1e6


def test_a_log_for_replicas_alone_does_not_grow_for_ever(options: Any) -> None:
    for how, capabilities in ((DISK, ("psync2", "millstream")), (PIPE, EOF)):
        with start(options, *how, "--log-segment-size", "8mb", log="no") as server:
            client = server.client()
            with FakeReplica(server.port, capabilities=capabilities, keep=False) as replica:
                replica.synchronise()
                for i in range(30):
                    fill(client, 200, 50000)
                    replica.receive_until(offset(client))
                side = os.path.join(server.folder, "millstream-log-replication")
                wait_for(lambda: folder_mb(side) < 180, 20, "the log to get shorter")
                replica.cut()
                assert replica.resume(), "it was away for no time"


def read_now_and_then(options: Any, server: Server, replica: FakeReplica, rounds: int) -> None:
    """It falls behind what is in memory and catches up again, while messages of all sizes are between
    the writes: what comes is calls, in order, none missing or torn."""
    seed = options.seed or int(time.time())
    print(f"seed {seed}")
    rng, client, number = random.Random(seed), server.client(), 0
    replica.synchronise()
    for _ in range(rounds):
        for _ in range(rng.randint(1, 60)):
            calls: list[tuple[Any, ...]] = []
            for _ in range(rng.randint(1, 20)):
                if rng.random() < 0.4:
                    calls.append(("PUBLISH", "c", "m" * rng.choice((1, 50, 3000, 30000))))
                else:
                    number += 1
                    calls.append(("SET", "n", f"{number}:" + "x" * rng.choice((1, 100, 9000))))
            client.pipeline(calls)
        goal = replica.position + rng.randint(0, 9 << 20)
        replica.receive_until(min(goal, offset(client)))
        replica.acknowledge()
    replica.receive_until(offset(client))
    sets = [words for words in data_of(bytes(replica.stream)) if words[0] == b"SET"]
    assert [int(words[2].split(b":")[0]) for words in sets] == list(range(1, number + 1))


def test_bytes_are_the_same_however_a_replica_gets_them(options: Any) -> None:
    with start(options, *DISK, "--repl-ping-replica-period", "1") as server:
        with FakeReplica(server.port, receive_buffer=65536) as replica:
            read_now_and_then(options, server, replica, int(40 / min(options.slow, 4)))


def test_bytes_are_the_same_over_tls(options: Any) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        print("skipped: no openssl command")
        return
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key", f"{folder}/certificate"
        command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost"]
        subprocess.run([*command, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        port = free_port()
        tls = ("--tls-port", str(port), "--tls-cert-file", certificate, "--tls-key-file", key)
        with start(options, *PIPE, *tls, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no") as server:
            context = ssl.create_default_context(cafile=certificate)
            with FakeReplica(port, capabilities=EOF, receive_buffer=65536, tls=context) as replica:
                read_now_and_then(options, server, replica, int(25 / min(options.slow, 4)))


def test_switching_the_log_makes_replicas_begin_anew(options: Any) -> None:
    """On a primary, and on a replica, which has its primary's log: in the end they are the same."""
    with start(options, *PIPE) as first, start(options, *PIPE) as second:
        client, replica = first.client(), second.client()
        fill(client, 100, 100)
        follow(replica, first.port)
        wait_up(replica)
        for server, way in ((client, "no"), (replica, "no"), (client, "yes"), (replica, "yes")):
            ok(server.call("CONFIG", "SET", "appendonly", way))
            ok(client.call("SET", "after", way))
            same(client, replica, foreign=False)


def test_no_two_logs_have_the_same_id(options: Any) -> None:
    """Who was away while the log was switched off finds another one at the positions it had."""
    with start(options, *DISK) as server:
        client = server.client()
        fill(client, 10, 100)
        with FakeReplica(server.port) as away, FakeReplica(server.port) as other:
            away.synchronise()
            away.receive_until(offset(client))
            away.cut()
            ok(client.call("CONFIG", "SET", "appendonly", "no"))
            other.connect()
            other.synchronise()  # from now on there is a log for replicas alone
            assert other.id != away.id
            fill(client, 100, 100)
            assert offset(client) > away.position
            assert not away.resume()


def test_a_checkpoint_at_the_position_of_the_one_before_is_found(options: Any) -> None:
    """It has another name than checkpoints at a position have otherwise."""
    with start(options, *PIPE) as first, start(options, *PIPE) as second, start(options, *DISK) as server:
        client = server.client()
        for primary in (first, second):
            follow(client, primary.port)
            wait_up(client)
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            assert replica.snapshot.startswith(b"REDIS") and replica.position == 0
        assert "waits for a checkpoint" not in server.log()
        names = thread_names(server.process.pid)
        assert {"log", "reactor-1", "primary-link"} <= names, names


def test_a_replica_whose_log_is_switched_off_receives_beside_it(options: Any) -> None:
    with start(options, *PIPE) as first, start(options, *PIPE) as second:
        client, replica = first.client(), second.client()
        follow(replica, first.port)
        wait_up(replica)
        ok(replica.call("CONFIG", "SET", "appendonly", "no"))
        expect_in_log(second, "-replication/incoming-")
        same(client, replica, foreign=False)


# --- A slow one.


def resident_mb(server: Server) -> float:
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return int(status.read().split("VmRSS:")[1].split()[0]) / 1024


def test_a_replica_that_does_not_read_costs_no_memory(options: Any) -> None:
    with start(options, *DISK, "--client-output-buffer-limit", "replica 1mb 1mb 1") as server:
        client = server.client()
        value = "v" * 20000
        with FakeReplica(server.port, receive_buffer=65536, keep=False) as replica:
            replica.synchronise()
            begin = replica.position
            ok(client.call("SET", "key", value))
            before, highest = resident_mb(server), 0.0
            for _ in range(100):  # 200 MB
                assert client.pipeline([("SET", "key", value)] * 100) == [OK] * 100
                highest = max(highest, resident_mb(server))
            memory = info(client, "memory")
            assert int(memory["mem_total_replication_buffers"]) < 8 << 20, memory
            assert highest - before < 48 * options.slow, f"{before:.0f} MB grew to {highest:.0f} MB"
            assert info(client)["connected_slaves"] == "1"
            replica.receive_until(offset(client))
            assert replica.position - begin > 200 * 10**6


def test_who_says_nothing_for_repl_timeout_is_dropped(options: Any) -> None:
    with start(options, *DISK, "--repl-timeout", "2") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            for _ in range(6):
                time.sleep(0.5)  # it is time that passes here
                replica.acknowledge()
            assert info(client)["connected_slaves"] == "1"
            expect_in_log(server, "has said nothing for longer than repl-timeout")
            wait_for(lambda: info(client)["connected_slaves"] == "0", 10, "the replica to be dropped")


# --- Waiting for replicas.


def test_wait_counts_who_has_what_was_written(options: Any) -> None:
    with start(options, *DISK) as server:
        client = server.client()
        ok(client.call("SET", "x", 0))
        assert client.call("WAIT", 1, 50) == 0
        replicas = [FakeReplica(server.port) for _ in range(2)]
        for replica in replicas:
            replica.synchronise()
        ok(client.call("SET", "x", 1))
        client.send("WAIT", 2, 0)
        for replica in replicas:
            replica.receive_words(b"GETACK")
            assert not client.pending(0.05)
            replica.acknowledge()
        assert client.read() == 2
        ok(client.call("SET", "x", 2))
        replicas[0].receive_words(b"$1\r\nx\r\n$1\r\n2\r\n")
        replicas[0].acknowledge()
        assert client.call("WAIT", 2, 100) == 1
        ok(client.call("MULTI"))
        ok(client.call("WAIT", 2, 0))
        assert client.call("EXEC") == [1]
        for replica in replicas:
            replica.cut()


def test_waitaof_counts_what_is_on_disks(options: Any) -> None:
    with start(options, *DISK, "--appendfsync", "everysec") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            ok(client.call("SET", "x", 1))
            replica.receive_words(b"$1\r\nx\r\n$1\r\n1\r\n")
            replica.acknowledge()
            assert client.call("WAITAOF", 0, 1, 100) == [1, 0] or client.call("WAITAOF", 0, 1, 100) == [0, 0]
            client.send("WAITAOF", 1, 1, 0)
            replica.acknowledge(durable=replica.position)
            assert client.read() == [1, 1]


def test_who_waits_can_be_seen_and_unblocked(options: Any) -> None:
    with start(options) as server:
        client, other = server.client(), server.client()
        number = client.call("CLIENT", "ID")
        ok(client.call("SET", "x", 1))
        for how, answer in (
            ("TIMEOUT", 0),
            ("ERROR", Error("UNBLOCKED client unblocked via CLIENT UNBLOCK")),
        ):
            client.send("WAIT", 1, 0)
            wait_for(lambda: info(other, "clients")["blocked_clients"] == "1", 10, "it to wait")
            assert b"flags=b" in other.call("CLIENT", "LIST", "ID", number)
            assert other.call("CLIENT", "UNBLOCK", number, how) == 1
            assert client.read() == answer
        for _ in range(50):
            gone = server.client()
            gone.send("WAIT", 1, 0)
            gone.close()
        wait_for(lambda: info(other, "clients")["blocked_clients"] == "0", 10, "nobody to wait")


def test_too_few_good_replicas_refuse_writes(options: Any) -> None:
    with start(options, *DISK, "--min-replicas-to-write", "1", "--min-replicas-max-lag", "1") as server:
        client = server.client()
        refused = Error("NOREPLICAS Not enough good replicas to write.")
        assert client.call("SET", "x", 1) == refused
        assert client.call("GET", "x") is None
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            replica.acknowledge()
            wait_for(lambda: client.call("SET", "x", 1) == OK, 10, "writes to be accepted")
            assert info(client)["min_slaves_good_slaves"] == "1"
            wait_for(lambda: client.call("SET", "x", 1) == refused, 10, "the replica to lag")


# --- sync-replicas.


def test_a_write_is_acknowledged_once_so_many_replicas_have_it_on_disk(options: Any) -> None:
    for log in ("yes", "no"):
        with start(options, *DISK, "--sync-replicas", "2", log=log) as server:
            client, reader = server.client(), server.client()
            replicas = [FakeReplica(server.port) for _ in range(3)]
            for replica in replicas:
                replica.synchronise()
            client.send("SET", "x", 1)
            for replica in replicas:
                replica.receive_words(b"$1\r\nx\r\n$1\r\n1\r\n")
            replicas[0].acknowledge()
            replicas[1].acknowledge()
            replicas[2].acknowledge(durable=replicas[2].position)
            assert not client.pending(0.2), "it was acknowledged by one"
            reader.send("GET", "x")
            assert not reader.pending(0.2), "what is not acknowledged was shown"
            assert info(server.client())["connected_slaves"] == "3"  # who asks about the server is answered
            replicas[0].acknowledge(durable=replicas[0].position)
            assert client.read() == OK
            assert reader.read() == b"1"
            for replica in replicas:
                replica.cut()


def test_missing_sync_replicas_make_writers_wait(options: Any) -> None:
    with start(options, *DISK, "--sync-replicas", "1", "--sync-replicas-timeout-ms", "300") as server:
        client = server.client()
        client.send("SET", "x", 1)
        expect_in_log(server, "Replies to writes wait for replicas")
        assert not client.pending(0.1)
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            replica.acknowledge(durable=replica.position)
            assert client.read() == OK


def test_missing_sync_replicas_refuse_writes_if_told_to(options: Any) -> None:
    with start(
        options,
        *(*DISK, "--sync-replicas", "1", "--sync-replicas-timeout-ms", "500"),
        *("--sync-replicas-on-timeout", "refuse"),
    ) as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            replica.acknowledge(durable=replica.position)
            wait_for(lambda: info(client)["sync_replicas_missing"] == "0", 10, "the replica to count")
            client.send("SET", "x", 1)
            replica.receive_words(b"$1\r\nx\r\n$1\r\n1\r\n")
            replica.acknowledge(durable=replica.position)
            assert client.read() == OK
            client.send("SET", "x", 2)
            try:
                client.read()
            except Exception as why:  # noqa: BLE001
                assert type(why).__name__ in ("Closed", "ConnectionResetError"), why
            else:
                raise AssertionError("a write was acknowledged that the replica does not have")
            expect_in_log(server, "1 connections whose writes waited were closed")
            client = server.client()
            assert client.call("GET", "x") == b"2"
            reply = client.call("SET", "x", 3)
            assert isinstance(reply, Error) and reply.text.startswith("NOREPLICAS"), reply
            replica.receive_words(b"$1\r\nx\r\n$1\r\n2\r\n")
            replica.acknowledge(durable=replica.position)
            expect_in_log(server, "writes are accepted")
            client.send("SET", "x", 4)
            replica.receive_words(b"$1\r\nx\r\n$1\r\n4\r\n")
            replica.acknowledge(durable=replica.position)
            assert client.read() == OK


# --- What is said of them.


def test_what_is_said_of_replicas(options: Any) -> None:
    with start(options, *DISK) as server:
        client = server.client()
        with FakeReplica(server.port, listening_port=4321) as replica:
            replica.call("REPLCONF", "ip-address", "10.0.0.9")
            replica.synchronise()
            ok(client.call("SET", "x", 1))
            replica.receive_words(b"$1\r\nx\r\n$1\r\n1\r\n")
            replica.acknowledge()
            wait_for(lambda: f"offset={replica.position}," in info(client)["slave0"], 10, "the acknowledgement")
            line = info(client)["slave0"]
            assert line.startswith("ip=10.0.0.9,port=4321,state=online,"), line
            role = client.call("ROLE")
            assert role == [b"master", replica.position, [[b"10.0.0.9", b"4321", b"%d" % replica.position]]]
            assert b"flags=S" in client.call("CLIENT", "LIST", "TYPE", "replica")
            assert info(client, "clients")["connected_clients"] == "1"
            assert int(info(client, "memory")["mem_replication_backlog"]) > 0
            assert int(stats(client)["total_net_repl_output_bytes"]) > 0
            assert client.call("CLIENT", "KILL", "TYPE", "replica") == 1
            wait_for(lambda: info(client)["connected_slaves"] == "0", 10, "the replica to be killed")


ODD_CALLS: list[tuple[tuple[str, ...], ...]] = [
    (("RESET",),),
    (("MULTI",), ("SET", "y", "1"), ("EXEC",)),
    (("SUBSCRIBE", "channel"),),
    (("MONITOR",),),
    (("CLIENT", "REPLY", "ON"), ("PING",)),
    (("BLPOP", "list", "0"),),
    (("GET", "x"),),
    (("SET", "y", "1"),),
    (("HELLO", "3"),),
    (("QUIT",),),
    (("NO-SUCH-CALL",),),
]


def test_who_follows_and_calls_anything_else_is_let_go(options: Any) -> None:
    """Its replies would stand in the middle of the stream. So do redis-server and we."""
    with start(options, *DISK, "--repl-ping-replica-period", "3600") as server:
        client = server.client()
        for calls in ODD_CALLS:
            with FakeReplica(server.port) as replica:
                replica.synchronise()
                replica.acknowledge()
                wait_for(lambda: "state=online" in info(client).get("slave0", ""), 10, "the replica")
                replica.socket.sendall(b"".join(encode(*call) for call in calls))
                try:
                    while replica.receive():
                        pass
                except ConnectionError:
                    pass
                assert data_of(replica.stream) == [], calls
                assert len(commands(replica.stream)) <= 1, calls  # PING, when it came online
            assert client.call("GET", "y") is None, calls
            wait_for(lambda: info(client)["connected_slaves"] == "0", 10, "the replica to go")
        with FakeReplica(server.port) as replica:  # of these it may call any, though nothing comes of it
            replica.synchronise()
            for call in (("PSYNC", "?", "-1"), ("SYNC",), ("REPLCONF", "GETACK", "*"), ("REPLCONF", "nosuch", "1")):
                replica.socket.sendall(encode(*call))
            ok(client.call("SET", "x", "1"))
            replica.receive_words(b"$1\r\nx\r\n$1\r\n1\r\n")
            assert data_of(replica.stream)[-1:] == [[b"SET", b"x", b"1"]]


def test_nothing_unasked_stands_in_the_stream(options: Any) -> None:
    """A client that listens, watches and is told of keys becomes a replica: it is that alone then."""
    with start(options, *DISK, "--repl-ping-replica-period", "3600") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            sessions = [line.split()[0][3:] for line in client.call("CLIENT", "LIST").decode().splitlines()]
            ok(client.call("CLIENT", "TRACKING", "ON", "BCAST", "REDIRECT", sessions[-1]))
            before = [("HELLO", "3"), ("SUBSCRIBE", "c"), ("PSUBSCRIBE", "*"), ("CLIENT", "TRACKING", "ON", "BCAST")]
            for call in (*before, ("MONITOR",), ("PSYNC", "?", -1)):
                replica.socket.sendall(encode(*call))
            while not replica.line().startswith("+FULLRESYNC"):
                pass
            replica._receive_snapshot(int(replica.line()[1:]))
            replica.acknowledge(0)
            for call in (("PUBLISH", "c", "text"), ("SET", "x", "1"), ("PING",)):
                ok(client.call(*call))
            ok(server.client().call("SET", "x", "2"))
            replica.receive_words(b"$1\r\nx\r\n$1\r\n2\r\n")
            found = [words for words in commands(replica.stream) if words not in ([b"PING"], [b"SELECT", b"0"])]
            assert found == [[b"PUBLISH", b"c", b"text"], [b"SET", b"x", b"1"], [b"SET", b"x", b"2"]], found


def test_debug_reload_leaves_replicas_with_the_same_data(options: Any) -> None:
    arguments = ("--enable-debug-command", "yes")
    for log in ("yes", "no"):
        with start(options, *PIPE, *arguments, log=log) as first, start(options, *PIPE, *arguments, log=log) as second:
            client, replica = first.client(), second.client()
            fill(client, 500, 100)
            follow(replica, first.port)
            wait_up(replica)
            ok(client.call("XADD", "s", "1-1", "f", "v"))
            ok(client.call("XGROUP", "CREATE", "s", "g", "0"))
            ok(client.call("SET", "t", "1", "EX", "900"))
            for number, server in enumerate((client, replica, client)):
                assert server.call("DEBUG", "RELOAD") == OK
                ok(client.call("SET", "behind", number))
                same(client, replica, foreign=False)
            assert info(replica)["master_total_sync_attempts"] == "1", "a plain RELOAD changes nothing"
            for fulls, server in ((2, client), (3, replica)):  # whose file has other data than they have now
                ok(client.call("SET", "later", "1"))
                same(client, replica, foreign=False)
                assert server.call("DEBUG", "RELOAD", "NOSAVE") == OK
                wait_for(lambda n=fulls: second.log().count("Finished with success") == n, 20, "all to come anew")
                same(client, replica, foreign=False)
                assert replica.call("EXISTS", "later") == (server is replica)


def test_the_backlog_in_memory_goes_when_nobody_follows(options: Any) -> None:
    with start(options, *DISK, "--repl-backlog-ttl", "1") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
        assert info(client)["repl_backlog_active"] == "1"
        wait_for(lambda: info(client)["repl_backlog_active"] == "0", 20, "the backlog to go")
        ok(client.call("SET", "x", 1))
        assert replica.resume()
        replica.receive_words(b"$1\r\nx\r\n$1\r\n1\r\n")


def test_messages_reach_replicas(options: Any) -> None:
    with start(options, *DISK, "--repl-ping-replica-period", "1") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            replica.synchronise()
            client.call("PUBLISH", "news", "hello")
            client.call("SPUBLISH", "shard", "there")
            replica.receive_words(b"*3\r\n$7\r\nPUBLISH\r\n$4\r\nnews\r\n$5\r\nhello\r\n")
            replica.receive_words(b"*3\r\n$8\r\nSPUBLISH\r\n$5\r\nshard\r\n$5\r\nthere\r\n")
            replica.receive_words(b"*1\r\n$4\r\nPING\r\n")


# --- The end.


def lacks_a_write(server: Server, client: Client, replica: FakeReplica) -> None:
    """The replica is online and has not acknowledged the last write."""
    replica.synchronise()
    replica.acknowledge()
    ok(client.call("SET", "x", "last"))


def test_before_it_ends_replicas_get_what_they_lack(options: Any) -> None:
    for by_signal in (True, False):
        with start(options, *DISK) as server:
            client, other = server.client(), server.client()
            with FakeReplica(server.port) as replica:
                lacks_a_write(server, client, replica)
                if by_signal:
                    server.process.send_signal(signal.SIGTERM)
                else:
                    client.send("SHUTDOWN")
                expect_in_log(server, "Writes are paused until 1 of 1 replicas have the rest")
                other.send("SET", "y", 1)
                assert not other.pending(0.2), "a write was accepted that nobody will have"
                replica.receive_words(b"last\r\n")
                replica.receive_words(b"GETACK")
                replica.acknowledge()
                server.process.wait(20)
            assert "1 of 1 replicas are in sync when shutting down" in server.log()


def test_the_end_waits_no_longer_than_shutdown_timeout(options: Any) -> None:
    with start(options, *DISK, "--shutdown-timeout", "1") as server:
        client = server.client()
        with FakeReplica(server.port) as replica:
            lacks_a_write(server, client, replica)
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(20)
        assert "0 of 1 replicas are in sync when shutting down" in server.log()


def test_the_end_can_be_called_off(options: Any) -> None:
    with start(options, *DISK) as server:
        client, other = server.client(), server.client()
        with FakeReplica(server.port) as replica:
            lacks_a_write(server, client, replica)
            client.send("SHUTDOWN")
            expect_in_log(server, "Writes are paused")
            assert other.call("SHUTDOWN", "ABORT") == OK
            assert client.read() == Error("ERR Errors trying to SHUTDOWN. Check logs.")
            assert client.call("SET", "x", "further") == OK
            assert other.call("SHUTDOWN", "ABORT") == Error("ERR No shutdown in progress.")
            server.process.send_signal(signal.SIGTERM)
            expect_in_log(server, "Writes are paused", server.log().find("aborted"))
            server.process.send_signal(signal.SIGTERM)
            server.process.wait(5)


def test_redis_cli_gets_a_snapshot_that_redis_can_read(options: Any) -> None:
    cli, redis = shutil.which("redis-cli"), shutil.which("redis-server")
    if not cli or not redis:
        print("skipped: no redis-cli")
        return
    with start(options, *PIPE) as server:
        client = server.client()
        fill(client, 1000, 100)
        ok(client.call("XADD", "stream", "1-1", "field", "value"))
        with tempfile.TemporaryDirectory() as folder:
            command = [cli, "-p", str(server.port), "--rdb", f"{folder}/dump.rdb"]
            subprocess.run(command, check=True, timeout=60, capture_output=True)
            with Server(redis, folder=folder) as other:
                assert other.client().call("DBSIZE") == 1001


TESTS = [value for name, value in sorted(globals().items()) if name.startswith("test_")]

if __name__ == "__main__":
    sys.exit(main(TESTS))
