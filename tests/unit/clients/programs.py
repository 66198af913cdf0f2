#!/usr/bin/env python3
"""millstream-cli and millstream-benchmark as a user runs them: programs.py <server> <cli> <benchmark>.

Proves exit codes, output formats, standard input, --pipe, the terminal, and that every test of the
load generator either runs or says that the server does not know its command.
"""

from __future__ import annotations

import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from typing import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lib"))

from server import Server, free_port  # noqa: E402
from wait import wait_for  # noqa: E402

SERVER, CLI, BENCHMARK = sys.argv[1:4]
WAIT_S = 20


def run(program: str, server: Server, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    done = subprocess.run(
        [program, "-p", str(server.port), *arguments],
        input=stdin, capture_output=True, text=True, timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


def expect(what: str, got: object, wanted: object) -> None:
    if got != wanted:
        raise AssertionError(f"{what}: got {got!r}, wanted {wanted!r}")


def test_exit_codes_tell_success_error_and_no_server(server: Server) -> None:
    expect("success", run(CLI, server, "set", "k", "v"), (0, "OK\n", ""))
    code, out, _ = run(CLI, server, "nosuch")
    expect("error reply", (code, out.startswith("ERR unknown command")), (1, True))
    nobody = subprocess.run([CLI, "-p", str(free_port()), "ping"], capture_output=True, text=True)
    expect("no server", (nobody.returncode, "Could not connect" in nobody.stderr), (1, True))
    expect("bad flag", subprocess.run([CLI, "--nonsense"], capture_output=True).returncode, 1)
    expect("help", subprocess.run([CLI, "--help"], capture_output=True).returncode, 0)


def test_formats(server: Server) -> None:
    run(CLI, server, "xadd", "s", "1-1", "f", "v")
    expect("raw", run(CLI, server, "xrange", "s", "-", "+")[1], "1-1\nf\nv\n")
    expect("terminal", run(CLI, server, "--no-raw", "xrange", "s", "-", "+")[1],
           '1) 1) "1-1"\n   2) 1) "f"\n      2) "v"\n')
    expect("csv", run(CLI, server, "--csv", "xrange", "s", "-", "+")[1], '"1-1","f","v"\n')
    expect("json", json.loads(run(CLI, server, "--json", "xrange", "s", "-", "+")[1]),
           [["1-1", ["f", "v"]]])
    expect("json map", json.loads(run(CLI, server, "--json", "xinfo", "stream", "s")[1])["length"], 1)
    code, out, _ = run(CLI, server, "--json", "nosuch")
    expect("json error", (code, list(json.loads(out))), (1, ["error"]))


def test_standard_input_gives_commands_or_the_last_argument(server: Server) -> None:
    code, out, _ = run(CLI, server, stdin='set "a b" 1\n# a comment\n\nget "a b"\n')
    expect("lines", (code, out), (0, "OK\n1\n"))
    expect("failing line", run(CLI, server, stdin="nosuch\n")[0], 1)
    run(CLI, server, "-x", "set", "body", stdin="line 1\nline 2")
    expect("-x", run(CLI, server, "get", "body")[1], "line 1\nline 2\n")
    expect("-r", run(CLI, server, "-r", "3", "incr", "n")[1], "1\n2\n3\n")


def test_pipe_counts_replies_and_errors(server: Server) -> None:
    good = "".join(f"*3\r\n$3\r\nSET\r\n$5\r\nk{i:04}\r\n$1\r\nv\r\n" for i in range(5000))
    code, out, _ = run(CLI, server, "--pipe", stdin=good)
    expect("good", (code, "errors: 0, replies: 5000" in out), (0, True))
    code, out, err = run(CLI, server, "--pipe", stdin=good + "*1\r\n$6\r\nNOSUCH\r\n")
    expect("bad", (code, "errors: 1, replies: 5001" in out, "unknown command" in err),
           (1, True, True))


class Terminal:
    """millstream-cli on a pseudo terminal."""

    def __init__(self, server: Server, history: str) -> None:
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", MILLSTREAMCLI_HISTFILE=history)
            os.execv(CLI, [CLI, "-p", str(server.port)])

    def until(self, pattern: str) -> None:
        """Waits for text, which is then consumed."""
        deadline = time.monotonic() + WAIT_S
        while not (match := re.search(pattern, self.seen)):
            if time.monotonic() > deadline:
                raise AssertionError(f"no {pattern!r} in {self.seen!r}")
            if select.select([self.fd], [], [], 0.2)[0]:
                self.seen += os.read(self.fd, 65536).decode(errors="replace")
        self.seen = self.seen[match.end():]

    def type(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def end(self) -> int:
        self.type("quit\r")
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_terminal_completes_hints_interrupts_and_remembers(server: Server) -> None:
    with tempfile.TemporaryDirectory() as folder:
        history = os.path.join(folder, "history")
        terminal = Terminal(server, history)
        terminal.until("> ")
        terminal.type("xle")
        terminal.type("\t")
        terminal.until("n")
        terminal.until("key")  # the hint behind the cursor
        terminal.type("\x03")
        terminal.until("> ")
        terminal.type("set answer 42\r")
        terminal.until("OK")
        terminal.type("xread block 0 streams nothing $\r")
        wait_for(lambda: "blocked_clients:1" in run(CLI, server, "info", "clients")[1], WAIT_S,
                 "the read to block")
        terminal.type("\x03")
        terminal.until("not connected> ")
        terminal.type("get answer\r")  # connects again
        terminal.until('"42"')
        terminal.type("auth secret\r")
        terminal.until("error")
        expect("exit code", terminal.end(), 0)
        kept = pathlib.Path(history).read_text(encoding="utf-8")
        expect("history", ("answer" in kept, "secret" in kept), (True, False))
        expect("private history", os.stat(history).st_mode & 0o077, 0)


def test_every_load_runs_or_says_why_not(server: Server) -> None:
    code, out, err = run(BENCHMARK, server, "-n", "2000", "-c", "10", "-P", "4", "--json")
    ran = {result["test"]: result for result in json.loads(out)}
    expect("exit code", (code, err), (0, err))
    for name in ("ping", "set", "get", "xadd", "group", "drain", "autoclaim", "blocked", "fanout", "queue",
                 "jobs"):
        expect(name, ran[name]["operations"] >= 2000, True)
        expect(name, set(ran[name]["latency_ms"]) >= {"p50", "p99", "max"}, True)
    lines = run(BENCHMARK, server, "-n", "100", "-t", "xadd", "--csv")[1].splitlines()
    expect("csv", (len(lines), lines[1].count(",")), (2, lines[0].count(",")))
    expect("no such load", run(BENCHMARK, server, "-t", "nosuch")[0], 2)


def test_blocked_hands_out_each_message_once(server: Server) -> None:
    code, out, err = run(BENCHMARK, server, "-n", "1000", "-c", "21", "-P", "16", "-t", "blocked", "--json")
    expect("blocked", (code, json.loads(out)[0]["operations"], err), (0, 1000, ""))
    client = server.client()
    stream = "millstream-benchmark:stream"
    expect("appended", client.call("XLEN", stream), 1000)
    pending = client.call("XPENDING", stream, "g")
    expect("delivered", pending[0], 1000)
    expect("shares", sum(int(count) for _, count in pending[3]), 1000)
    expect("by whom", 10 <= len(pending[3]) <= 20, True)  # half of the readers wait at any time


def test_fanout_appends_whole_rounds(server: Server) -> None:
    for connections, pipeline in ((6, 16), (6, 1), (2, 4)):
        given = ("-n", "800", "-c", str(connections), "-P", str(pipeline), "-t", "fanout", "--json")
        code, out, err = run(BENCHMARK, server, *given)
        expect("fanout", (code, json.loads(out)[0]["operations"], err), (0, 800, ""))
        length = server.client().call("XLEN", "millstream-benchmark:stream")
        expect("entries", length, 800 // (connections - 1))


def test_jobs_leaves_no_job_behind(server: Server) -> None:
    for connections, pipeline in ((10, 1), (10, 16), (3, 2), (2, 1)):
        given = ("-n", "500", "-c", str(connections), "-P", str(pipeline), "-t", "jobs", "--json")
        code, out, err = run(BENCHMARK, server, *given)
        expect("jobs", (code, json.loads(out)[0]["operations"], err), (0, 500, ""))
        lists = ("millstream-benchmark:jobs", "millstream-benchmark:busy")
        expect("left", server.client().call("EXISTS", *lists), 0)


def test_loads_between_connections_need_two(server: Server) -> None:
    for name in ("blocked", "fanout", "jobs"):
        code, _, err = run(BENCHMARK, server, "-n", "10", "-c", "1", "-t", name)
        expect(name, (code, err), (1, f"{name}: needs at least two connections\n"))


def test_waiting_readers_are_told_from_those_of_others(server: Server) -> None:
    other = server.client()
    other.send("BLPOP", "nothing", 0)
    wait_for(lambda: "blocked_clients:1" in run(CLI, server, "info", "clients")[1], WAIT_S, "BLPOP to block")
    for protocol in ((), ("-3",)):
        given = ("-n", "300", "-c", "11", "-P", "4", "-t", "blocked,fanout,jobs", "-q", *protocol)
        expect("exit code", run(BENCHMARK, server, *given)[::2], (0, ""))


def test_what_is_drawn_is_drawn_anywhere_in_a_word(server: Server) -> None:
    run(BENCHMARK, server, "-n", "2000", "-r", "50", "-t", "incr,hset,sadd,zadd,set", "-q")
    client = server.client()
    expect("counters", 40 <= len(client.call("KEYS", "counter:*")) <= 50, True)
    for call in (("HLEN", "myhash"), ("SCARD", "myset"), ("ZCARD", "myzset")):
        expect(call[0], 40 <= client.call(*call) <= 50, True)
    expect("keys", client.call("KEYS", "*%*"), [])
    expect("names", len(client.call("KEYS", "key:????????????")) >= 40, True)


def test_a_unix_socket_serves_both_programs(_: Server) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        with Server(SERVER, "--unixsocket", path):
            for arguments in ([CLI, "-s", path, "ping"],
                              [BENCHMARK, "-s", path, "-n", "100", "-q", "-t", "ping"]):
                done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
                expect(arguments[0], (done.returncode, done.stderr), (0, ""))


def main() -> int:
    tests: list[Callable[[Server], None]] = [
        value for name, value in globals().items() if name.startswith("test_")
    ]
    failed = 0
    for test in tests:
        try:
            with Server(SERVER) as server:
                test(server)
            print(f"ok      {test.__name__}")
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {test.__name__}: {error}")
    return 1 if failed else 0


sys.exit(main())
