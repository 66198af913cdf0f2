#!/usr/bin/env python3
"""The process seen from outside: its log, its pid file, its title, and what systemd is told."""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from common import Client, Error, Failure, Run, Server, Skip, arguments, check, info, ok, run_rules, wait_for
from server import free_port

PROTECTED = ("--enable-protected-configs", "yes")
TEXT_LINE = re.compile(r"^\d+:[MC] \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} [.*#-] .*$")


def read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def logfile_goes_on_when_it_is_moved_away(binary: str) -> None:
    with Run(binary, "--logfile", "own.log", "--enable-debug-command", "yes", *PROTECTED) as server:
        folder = pathlib.Path(server.folder)
        client = server.client()
        other = folder / "elsewhere"
        other.mkdir()
        ok(client.call("CONFIG", "SET", "dir", str(other)))  # the path was resolved at start
        ok(client.call("DEBUG", "LOG", "before"))
        (folder / "own.log").rename(folder / "own.log.1")
        ok(client.call("DEBUG", "LOG", "after"))
        check("before" in read(folder / "own.log.1"), "the first line is lost")
        check("after" in read(folder / "own.log"), "the file was not opened again")
        check("after" not in read(folder / "own.log.1"), "written to the old file")
        os.truncate(folder / "own.log", 0)  # copytruncate
        ok(client.call("DEBUG", "LOG", "last"))
        check(read(folder / "own.log").count("\n") == 1, "not appended to what is left")
        for line in read(folder / "own.log.1").splitlines():
            check(TEXT_LINE.match(line), f"another form: {line}")
        check(server.log() == "", "something went to standard output too")


def loglevel_and_log_format_change_at_run_time(binary: str) -> None:
    with Run(binary, "--enable-debug-command", "yes") as server:
        client = server.client()
        check(TEXT_LINE.match(server.log().splitlines()[0]), "text is the default")
        ok(client.call("CONFIG", "SET", "log-format", "json"))
        begin = len(server.log())
        ok(client.call("DEBUG", "LOG", b'a"b\\c\nd\xff\xc3\xa4\x01'))
        line = json.loads(server.log()[begin:])
        check(line["message"] == 'DEBUG LOG: a"b\\c\nd\ufffdä\x01', line["message"])
        check(line["level"] == "warning" and line["pid"] == server.process.pid, str(line))
        when = datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00"))
        check(abs(when.timestamp() - time.time()) < 60, line["time"])
        ok(client.call("CONFIG", "SET", "loglevel", "nothing"))
        begin = len(server.log())
        ok(client.call("DEBUG", "LOG", "quiet"))
        check(server.log()[begin:] == "", "it should say nothing")
        ok(client.call("CONFIG", "SET", "loglevel", "warning", "log-format", "text"))
        ok(client.call("DEBUG", "LOG", "loud"))
        check("# DEBUG LOG: loud" in server.log()[begin:], "it should say that")


def a_log_file_that_cannot_be_opened_ends_the_start(binary: str) -> None:
    done = subprocess.run(
        [binary, "--port", "0", "--logfile", "/no/such/folder/x.log"],
        capture_output=True, timeout=20, check=False)  # fmt: skip
    check(done.returncode == 1, f"ended with {done.returncode}")
    check(b"/no/such/folder/x.log" in done.stderr, done.stderr.decode())


class Daemon:
    """A server in the background, found by its pid file and ended by it."""

    def __init__(self, binary: str, *options: str) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millstream-test-"))
        self.port = free_port()
        self.pid_path = self.folder / "server.pid"
        self.done = subprocess.run(
            [os.path.abspath(binary), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
             "--daemonize", "yes", "--pidfile", str(self.pid_path), "--logfile", "server.log", *options],
            capture_output=True, timeout=60, check=False)  # fmt: skip
        self.pid = int(read(self.pid_path)) if self.pid_path.exists() else 0

    def __enter__(self) -> "Daemon":
        return self

    def alive(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        if self.pid and self.alive():
            os.kill(self.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)


def daemonize_returns_when_it_listens(binary: str) -> None:
    with Daemon(binary) as daemon:
        check(daemon.done.returncode == 0, daemon.done.stderr.decode())
        check(daemon.pid > 0, "no pid file")
        client = Client(daemon.port, timeout=10)  # at once
        check(info(client, "process_id") == str(daemon.pid), "another process")
        check(os.getsid(daemon.pid) == daemon.pid, "not in a session of its own")
        for fd in range(3):
            check(os.readlink(f"/proc/{daemon.pid}/fd/{fd}") == "/dev/null", f"holds descriptor {fd}")
        os.kill(daemon.pid, signal.SIGTERM)
        wait_for(lambda: not daemon.pid_path.exists(), 20, "the pid file to go")
        wait_for(lambda: "bye bye" in read(daemon.folder / "server.log"), 20, "the end")


def a_daemon_that_cannot_listen_says_so(binary: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with Daemon(binary, "--port", str(taken.getsockname()[1])) as daemon:
            check(daemon.done.returncode == 1, f"ended with {daemon.done.returncode}")
            check(not daemon.pid_path.exists(), "wrote a pid file")
            check("Can't listen" in read(daemon.folder / "server.log"), "no reason in the log")


def the_pid_file_goes_at_the_end(binary: str) -> None:
    with Run(binary, "--pidfile", "server.pid", *PROTECTED) as server:
        folder = pathlib.Path(server.folder)
        check(int(read(folder / "server.pid")) == server.process.pid, "another pid")
        client = server.client()
        ok(client.call("CONFIG", "SET", "dir", "/tmp"))
        server.process.send_signal(signal.SIGTERM)
        check(server.process.wait(20) == 0, "another end")
        check(not (folder / "server.pid").exists(), "it is still there")


def title_of(pid: int) -> str:
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()


def the_title_follows_the_template(binary: str) -> None:
    with Run(binary, "--requirepass", "", "--set-proc-title", "yes") as server:
        pid = server.process.pid
        check(title_of(pid) == f"millstream-server 127.0.0.1:{server.port}", title_of(pid))
        client = server.client()
        ok(client.call("CONFIG", "SET", "proc-title-template", "{title} on {port} [{server-mode}]"))
        check(title_of(pid) == f"millstream-server on {server.port} []", title_of(pid))
        reply = client.call("CONFIG", "SET", "proc-title-template", "{title} {bogus}")
        check(isinstance(reply, Error) and "template" in str(reply), str(reply))
        ok(client.call("CONFIG", "SET", "proc-title-template", "x" * 100000))  # cut off, not beyond
        check(set(title_of(pid)) == {"x"}, "another title")
        ok(client.call("PING"))
    with Run(binary, "--set-proc-title", "no") as server:
        check(title_of(server.process.pid) == os.path.abspath(binary), title_of(server.process.pid))


def systemd_is_told(binary: str) -> None:
    for abstract in (False, True):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
            name = f"@millstream-test-{os.getpid()}" if abstract else os.path.join(folder, "notify")
            inbox.bind("\0" + name[1:] if abstract else name)
            inbox.settimeout(20)
            with Run(binary, "--supervised", "auto", environment={"NOTIFY_SOCKET": name}) as server:
                said = inbox.recv(1000).decode()
                check("STATUS=Loading" in said, said)
                said = inbox.recv(1000).decode()
                check("READY=1\n" in said and f"MAINPID={server.process.pid}\n" in said, said)
                check(info(server.client(), "process_supervised") == "systemd", "INFO does not know")
                server.process.send_signal(signal.SIGTERM)
                said = inbox.recv(1000).decode()
                check("STOPPING=1\n" in said, said)
                server.process.wait(20)
                inbox.settimeout(0.1)
                try:
                    raise Failure(f"it said more: {inbox.recv(1000)!r}")
                except socket.timeout:
                    pass


def a_manager_that_is_not_there_is_no_reason_to_fail(binary: str) -> None:
    for options in (("--supervised", "systemd"), ("--supervised", "upstart"), ("--supervised", "auto")):
        with Run(binary, *options) as server:
            check(info(server.client(), "process_supervised") == "no", "who?")
            if options[1] != "auto":
                check("supervision requested" in server.log(), server.log())
    with Run(binary, "--supervised", "systemd", environment={"NOTIFY_SOCKET": "/no/such/socket"}) as server:
        ok(server.client().call("PING"))
    with Run(binary, "--supervised", "systemd", environment={"NOTIFY_SOCKET": "x" * 500}) as server:
        ok(server.client().call("PING"))


def syslog_without_a_daemon_is_no_reason_to_fail(binary: str) -> None:
    with Run(binary, "--syslog-enabled", "yes", "--syslog-ident", "mill", "--syslog-facility", "local3") as server:
        client = server.client()
        check(client.call("CONFIG", "GET", "syslog-facility")[1] == b"local3", "another facility")
        wait_for(lambda: "Ready to accept" in server.log(), 5, "the line in the other log")


# As syslog(3) sends them: facility * 8 + priority before the text.
FACILITIES = {"user": 1, "local0": 16, "local3": 19, "local7": 23}
PRIORITIES = {"debug": 7, "verbose": 6, "notice": 5, "warning": 4}
SYSLOG_LINE = re.compile(r"<(\d+)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ([^\[]+)\[(\d+)\]: (.*)", re.S)


class SystemLog:
    """A /dev/log for one process, in a mount namespace of its own; `program` starts that there."""

    def __init__(self, binary: str) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millstream-test-"))
        (self.folder / "dev").mkdir()
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.inbox.bind(str(self.folder / "dev" / "log"))
        self.inbox.settimeout(20)
        self.program = str(self.folder / "run")
        inside = f'mount --bind {self.folder}/dev /dev && exec {os.path.abspath(binary)} "$@"'
        how = "unshare -m" if os.geteuid() == 0 else "unshare -rm"
        pathlib.Path(self.program).write_text(f"#!/bin/sh\nexec {how} sh -c '{inside}' sh \"$@\"\n")
        os.chmod(self.program, 0o755)
        try:
            done = subprocess.run([self.program, "--version"], capture_output=True, timeout=20, check=False)
            problem = done.stderr.decode() if done.returncode else ""
        except OSError as error:
            problem = str(error)
        if problem:
            self.close()
            raise Skip(f"no mount namespace can be made here: {problem}")

    def expect(self, number: int, pid: int, text: str) -> None:
        """The next line that has the text; all until then are of the same ident and process."""
        while True:
            line = self.inbox.recv(10000).decode().rstrip("\0")
            match = SYSLOG_LINE.fullmatch(line)
            check(match and match.group(2) == "mill" and int(match.group(3)) == pid, f"another form: {line!r}")
            if match and match.group(4).startswith(text):
                check(int(match.group(1)) == number, f"{line!r} is not {number}")
                return

    def close(self) -> None:
        self.inbox.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def syslog_gets_each_line_with_ident_facility_and_priority(binary: str) -> None:
    log = SystemLog(binary)
    try:
        for name, facility in FACILITIES.items():
            options = ("--syslog-enabled", "yes", "--syslog-ident", "mill", "--syslog-facility", name)
            with Run(log.program, *options, "--enable-debug-command", "yes") as server:
                pid = server.process.pid
                notice, warning = (facility * 8 + PRIORITIES[level] for level in ("notice", "warning"))
                log.expect(notice, pid, "Server initialized")
                client = server.client()
                ok(client.call("DEBUG", "LOG", "one\ntwo\r\x01three"))  # is one line there, too
                log.expect(warning, pid, "DEBUG LOG: one two  three")
                ok(client.call("CONFIG", "SET", "loglevel", "warning"))  # it holds for this log, too
                server.process.send_signal(signal.SIGTERM)
                log.expect(warning, pid, "Received SIGTERM")
                log.expect(warning, pid, "Millstream is now ready to exit")
    finally:
        log.close()


def a_pid_file_that_cannot_be_written_is_said(binary: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        full = os.path.join(folder, "full.pid")
        os.symlink("/dev/full", full)
        for path, reason in ((full, "No space left"), ("/no/such/folder/x.pid", "No such file"),
                             ("x" * 4090 + "/server.pid", "")):  # fmt: skip
            with Run(binary, "--pidfile", path) as server:
                ok(server.client().call("PING"))
                check(f"Can't write the pid file {path[:500]}" in server.log(), server.log())
                check(not reason or f"{path}: {reason}" in server.log(), server.log())
        check(os.path.islink(full), "what is not ours was removed at the end")


def a_refused_config_set_leaves_the_directory_as_it_was(binary: str) -> None:
    with Run(binary, *PROTECTED) as server, socket.socket() as taken, tempfile.TemporaryDirectory() as other:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        client = server.client()
        place = pathlib.Path(f"/proc/{server.process.pid}/cwd")
        before = place.readlink()
        reply = client.call("CONFIG", "SET", "dir", other, "port", taken.getsockname()[1])
        check(isinstance(reply, Error) and "'port'" in reply.text, f"{reply}")
        check(place.readlink() == before, f"it is in {place.readlink()} now")
        ok(client.call("CONFIG", "SET", "dir", other))
        check(place.readlink() == pathlib.Path(other).resolve(), f"it is in {place.readlink()}")
        ok(client.call("CONFIG", "SET", "dir", str(before)))


def what_save_says_goes_from_the_start_on(binary: str) -> None:
    with Run(binary, "--appendonly", "no", "--save", "1 1") as server:
        ok(server.client().call("SET", "a", "1"))
        wait_for(lambda: (pathlib.Path(server.folder) / "dump.rdb").exists(), 10, "the file")


def child_of(server: Server) -> int:
    """The process that writes a file for the server, stopped in the middle of it."""
    begin = len(server.log())
    ok(server.client().call("BGREWRITEAOF"))
    wait_for(lambda: "started by pid" in server.log()[begin:], 10, "the child to start")
    wait_for(lambda: [*pathlib.Path(server.folder).glob("millstream-log/*.rdb.tmp")], 10, "its file")
    pid = int(re.findall(r"started by pid (\d+)", server.log()[begin:])[0])
    os.kill(pid, signal.SIGSTOP)
    return pid


def open_files(pid: int) -> list[str]:
    return [os.readlink(path) for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()]


def a_child_does_not_outlive_its_server(binary: str) -> None:
    """It would keep the log locked and the port in use, and put its file in the place of a newer one."""
    with Run(binary, "--appendonly", "yes", "--enable-debug-command", "yes") as server:
        ok(server.client(60).call("DEBUG", "POPULATE", 1000000))
        pid = child_of(server)
        names = " ".join(open_files(pid))
        check("socket:" not in names and "/lock" not in names, f"open in the child: {names}")
        server.kill()
        server.restart()
        wait_for(lambda: not pathlib.Path(f"/proc/{pid}/cwd").exists(), 10, "the child to go")
        check("another process" not in server.log(), "the log was locked")


RULES = [
    logfile_goes_on_when_it_is_moved_away,
    loglevel_and_log_format_change_at_run_time,
    a_log_file_that_cannot_be_opened_ends_the_start,
    daemonize_returns_when_it_listens,
    a_daemon_that_cannot_listen_says_so,
    the_pid_file_goes_at_the_end,
    the_title_follows_the_template,
    systemd_is_told,
    a_manager_that_is_not_there_is_no_reason_to_fail,
    syslog_without_a_daemon_is_no_reason_to_fail,
    syslog_gets_each_line_with_ident_facility_and_priority,
    a_pid_file_that_cannot_be_written_is_said,
    a_refused_config_set_leaves_the_directory_as_it_was,
    what_save_says_goes_from_the_start_on,
    a_child_does_not_outlive_its_server,
]


def main() -> int:
    options = arguments(__doc__).parse_args()
    return run_rules(RULES, options.only, options.server)


if __name__ == "__main__":
    sys.exit(main())
