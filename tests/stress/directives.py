#!/usr/bin/env python3
"""Directives that concern the process and its surroundings, seen from outside."""

from __future__ import annotations

import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile

from common import one_by_one
from replica import FakeReplica
from resp import Client, Error, Simple
from server import Server, free_port
from wait import wait_for

NO_LOG = ("--appendonly", "no")


def ok(reply: object) -> None:
    assert reply == Simple("OK"), reply


def info(client: Client, section: str, name: str) -> str:
    text = client.call("INFO", section).decode()
    found = re.search(rf"^{name}:(.*)\r$", text, re.MULTILINE)
    assert found, f"{name} is not in {text}"
    return found[1]


def end_by(server: Server, number: signal.Signals) -> int:
    server.process.send_signal(number)
    return server.process.wait(20)


def saved_after(binary: str, number: signal.Signals, *options: str) -> bool:
    """Whether a server with one key leaves an RDB file when it is ended."""
    with tempfile.TemporaryDirectory() as folder, Server(
        binary, *NO_LOG, *options, folder=folder
    ) as server:
        ok(server.client().call("SET", "k", "v"))
        assert end_by(server, number) == 0
        return os.path.exists(os.path.join(folder, "dump.rdb"))


def signals_save_as_they_are_told_to(binary: str) -> None:
    for number, name in ((signal.SIGTERM, "sigterm"), (signal.SIGINT, "sigint")):
        flag = f"--shutdown-on-{name}"
        assert saved_after(binary, number, "--save", "3600 1"), "there is a save point"
        assert not saved_after(binary, number, "--save", "")
        assert not saved_after(binary, number, "--save", "3600 1", flag, "nosave")
        assert saved_after(binary, number, "--save", "", flag, "save")
        other = "--shutdown-on-" + ("sigint" if name == "sigterm" else "sigterm")
        assert not saved_after(binary, number, "--save", "", other, "save")


def what_a_signal_saves_is_there_again(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Server(binary, *NO_LOG, "--save", "3600 1", folder=folder) as server:
            ok(server.client().call("SET", "k", "v"))
            assert end_by(server, signal.SIGTERM) == 0
        with Server(binary, *NO_LOG, folder=folder) as server:
            assert server.client().call("GET", "k") == b"v"


def a_server_that_cant_save_stays_unless_it_is_forced(binary: str) -> None:
    with Server(binary, *NO_LOG, "--save", "3600 1") as server:
        os.mkdir(os.path.join(server.folder, "dump.rdb"))  # no file can take its name
        client = server.client()
        ok(client.call("SET", "k", "v"))
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "Errors trying to shut down" in server.log(), 10, "the refusal")
        assert client.call("GET", "k") == b"v"
        ok(client.call("CONFIG", "SET", "shutdown-on-sigterm", "force"))
        assert end_by(server, signal.SIGTERM) == 0


def a_signal_during_a_script_saves_behind_it(binary: str) -> None:
    with Server(binary, *NO_LOG, "--save", "3600 1", "--busy-reply-threshold", "50") as server:
        client, other = server.client(), server.client()
        script = "redis.call('set', 'k', 'v') while redis.call('time')[1] + 0 < ARGV[1] + 0 do end"
        client.send("EVAL", script, "0", str(int(other.call("TIME")[0]) + 2))
        wait_for(lambda: "BUSY" in str(other.call("PING")), 10, "the script to be busy")
        assert end_by(server, signal.SIGTERM) == 0
        assert os.path.exists(os.path.join(server.folder, "dump.rdb"))


def score(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="ascii"))


def the_oom_score_follows_role_and_configuration(binary: str) -> None:
    with Server(binary, "--oom-score-adj-values", "10 20 30") as server:
        client, pid, first = server.client(), server.process.pid, score(server.process.pid)
        ok(client.call("CONFIG", "SET", "oom-score-adj", "relative"))
        assert score(pid) == first + 10
        ok(client.call("REPLICAOF", "127.0.0.1", str(free_port())))
        assert score(pid) == first + 20
        ok(client.call("REPLICAOF", "NO", "ONE"))
        ok(client.call("CONFIG", "SET", "oom-score-adj", "absolute", "oom-score-adj-values", "500 600 700"))
        assert score(pid) == 500
        assert client.call("CONFIG", "GET", "oom-score-adj-values")[1] == b"500 600 700"
        ok(client.call("CONFIG", "SET", "oom-score-adj", "no"))
        assert score(pid) == first
        for bad in ("1 2", "1 2 3 4", "1 2 2001", "1 2 x"):
            assert isinstance(client.call("CONFIG", "SET", "oom-score-adj-values", bad), Error)


def cpus(path: pathlib.Path) -> str:
    text = path.joinpath("status").read_text(encoding="utf-8")
    return re.search(r"^Cpus_allowed_list:\s*(\S+)$", text, re.MULTILINE)[1]


def threads_stay_on_the_cpus_they_are_given(binary: str) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        return
    mine, theirs = str(allowed[0]), str(allowed[1])
    with Server(binary, "--server-cpulist", mine, "--bio-cpulist", theirs) as server:
        assert info(server.client(), "server", "reactors") == "1", "as many as there are CPUs for"
    with Server(binary, "--server-cpulist", mine, "--bio-cpulist", theirs, "--reactors", "2") as server:
        for task in pathlib.Path(f"/proc/{server.process.pid}/task").iterdir():
            name = task.joinpath("comm").read_text(encoding="ascii").strip()
            serves = int(task.name) == server.process.pid or name.startswith("reactor")
            wait_for(lambda: cpus(task) == (mine if serves else theirs), 10, f"{name} to move")
    with Server(binary, "--server-cpulist", "0-") as server:
        assert 'server-cpulist "0-" can\'t be used' in server.log()


def a_replica_comes_from_the_address_it_is_given(binary: str) -> None:
    with Server(binary) as primary, Server(binary, "--bind-source-addr", "127.0.0.9") as replica:
        ok(replica.client().call("REPLICAOF", "127.0.0.1", str(primary.port)))
        client = primary.client()
        wait_for(lambda: b"slave0:ip=127.0.0.9," in client.call("INFO", "replication"), 20, "the replica")


def mark_of(server: Server) -> int | None:
    """SO_MARK of the listening socket; None if nobody may look."""
    libc = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(server.process.pid)
    for name in os.listdir(f"/proc/{server.process.pid}/fd"):
        copy = libc.syscall(438, process, int(name), 0)  # pidfd_getfd
        if copy < 0:
            continue
        try:
            with socket.socket(fileno=copy) as each:
                if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    return each.getsockopt(socket.SOL_SOCKET, 36)  # SO_MARK
        except OSError:
            pass
    os.close(process)
    return None


def listening_sockets_are_marked_or_it_is_said(binary: str) -> None:
    with Server(binary, "--socket-mark-id", "7") as server:
        said = "socket-mark-id 7 can't be set" in server.log()
        assert said or mark_of(server) in (7, None)


def few_connections_a_round_are_all_taken_in_the_end(binary: str) -> None:
    for limit in ("1", "1000"):
        with Server(binary, "--max-new-connections-per-cycle", limit) as server:
            clients = [server.client() for _ in range(200)]
            for client in clients:
                assert client.call("PING") == Simple("PONG")


def lookahead_changes_no_reply(binary: str) -> None:
    with Server(binary) as server:
        client, control = server.client(), server.client()
        for calls in ("1", "3", "16", "1000"):
            ok(control.call("CONFIG", "SET", "lookahead", calls))
            client.call("DEL", "n")
            for _ in range(100):
                client.send("INCR", "n")
            assert [client.read() for _ in range(100)] == list(range(1, 101))


def the_log_names_what_has_no_effect(binary: str) -> None:
    with Server(binary) as server:
        assert "has no effect" not in server.log()
        ok(server.client().call("CONFIG", "SET", "activedefrag", "yes", "hz", "20"))
        assert re.findall(r"(\S+) is accepted and has no effect", server.log()) == ["activedefrag"]
    with Server(binary, "--io-threads", "4", "--dynamic-hz", "no") as server:
        named = re.findall(r"(\S+) is accepted and has no effect", server.log())
        assert named == ["dynamic-hz", "io-threads"], named


def a_file_to_be_preloaded_is_refused(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [binary, "--port", str(free_port()), "--dir", folder, "--preload-file", "rdb:x.rdb"],
            capture_output=True,
            timeout=30,
        )
        assert done.returncode == 1 and b"preload-file is not there" in done.stdout, done


def a_panic_ends_by_exit_if_that_is_wanted(binary: str) -> None:
    if b"__asan_init" in pathlib.Path(binary).read_bytes() or b"__tsan_init" in pathlib.Path(binary).read_bytes():
        return  # the sanitizer's report is there instead of ours
    with Server(binary, "--enable-debug-command", "yes", "--use-exit-on-panic", "yes") as server:
        server.client().send("DEBUG", "PANIC")
        assert server.process.wait(30) == 1


def a_shutdown_says_how_long_it_waits(binary: str) -> None:
    with Server(binary, "--shutdown-timeout", "9") as server, FakeReplica(server.port) as replica:
        client = server.client()
        replica.synchronise()
        replica.acknowledge()
        wait_for(lambda: b"state=online" in client.call("INFO", "replication"), 20, "the replica")
        assert "shutdown_in_milliseconds" not in client.call("INFO", "server").decode()
        ok(client.call("SET", "k", "v"))
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "Writes are paused" in server.log(), 10, "the wait")
        assert 0 < int(info(client, "server", "shutdown_in_milliseconds")) <= 9000
        assert end_by(server, signal.SIGTERM) == 0, "the second signal does not wait"


def pipelines_are_counted_by_what_is_read_at_once(binary: str) -> None:
    with Server(binary, "--reactors", "1") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"*1\r\n$4\r\nPING\r\n" * 8)
            client.settimeout(20)
            got = b""
            while got != b"+PONG\r\n" * 8:
                got += client.recv(1000)
        control = server.client()
        calls = int(info(control, "stats", "commands_per_parse_batch_sum"))
        batches = int(info(control, "stats", "commands_per_parse_batch_cnt"))
        assert 8 < calls and batches < calls, (calls, batches)
        wait_for(lambda: int(info(control, "stats", "instantaneous_eventloop_cycles_per_sec")) > 0, 10)
        assert int(info(control, "debug", "eventloop_duration_cron_sum")) > 0


def key_sizes_in_memory_are_shown_if_that_is_wanted(binary: str) -> None:
    with Server(binary, "--key-memory-histograms", "yes") as server:
        client = server.client()
        client.call("SADD", "s", *map(str, range(1000, 1010)))
        assert info(client, "keysizes", "db0_distrib_sets_items") == "8=1"
        assert re.fullmatch(r"\d+K?=1", info(client, "keysizes", "db0_distrib_sets_sizes"))


RULES = (
    signals_save_as_they_are_told_to,
    what_a_signal_saves_is_there_again,
    a_server_that_cant_save_stays_unless_it_is_forced,
    a_signal_during_a_script_saves_behind_it,
    the_oom_score_follows_role_and_configuration,
    threads_stay_on_the_cpus_they_are_given,
    a_replica_comes_from_the_address_it_is_given,
    listening_sockets_are_marked_or_it_is_said,
    few_connections_a_round_are_all_taken_in_the_end,
    lookahead_changes_no_reply,
    the_log_names_what_has_no_effect,
    a_file_to_be_preloaded_is_refused,
    a_panic_ends_by_exit_if_that_is_wanted,
    a_shutdown_says_how_long_it_waits,
    pipelines_are_counted_by_what_is_read_at_once,
    key_sizes_in_memory_are_shown_if_that_is_wanted,
)


def main() -> int:
    return one_by_one(__doc__, RULES)


if __name__ == "__main__":
    sys.exit(main())
