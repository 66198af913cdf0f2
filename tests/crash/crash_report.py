#!/usr/bin/env python3
"""A server that crashes says why, ends by the signal, and has what it acknowledged afterwards."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import pathlib
import re
import signal
import struct
import sys
import tempfile
import termios
import threading

from common import (
    GONE,
    Client,
    Failure,
    Run,
    Server,
    arguments,
    check,
    ok,
    run_rules,
    wait_for,
)

DEBUG = ("--enable-debug-command", "yes")
PARTS = (
    "=== MILLSTREAM BUG REPORT START",
    "------ STACK TRACE ------",
    "------ REGISTERS ------",
    "------ REACTORS ------",
    "------ SERVER ------",
    "millstream_version:",
    "------ FAST MEMORY TEST ------",
    "=== MILLSTREAM BUG REPORT END",
)
END_SECONDS = 30
LIBC = ctypes.CDLL(None, use_errno=True)
PIPE_BYTES = 4096
BUSY_TICKS = 20  # of CPU, a hundred a second


def cpu_ticks(server: Server) -> int:
    """CPU the server has used so far."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def end_of(server: Server) -> int:
    return server.process.wait(END_SECONDS)


def crash(server: Server, *command: str) -> str:
    """Sends what ends the server; returns what it wrote meanwhile."""
    begin = len(server.log())
    client = server.client()
    try:
        client.call(*command)
        raise Failure(f"{command} was answered")
    except GONE:
        pass
    end_of(server)
    return server.log()[begin:]


def check_parts(report: str, parts: tuple[str, ...] = PARTS) -> None:
    at = -1
    for part in parts:
        found = report.find(part, at + 1)
        check(found > at, f"{part!r} is missing, or not in its place, in:\n{report}")
        at = found


def fill(client: Client) -> None:
    for i in range(50):
        ok(client.call("XADD", "stream", f"{i + 1}-1", "field", f"value {i}"))
    ok(client.call("XGROUP", "CREATE", "stream", "group", "0"))
    ok(client.call("XREADGROUP", "GROUP", "group", "me", "COUNT", "7", "STREAMS", "stream", ">"))


def check_data(server: Server) -> None:
    client = server.client()
    check(client.call("XLEN", "stream") == 50, "entries are lost")
    check(client.call("XPENDING", "stream", "group")[0] == 7, "pending entries are lost")
    client.close()


def each_way_to_crash_is_reported_and_loses_nothing(binary: str) -> None:
    ways = (
        ("SEGFAULT", signal.SIGSEGV, "Accessing address: 0x"),
        ("ASSERT", signal.SIGABRT, "CHECK failed: !\"DEBUG ASSERT was called\" at "),
        ("PANIC", signal.SIGABRT, "CHECK failed: DEBUG PANIC was called at "),
    )
    with Run(binary, *DEBUG, "--reactors", "2") as server:
        for way, number, reason in ways:
            client = server.client()
            client.call("FLUSHALL")
            fill(client)
            report = crash(server, "DEBUG", way)
            check(server.process.returncode == -number, f"{way} ended by {server.process.returncode}")
            check_parts(report)
            check(f"crashed by signal: {int(number)} " in report, report)
            check(reason in report, f"{reason!r} is not in:\n{report}")
            check(re.search(r"#\d+ 0x[0-9a-f]{16} \w+\+0x", report), f"no function is named:\n{report}")
            check(f"(({os.path.basename(binary)}+0x"[1:] in report, f"no module:\n{report}")
            check(
                re.search(r"reactor \d \(this thread\), busy for \d+ us: runs 'debug' .* addr=127.0.0.1:", report),
                f"what the reactor was doing is missing:\n{report}",
            )
            server.restart()
            check_data(server)


def a_signal_from_outside_names_its_sender(binary: str) -> None:
    for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT):
        with Run(binary) as server:
            server.process.send_signal(number)
            check(end_of(server) == -number, f"ended by {server.process.returncode}")
            check_parts(server.log())
            check(f"Sent by the process {os.getpid()} " in server.log(), server.log())


def every_reactor_says_what_it_was_doing(binary: str) -> None:
    with Run(binary, *DEBUG, "--reactors", "4") as server:
        clients = [server.client() for _ in range(8)]
        for client in clients:
            ok(client.call("PING"))
        report = crash(server, "DEBUG", "SEGFAULT")
        part = report[report.index("------ REACTORS") : report.index("------ SERVER")]
        for number in range(4):
            check(f"reactor {number}" in part, f"reactor {number} is missing:\n{report}")
        check(part.count(": asleep") == 3, f"three sleep:\n{part}")
        check(part.count("#0 0x") == 3, f"three stacks besides the one that crashed:\n{part}")


def what_a_busy_reactor_runs_is_shown_with_its_arguments(binary: str) -> None:
    for hide in ("no", "yes"):
        with Run(binary, "--hide-user-data-from-log", hide, "--appendonly", "no") as server:
            client = server.client(60)
            for begin in range(0, 400000, 4000):
                ok(client.call("SADD", "big", *[f"member:{i}" for i in range(begin, begin + 4000)]))
            for _ in range(20):  # that it is caught at work is likely, not certain
                client.send("SORT", "big", "ALPHA", "LIMIT", "0", "1")
            used = cpu_ticks(server)
            wait_for(lambda: cpu_ticks(server) >= used + BUSY_TICKS, 30, "the server to be at work")
            server.process.send_signal(signal.SIGSEGV)
            end_of(server)
            log = server.log()
            check_parts(log, PARTS if hide == "no" else tuple(p for p in PARTS if "REGISTERS" not in p))
            check("runs 'sort' with 6 arguments" in log, f"SORT is not shown:\n{log}")
            check(("argv[1], 3 bytes: big" in log) == (hide == "no"), f"hide {hide}:\n{log}")


def the_report_is_json_when_the_log_is(binary: str) -> None:
    with Run(binary, *DEBUG, "--log-format", "json") as server:
        crash(server, "DEBUG", "SEGFAULT")
        lines = [json.loads(line) for line in server.log().splitlines()]
        check_parts("\n".join(line["message"] for line in lines))
        check(all(line["pid"] == server.process.pid for line in lines), "another pid")


def crash_log_enabled_no_leaves_the_signal_alone(binary: str) -> None:
    with Run(binary, *DEBUG, "--crash-log-enabled", "no") as server:
        report = crash(server, "DEBUG", "SEGFAULT")
        check(server.process.returncode == -signal.SIGSEGV, "another end")
        check("BUG REPORT" not in report, report)
        server.restart()
        client = server.client()
        ok(client.call("CONFIG", "SET", "crash-log-enabled", "yes", "crash-memcheck-enabled", "no"))
        report = crash(server, "DEBUG", "SEGFAULT")
        check_parts(report, tuple(part for part in PARTS if "MEMORY" not in part))


def the_pid_file_goes_with_a_crash(binary: str) -> None:
    with Run(binary, *DEBUG, "--pidfile", "server.pid") as server:
        path = pathlib.Path(server.folder) / "server.pid"
        check(path.read_text(encoding="ascii") == f"{server.process.pid}\n", "not its pid")
        crash(server, "DEBUG", "SEGFAULT")
        check(not path.exists(), "the pid file is still there")


def the_watchdog_says_where_a_reactor_is_stuck(binary: str) -> None:
    with Run(binary, *DEBUG, "--watchdog-period", "200") as server:
        client = server.client(30)
        ok(client.call("DEBUG", "SLEEP", "1"))
        check("WATCHDOG" in server.log(), server.log())
        check("runs 'debug'" in server.log() and "nanosleep" in server.log(), server.log())
        ok(client.call("CONFIG", "SET", "watchdog-period", "0"))
        begin = len(server.log())
        ok(client.call("DEBUG", "SLEEP", "0.8"))
        check("WATCHDOG" not in server.log()[begin:], "it is switched off")
        ok(client.call("CONFIG", "SET", "watchdog-period", "1"))  # taken as 200
        ok(client.call("DEBUG", "SLEEP", "1"))
        wait_for(lambda: "WATCHDOG" in server.log()[begin:], 5, "the watchdog again")


def a_second_thread_that_crashes_waits_for_the_report(binary: str) -> None:
    with Run(binary, "--reactors", "4") as server:
        pid = server.process.pid
        names = {int(name): pathlib.Path(f"/proc/{pid}/task/{name}/comm") for name in os.listdir(f"/proc/{pid}/task")}
        threads = [thread for thread, path in names.items() if thread == pid or path.read_text().startswith("reactor-")]
        check(len(threads) == 4, f"threads {threads}")
        for thread in threads:
            LIBC.tgkill(pid, thread, int(signal.SIGSEGV))
        check(end_of(server) == -signal.SIGSEGV, f"ended by {server.process.returncode}")
        check_parts(server.log())
        check(server.log().count(PARTS[0]) == 1, "two reports")


def waiting_bytes(pipe: int) -> int:
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0])


def blocks_sigterm(pid: int) -> bool:
    match = re.search(r"^SigBlk:\s*([0-9a-f]+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)
    return bool(match and int(match.group(1), 16) >> (signal.SIGTERM - 1) & 1)


def a_crash_during_the_watchdogs_report_is_reported(binary: str) -> None:
    """The log is a pipe that nobody reads, so that the watchdog stands still in its report."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        os.mkfifo(path)
        pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        with Run(binary, *DEBUG, "--logfile", path, "--watchdog-period", "200") as server:
            client = server.client()
            while waiting_bytes(pipe) < PIPE_BYTES - 200:
                room = PIPE_BYTES - 150 - waiting_bytes(pipe)
                ok(client.call("DEBUG", "LOG", "x" * min(room - 60, 900)))
            before = waiting_bytes(pipe)
            client.send("DEBUG", "SLEEP", "60")
            wait_for(lambda: waiting_bytes(pipe) > before, 10, "the watchdog")
            server.process.send_signal(signal.SIGSEGV)
            wait_for(lambda: blocks_sigterm(server.process.pid), 10, "the crash")
            got: list[bytes] = []
            os.set_blocking(pipe, True)
            reader = threading.Thread(target=lambda: got.extend(iter(lambda: os.read(pipe, 65536), b"")))
            reader.start()
            check(end_of(server) == -signal.SIGSEGV, f"ended by {server.process.returncode}")
            reader.join(10)
            check_parts(b"".join(got).decode())
        os.close(pipe)


RULES = [
    each_way_to_crash_is_reported_and_loses_nothing,
    a_signal_from_outside_names_its_sender,
    every_reactor_says_what_it_was_doing,
    what_a_busy_reactor_runs_is_shown_with_its_arguments,
    the_report_is_json_when_the_log_is,
    crash_log_enabled_no_leaves_the_signal_alone,
    the_pid_file_goes_with_a_crash,
    the_watchdog_says_where_a_reactor_is_stuck,
    a_second_thread_that_crashes_waits_for_the_report,
    a_crash_during_the_watchdogs_report_is_reported,
]


def main() -> int:
    options = arguments(__doc__).parse_args()
    return run_rules(RULES, options.only, options.server)


if __name__ == "__main__":
    sys.exit(main())
