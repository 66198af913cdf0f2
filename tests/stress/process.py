#!/usr/bin/env python3
"""The server as a process: where it listens, whom it lets in, its files, its log, its end."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Callable

from common import one_by_one
from resp import Client, Closed, Error, Simple
from server import Server, free_port
from wait import wait_for


def listens_on_several_addresses(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with Server(binary, "--unixsocket", path, "--unixsocketperm", "700") as server:
            assert os.stat(path).st_mode & 0o777 == 0o700
            with socket.socket(socket.AF_UNIX) as unix:
                unix.connect(path)
                unix.sendall(b"PING\r\n")
                assert unix.recv(64) == b"+PONG\r\n"
            lines = server.client().call("INFO", "server").decode()
            assert "listener0:name=tcp,bind=127.0.0.1" in lines and "name=unix" in lines
        assert not os.path.exists(path), "the socket's file stays behind"


def listens_on_ipv6(binary: str) -> None:
    with Server(binary) as server:
        client = server.client()
        try:
            probe = socket.create_server(("::1", 0), family=socket.AF_INET6)
            probe.close()
        except OSError:
            return  # this machine has no IPv6
        assert client.call("CONFIG", "SET", "bind", "127.0.0.1 ::1") == Simple("OK")
        with socket.create_connection(("::1", server.port), timeout=5) as six:
            six.sendall(b"PING\r\n")
            assert six.recv(64) == b"+PONG\r\n"


def refuses_a_port_that_is_taken(binary: str) -> None:
    with Server(binary) as first:
        second = subprocess.run(
            [binary, "--port", str(first.port), "--bind", "127.0.0.1"],
            capture_output=True,
            timeout=20,
        )
        assert second.returncode == 1
        assert b"Can't listen" in second.stdout
        reply = first.client().call("CONFIG", "SET", "bind", "203.0.113.7")
        assert isinstance(reply, Error) and "'bind'" in reply.text, reply
        assert first.client().call("PING") == Simple("PONG"), "the old address is gone"


def counts_clients(binary: str) -> None:
    with Server(binary, "--maxclients", "3") as server:
        clients = [server.client()]
        wait_for(lambda: b"connected_clients:1\r" in clients[0].call("INFO", "clients"))
        clients += [server.client() for _ in range(2)]
        for client in clients:
            assert client.call("PING") == Simple("PONG")
        extra = server.client()
        assert extra.read() == Error("ERR max number of clients reached")
        clients.pop().close()
        wait_for(lambda: b"connected_clients:2\r" in clients[0].call("INFO", "clients"))
        wait_for(lambda: server.client().call("PING") == Simple("PONG"))


def ends_idle_connections(binary: str) -> None:
    with Server(binary, "--timeout", "1") as server:
        idle, waiting = server.client(15), server.client(15)
        waiting.send("XREAD", "BLOCK", "0", "STREAMS", "s", "$")
        try:
            idle.read()
            raise AssertionError("an idle connection got a reply")
        except (Closed, ConnectionError):
            pass
        control = server.client()
        control.call("XADD", "s", "1-1", "f", "v")
        assert waiting.read() == [[b"s", [[b"1-1", [b"f", b"v"]]]]], "who waits is not idle"


def reads_and_rewrites_its_file(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, more = os.path.join(folder, "m.conf"), os.path.join(folder, "more.conf")
        port = free_port()
        pathlib.Path(more).write_text("maxmemory-samples 7\n", encoding="ascii")
        pathlib.Path(path).write_text(
            f"# mine\nport {port}\nbind 127.0.0.1\nhz 20\ninclude {more}\n", encoding="ascii"
        )
        command = [os.path.abspath(binary), path, "--timeout", "99"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder)
        try:
            client = wait_for(lambda: connect(port), 20)
            assert client.call("CONFIG", "GET", "maxmemory-samples")[1] == b"7"
            assert client.call("CONFIG", "GET", "timeout")[1] == b"99"
            client.call("CONFIG", "SET", "hz", "30", "maxmemory", "100mb")
            assert client.call("CONFIG", "REWRITE") == Simple("OK")
            text = pathlib.Path(path).read_text(encoding="ascii")
            assert text.startswith("# mine\n") and "hz 30\n" in text and "timeout 99" in text
            assert "maxmemory 104857600" in text
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def connect(port: int) -> Client | None:
    try:
        return Client(port)
    except OSError:
        return None


def save_points_add_up_and_the_default_is_for_who_has_no_log(binary: str) -> None:
    for options, points in (
        ([], b""),
        (["--appendonly", "no"], b"3600 1 300 100 60 10000"),
        (["--appendonly", "no", "--save", ""], b""),
        (["--save", "900 1", "--save", "300 10"], b"900 1 300 10"),
        (["--save", "900 1", "--save", "", "--save", "60 1"], b"60 1"),
    ):
        with Server(binary, *options) as server:
            assert server.client().call("CONFIG", "GET", "save") == [b"save", points], options


def names_what_is_wrong_in_a_file(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bad.conf")
        pathlib.Path(path).write_text("port 0\nhz never\n", encoding="ascii")
        run = subprocess.run([binary, path], capture_output=True, timeout=20)
        assert run.returncode == 1
        assert b"line 2" in run.stderr and b"hz never" in run.stderr, run.stderr
        run = subprocess.run([binary, "--nosuch", "1"], capture_output=True, timeout=20)
        assert run.returncode == 1 and b"nosuch" in run.stderr


def keeps_debug_shut(binary: str) -> None:
    with Server(binary) as server:
        reply = server.client().call("DEBUG", "SLEEP", "0")
        assert isinstance(reply, Error) and reply.text.startswith("ERR DEBUG command not allowed")
    with Server(binary, "--enable-debug-command", "local") as server:
        assert server.client().call("DEBUG", "SLEEP", "0") == Simple("OK")


def says_what_tools_wait_for(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log, pid = os.path.join(folder, "log"), os.path.join(folder, "pid")
        with Server(binary, "--logfile", log, "--pidfile", pid) as server:
            text = pathlib.Path(log).read_text(encoding="utf-8")
            assert f" PID: {server.process.pid}" in text
            assert text.index("PID:") < text.index("Server initialized")
            assert text.index("Server initialized") < text.index("Ready to accept connections")
            assert pathlib.Path(pid).read_text(encoding="ascii") == f"{server.process.pid}\n"
        assert not os.path.exists(pid)


def shuts_down_in_order(binary: str) -> None:
    server = Server(binary)
    client, waiting = server.client(), server.client()
    waiting.send("XREAD", "BLOCK", "0", "STREAMS", "s", "$")
    client.send("SHUTDOWN", "NOSAVE")
    for each in (client, waiting):
        try:
            each.read()
            raise AssertionError("SHUTDOWN was answered")
        except (Closed, ConnectionError):
            pass
    assert server.process.wait(20) == 0
    server.stop()


def ends_in_order_while_it_starts(binary: str) -> None:
    for _ in range(20):
        folder = tempfile.TemporaryDirectory()
        server = subprocess.Popen(
            [binary, "--port", str(free_port()), "--bind", "127.0.0.1", "--dir", folder.name],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert server.stdout is not None
        for line in server.stdout:
            if b"Server initialized" in line:
                break
        server.send_signal(signal.SIGTERM)
        rest = server.communicate(timeout=60)[0]
        assert server.returncode in (0, -signal.SIGTERM), (server.returncode, rest.decode()[-3000:])
        folder.cleanup()


def evicts_and_refuses(binary: str) -> None:
    with Server(binary, "--maxmemory", "20mb", "--maxmemory-policy", "allkeys-lru") as server:
        client = server.client()
        for start in range(0, 40000, 1000):
            replies = client.pipeline(
                [("SET", f"k:{i}", "x" * 1000) for i in range(start, start + 1000)]
            )
            assert all(reply == Simple("OK") for reply in replies)
        stats = client.call("INFO", "stats").decode()
        assert int(stats.split("evicted_keys:")[1].split()[0]) > 10000
        client.call("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1mb")
        reply = client.call("SET", "one", "more")
        assert reply == Error("OOM command not allowed when used memory > 'maxmemory'."), reply
        assert client.call("DEL", "k:1") in (0, 1), "what frees memory is let through"


def number(client: Client, section: str, name: str) -> int:
    return int(client.call("INFO", section).decode().split(f"\n{name}:")[1].split()[0])


def fill(client: Client, count: int) -> None:
    for start in range(0, count, 1000):
        client.pipeline([("SET", f"k:{i}", "x" * 1000) for i in range(start, start + 1000)])


def evicts_much_in_slices(binary: str) -> None:
    given = ("--maxmemory-policy", "allkeys-random", "--maxmemory-eviction-tenacity", "0")
    with Server(binary, *given) as server:
        client = server.client()
        fill(client, 20000)
        client.call("CONFIG", "SET", "maxmemory", "8mb")
        assert client.call("SET", "new", "1") == Simple("OK"), "room is on its way"
        assert number(client, "stats", "evicted_keys") < 1000
        assert number(client, "memory", "used_memory") > 8 << 20
        asked = 0

        def is_done() -> bool:
            nonlocal asked
            asked += 1
            return number(client, "memory", "used_memory") <= 8 << 20

        wait_for(is_done, 30, "the timer to make room")
        assert number(client, "stats", "evicted_keys") > 16 * (asked + 5), "not by our asking alone"
        assert number(client, "stats", "current_eviction_exceeded_time") == 0
        assert number(client, "stats", "total_eviction_exceeded_time") > 0


def evicts_what_a_lower_limit_leaves_no_room_for(binary: str) -> None:
    """Although nobody calls."""
    given = ("--maxmemory-policy", "allkeys-random", "--notify-keyspace-events", "Ee")
    with Server(binary, *given) as server:
        client, listener = server.client(), server.client()
        fill(client, 5000)
        listener.call("SUBSCRIBE", "__keyevent@0__:evicted")
        client.call("CONFIG", "SET", "maxmemory", "3mb")
        assert listener.read()[0] == b"message"


def says_how_long_memory_was_above_its_limit(binary: str) -> None:
    with Server(binary) as server:
        client = server.client()
        exceeding = lambda: number(client, "stats", "current_eviction_exceeded_time")
        exceeded = lambda: number(client, "stats", "total_eviction_exceeded_time")
        client.call("CONFIG", "SET", "maxmemory", "1")
        wait_for(lambda: exceeding() > 20, 10, "time to pass while nothing can be evicted")
        client.call("CONFIG", "SET", "maxmemory", "0")
        wait_for(lambda: exceeding() == 0, 10, "the limit to be gone")
        assert exceeded() > 20
        client.call("CONFIG", "RESETSTAT")
        assert exceeded() == 0


def scripts_run_while_room_is_made(binary: str) -> None:
    given = ("--maxmemory-policy", "allkeys-random", "--maxmemory-eviction-tenacity", "0")
    with Server(binary, *given) as server:
        client = server.client()
        fill(client, 20000)
        client.call("CONFIG", "SET", "maxmemory", "8mb")
        assert client.call("EVAL", "return redis.call('SET', 'new', '1')", "0") == Simple("OK")
        assert client.call("EVAL", "#!lua\nreturn redis.call('SET', 'new', '1')", "0") == Simple("OK")
        client.pipeline([("MULTI",), ("EVAL", "return redis.call('SET', 'new', '1')", "0")])
        assert client.call("EXEC") == [Simple("OK")]


def a_pipeline_deletes_no_more_than_one_call(binary: str) -> None:
    """But what it adds itself; and what the timer does meanwhile, 16 keys a millisecond."""
    calls, options = 200, ("--maxmemory-policy", "allkeys-random", "--maxmemory-eviction-tenacity", "0")
    with Server(binary, *options) as server:
        client = server.client()
        fill(client, 20000)
        client.call("CONFIG", "SET", "maxmemory", "4mb")
        before, begin = number(client, "stats", "evicted_keys"), time.monotonic()
        client.pipeline([("SET", f"n:{i}", "v") for i in range(calls)])
        evicted = number(client, "stats", "evicted_keys") - before
        took_ms = (time.monotonic() - begin) * 1000
        assert evicted < 2 * calls + 16 * (took_ms + 10), f"{evicted} keys in {took_ms:.0f} ms"


def evicts_at_once_if_told_to(binary: str) -> None:
    given = ("--maxmemory-policy", "allkeys-random", "--maxmemory-eviction-tenacity", "100")
    with Server(binary, *given) as server:
        client = server.client()
        fill(client, 20000)
        client.call("CONFIG", "SET", "maxmemory", "8mb")
        assert client.call("PING") == Simple("PONG")
        inputs_and_replies = 64 << 10  # what the calls that ask take themselves
        assert number(client, "memory", "used_memory") <= (8 << 20) + inputs_and_replies
        assert number(client, "stats", "total_eviction_exceeded_time") == 0


def readers_get_what_is_evicted_next(binary: str) -> None:
    """A stream that passes the limit goes before the pipeline's next append, not before its readers
    have got the one before."""
    with Server(binary, "--maxmemory-policy", "allkeys-random") as server:
        client = server.client()
        for room in range(1000, 40000, 1000):
            reader = server.client()
            client.pipeline([("XADD", "s", f"1-{i}", "f", "x" * 3000) for i in range(1, 100)])
            reader.send("XREAD", "BLOCK", "0", "STREAMS", "s", "$")
            wait_for(lambda: number(client, "clients", "blocked_clients") == 1, 10, "the reader")
            used = number(client, "memory", "used_memory")
            client.call("CONFIG", "SET", "maxmemory", str(used + room))
            client.pipeline([("XADD", "s", f"{i}-0", "f", "x" * 3000) for i in range(2, 6)])
            client.pipeline([("CONFIG", "SET", "maxmemory", "0"), ("DEL", "s")])
            assert reader.read()[0][1][0][0] == b"2-0", f"with room for {room} bytes"
            reader.close()
        assert number(client, "stats", "evicted_keys") > 0


def large_values_do_not_outrun_eviction(binary: str) -> None:
    """Many add to a round of the loop what the time of one round does not delete. The times are those
    of a plain build: a sanitized one deletes too little in them."""
    if b"__tsan_init" in pathlib.Path(binary).read_bytes():
        return
    given = ("--maxmemory-policy", "allkeys-lru", "--maxmemory-eviction-tenacity", "25")
    with Server(binary, *given) as server:
        client = server.client()
        for start in range(0, 200000, 4000):
            client.pipeline([("SET", f"k:{i}", "v") for i in range(start, start + 4000)])
        limit = number(client, "memory", "used_memory") + (1 << 20)
        client.call("CONFIG", "SET", "maxmemory", str(limit))
        writers, value, most = [server.client() for _ in range(100)], "x" * 5000, 0
        for turn in range(40):
            for n, writer in enumerate(writers):
                writer.send("SET", f"large:{turn}:{n}", value)
            assert all(writer.read() == Simple("OK") for writer in writers)
            most = max(most, number(client, "memory", "used_memory"))
        assert most < limit + (4 << 20), f"{most} of {limit} bytes"


def memory_is_given_back_by_a_thread_of_its_own(binary: str) -> None:
    with Server(binary) as server:
        tasks = pathlib.Path(f"/proc/{server.process.pid}/task")

        def is_there() -> bool:
            return any("jemalloc" in (task / "comm").read_text(encoding="ascii") for task in tasks.iterdir())

        client = server.client()
        has_jemalloc = b"mem_allocator:jemalloc" in client.call("INFO", "memory")
        wait_for(lambda: is_there() == has_jemalloc, 10, "the allocator's thread")
        assert client.call("CONFIG", "SET", "jemalloc-bg-thread", "no") == Simple("OK")
        wait_for(lambda: not is_there(), 10, "the allocator's thread to end")


def has_no_huge_pages_unless_told_to(binary: str) -> None:
    for given, enabled in ((), "0"), (("--disable-thp", "no"), "1"):
        with Server(binary, *given) as server:
            status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
            assert f"THP_enabled:\t{enabled}\n" in status or "THP_enabled" not in status, status


RULES: list[Callable[[str], None]] = [
    listens_on_several_addresses,
    listens_on_ipv6,
    refuses_a_port_that_is_taken,
    counts_clients,
    ends_idle_connections,
    reads_and_rewrites_its_file,
    save_points_add_up_and_the_default_is_for_who_has_no_log,
    names_what_is_wrong_in_a_file,
    keeps_debug_shut,
    says_what_tools_wait_for,
    shuts_down_in_order,
    ends_in_order_while_it_starts,
    evicts_and_refuses,
    evicts_much_in_slices,
    evicts_what_a_lower_limit_leaves_no_room_for,
    says_how_long_memory_was_above_its_limit,
    scripts_run_while_room_is_made,
    a_pipeline_deletes_no_more_than_one_call,
    evicts_at_once_if_told_to,
    readers_get_what_is_evicted_next,
    large_values_do_not_outrun_eviction,
    memory_is_given_back_by_a_thread_of_its_own,
    has_no_huge_pages_unless_told_to,
]


def main() -> int:
    return one_by_one(__doc__, RULES)


if __name__ == "__main__":
    sys.exit(main())
