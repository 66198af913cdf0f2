#!/usr/bin/env python3
"""Backups that are made while connections work: restored, they hold everything acknowledged before
BACKUP SEAL was sent and nothing that was sent after its reply; given up, they leave nothing behind.
"""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

from common import (
    Client,
    Error,
    Run,
    Server,
    arguments,
    check,
    info,
    log_folder,
    ok,
    pairs,
    run_rules,
    wait_for,
)
from full_disk import Disk
from model import State, check_group_books, differences, read_state
from operations import Operation, Operations

CONNECTIONS = 5
STRETCH = 10  # operations of a worker between two steps of a backup
WAIT_SECONDS = 30


def status(client: Client) -> dict[str, Any]:
    return pairs(ok(client.call("BACKUP", "STATUS")))


def state_of(client: Client) -> str:
    return str(status(client)["state"].decode())


def wait_for_state(client: Client, state: str) -> None:
    def arrived() -> bool:
        now = status(client)
        check(state == "failed" or now["state"] != b"failed", f"the backup has failed: {now}")
        return bool(now["state"] == state.encode())

    wait_for(arrived, WAIT_SECONDS, f"the backup to be {state}")


def begin(client: Client) -> None:
    ok(client.call("BACKUP", "START"))
    wait_for_state(client, "incrementing")


def paths(client: Client) -> list[pathlib.Path]:
    return [pathlib.Path(path.decode()) for path in ok(client.call("BACKUP", "LIST"))]


def backup_folder(server: Server) -> pathlib.Path:
    return pathlib.Path(server.folder) / "backupdir"


def left_in(server: Server) -> list[str]:
    return sorted(path.name for path in backup_folder(server).rglob("*"))


def is_sound(options: Any, folder: pathlib.Path) -> None:
    """millstream-check says so."""
    tool = pathlib.Path(options.server).resolve().with_name("millstream-check")
    run = subprocess.run([tool, folder], capture_output=True, text=True, check=False)
    check(run.returncode == 0 and "SOUND" in run.stdout, f"millstream-check: {run}")


class Restored:
    """A server that begins with a copy of the backup."""

    def __init__(self, options: Any, files: list[pathlib.Path], *words: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="millstream-restored-")
        target = pathlib.Path(self.folder) / "millstream-log"
        target.mkdir()
        for path in files:
            shutil.copy(path, target)
        is_sound(options, target)
        self.run = Run(options.server, *words, folder=self.folder)

    def __enter__(self) -> Server:
        return self.run.__enter__()

    def __exit__(self, *error: Any) -> None:
        try:
            self.run.__exit__(*error)
        finally:
            shutil.rmtree(self.folder)


# --- Load.


class Worker:
    """A connection that works on keys of its own and remembers when it sent what, and when it was
    acknowledged."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.operations = Operations(name, seed, True)
        self.ahead = State()
        self.done: list[tuple[float, float, Operation, list[Any]]] = []
        self.problem: str | None = None

    def run(self, client: Client, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                operation = self.operations.next(self.ahead)
                if not operation.unknown:
                    operation.apply(self.ahead)
                sent = time.monotonic()
                replies = client.pipeline(operation.commands)
                self.done.append((sent, time.monotonic(), operation, replies))
                if operation.unknown:
                    operation.acknowledged(self.ahead, replies)
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = f"{self.name}: {type(problem).__name__}: {problem}"
        finally:
            client.close()

    def check(self, client: Client, asked: float, answered: float) -> None:
        """Sealing was asked for and answered at these instants."""
        actual, state = read_state(client, self.name), State()
        best: list[str] | None = None
        at = 0
        while at < len(self.done) and self.done[at][1] < asked:
            self.done[at][2].acknowledged(state, self.done[at][3])
            at += 1
        must = at
        while True:
            lines = differences(state, actual)
            if not lines:
                break
            best = lines if best is None or len(lines) < len(best) else best
            check(
                at < len(self.done) and self.done[at][0] < answered,
                f"{self.name}: after {must} to {at} of {len(self.done)}: {best[:5]}",
            )
            self.done[at][2].acknowledged(state, self.done[at][3])
            at += 1
        for stream in ("s1", "s2"):
            check_group_books(client, self.name + stream)


class Load:
    """Connections at work as long as the context lasts."""

    def __init__(self, server: Server, seed: int) -> None:
        dice = random.Random(seed)
        self.stop = threading.Event()
        self.workers = [Worker(f"w{i}:", dice.getrandbits(32)) for i in range(CONNECTIONS)]
        self.threads = [
            threading.Thread(target=worker.run, args=(server.client(30), self.stop), daemon=True)
            for worker in self.workers
        ]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(30)

    def go_on(self) -> None:
        """Waits until there is a good deal more of it, by every worker that still works."""
        before = [len(worker.done) for worker in self.workers]
        wait_for(
            lambda: all(
                worker.problem or len(worker.done) >= had + STRETCH for worker, had in zip(self.workers, before)
            ),
            WAIT_SECONDS,
            "the load to go on",
        )

    def check(self, client: Client, asked: float, answered: float) -> None:
        for worker in self.workers:
            check(not worker.problem, worker.problem or "")
            check(len(worker.done) > 20, f"{worker.name} did {len(worker.done)} operations only")
            worker.check(client, asked, answered)


def rewrite(client: Client) -> None:
    reply = client.call("BGREWRITEAOF")
    if not isinstance(reply, Error):
        wait_for(lambda: info(client, "aof_rewrite_in_progress") == "0", WAIT_SECONDS, "a rewrite")


def back_up_under_load(options: Any, *words: str) -> None:
    seed = random.SystemRandom().getrandbits(32)
    print(f"  seed {seed}: {' '.join(words)}")
    words = ("--log-segment-size", "64kb", *words)
    with Run(options.server, *words) as server, Load(server, seed) as load:
        client = server.client(30)
        load.go_on()
        begin(client)
        for _ in range(3):
            load.go_on()
            rewrite(client)
        load.go_on()
        asked = time.monotonic()
        ok(client.call("BACKUP", "SEAL"))
        answered = time.monotonic()
        load.go_on()
        rewrite(client)  # whatever the log does from now on
        load.go_on()
        load.__exit__()
        files = paths(client)
        check(files[-1].name == "manifest", f"the manifest is not last in {files}")
        check(sorted(path.name for path in files) == left_in(server), f"{files}, {left_in(server)}")
        is_sound(options, backup_folder(server))
        with Restored(options, files) as restored:
            load.check(restored.client(30), asked, answered)
            rewrite(restored.client())
            restored.kill()
            restored.restart()
            load.check(restored.client(30), asked, answered)
        server.kill()  # the log that it was made of is one, too
        server.restart()
        ok(server.client().call("PING"))


# --- The rules.


def backup_under_load(options: Any) -> None:
    back_up_under_load(options, "--reactors", "1")


def backup_under_load_of_many_reactors(options: Any) -> None:
    back_up_under_load(options, "--reactors", "4", "--appendfsync", "everysec")


def backup_under_load_without_a_log(options: Any) -> None:
    back_up_under_load(options, "--reactors", "4", "--appendonly", "no")


def a_backup_attaches_to_a_rewrite(options: Any) -> None:
    with Run(options.server) as server:
        client = server.client()
        fill(client, 2000)
        ok(client.call("BGREWRITEAOF"))
        ok(client.call("BACKUP", "START"))
        rewrites = info(client, "aof_rewrites")
        wait_for_state(client, "incrementing")
        ok(client.call("BACKUP", "SEAL"))
        check(int(info(client, "aof_rewrites") or 0) <= int(rewrites or 0) + 2, "too many rewrites")
        with Restored(options, paths(client)) as restored:
            check(restored.client().call("DBSIZE") == 2000, "keys are missing")


def a_backup_waits_for_another_child(options: Any) -> None:
    with Run(options.server) as server:
        client = server.client()
        fill(client, 20000)
        replies = client.pipeline([("BGSAVE",), ("BACKUP", "START"), ("BACKUP", "STATUS")])
        check(not isinstance(ok(replies[1]), Error), "not started")
        check(pairs(replies[2])["state"] in (b"pending", b"snapshotting"), f"{replies[2]}")
        wait_for_state(client, "incrementing")
        ok(client.call("BACKUP", "ABORT"))


def fill(client: Client, keys: int) -> None:
    for begin_at in range(0, keys, 1000):
        for reply in client.pipeline(
            [("SET", f"k{i}", "x" * 200) for i in range(begin_at, min(keys, begin_at + 1000))]
        ):
            ok(reply)


def links_of(folder: pathlib.Path) -> list[int]:
    return [path.stat().st_nlink for path in folder.iterdir() if path.name != "lock"]


def abort_and_cleanup_leave_nothing(options: Any) -> None:
    for appendonly in ("yes", "no"):
        words = ["--appendonly", appendonly, "--log-segment-size", "64kb"]
        with Run(options.server, *words) as server:
            client = server.client()
            fill(client, 1000)
            for end in ("SEAL", "ABORT"):
                begin(client)
                check(info(client, "backup_in_progress") == "1", "INFO does not say so")
                fill(client, 1000)
                rewrite(client)
                fill(client, 1000)
                ok(client.call("BACKUP", end))
                check(info(client, "backup_in_progress") == "0", "INFO still says so")
                ok(client.call("BACKUP", "CLEANUP"))
                check(not left_in(server), f"after {end}: {left_in(server)}")
                check(state_of(client) == "idle", f"after {end}: {status(client)}")
            if appendonly == "yes":
                rewrite(client)
                check(set(links_of(log_folder(server))) == {1}, "files still have other names")
                count = len(list(log_folder(server).glob("*.log")))
                check(count <= 2, f"{count} segments stay behind")
            else:
                check(not log_folder(server).exists(), "a log is there that nobody asked for")


def abort_while_the_checkpoint_is_written(options: Any) -> None:
    for appendonly in ("yes", "no"):
        with Run(options.server, "--appendonly", appendonly) as server:
            client = server.client()
            fill(client, 20000)
            replies = client.pipeline([("BACKUP", "START"), ("BACKUP", "ABORT")])
            check(not any(isinstance(reply, Error) for reply in replies), f"{replies}")
            check(not left_in(server), f"{left_in(server)} stay behind")
            wait_for(lambda: not isinstance(client.call("BACKUP", "START"), Error), 20, "a start")
            wait_for_state(client, "incrementing")
            ok(client.call("BACKUP", "SEAL"))
            with Restored(options, paths(client)) as restored:
                check(restored.client().call("DBSIZE") == 20000, "keys are missing")


def a_restart_forgets_the_backup(options: Any) -> None:
    for appendonly in ("yes", "no"):
        with Run(options.server, "--appendonly", appendonly) as server:
            client = server.client()
            fill(client, 500)
            begin(client)
            ok(client.call("SET", "more", "1"))
            server.kill()
            server.restart()
            client = server.client()
            check(state_of(client) == "idle", f"{status(client)}")
            check((client.call("GET", "more") == b"1") == (appendonly == "yes"), "lost, or not")
            refused = client.call("BACKUP", "START")
            check(isinstance(refused, Error) and "is not empty" in refused.text, f"{refused}")
            check("manifest" not in left_in(server)[:1], "it could be taken for a backup")
            check(not (backup_folder(server) / "manifest").exists(), "it looks like a backup")
            foreign = backup_folder(server) / "mine.log"
            foreign.write_text("not the server's")
            ok(client.call("BACKUP", "CLEANUP"))
            check(left_in(server) == ["mine.log"], f"{left_in(server)} stay behind")
            foreign.unlink()
            begin(client)
            ok(client.call("BACKUP", "SEAL"))
            is_sound(options, backup_folder(server))


def a_sealed_backup_is_removed_in_time(options: Any) -> None:
    with Run(options.server) as server:
        client = server.client()
        fill(client, 10)
        begin(client)
        ok(client.call("BACKUP", "SEAL"))
        began = int(info(client, "uptime_in_seconds"))
        wait_for(lambda: int(info(client, "uptime_in_seconds")) >= began + 2, 10, "two seconds of cron")
        check(state_of(client) == "sealed", "it is gone though nobody said when")
        ok(client.call("CONFIG", "SET", "backup-sealed-ttl", "1"))
        wait_for(lambda: state_of(client) == "idle", 5, "the backup to be removed")
        wait_for(lambda: not left_in(server), 5, "its files to be removed")


def a_directory_with_something_in_it_is_refused(options: Any) -> None:
    with Run(options.server) as server:
        client = server.client()
        backup_folder(server).mkdir()
        (backup_folder(server) / "folder").mkdir()
        refused = client.call("BACKUP", "START")
        check(isinstance(refused, Error) and "is not empty" in refused.text, f"{refused}")
        check(state_of(client) == "idle", f"{status(client)}")
    with Run(options.server, "--backupdirname", "millstream-log") as server:
        client = server.client()
        for word in ("START", "CLEANUP"):
            refused = client.call("BACKUP", word)
            check(isinstance(refused, Error) and "same directory" in refused.text, f"{refused}")
    try:
        with Run(options.server, "--backupdirname", "../elsewhere"):
            check(False, "backupdirname takes a path")
    except RuntimeError as ended:
        check("can't be a path" in str(ended), f"{ended}")


def a_full_disk_fails_the_backup(options: Any) -> None:
    with Disk() as disk:
        words = ["--appendonly", "no", "--save", "", "--dir", disk.path, "--log-segment-size", "256kb"]
        with Run(options.server, *words) as server:
            client = server.client()
            begin(client)
            for number in range(600):
                ok(client.call("SET", f"k{number}", random.randbytes(10000)))
            wait_for(lambda: state_of(client) == "failed", 10, "the backup to fail")
            reason = status(client)["error"].decode()
            check("No space left" in reason, f"the reason is not said: {reason}")
            check("The backup has failed" in server.log(), "the log does not say it")
            folder = pathlib.Path(disk.path) / "backupdir"
            wait_for(lambda: not list(folder.iterdir()), 5, "the files to be removed")
            ok(client.call("SET", "after", "1"))


def files_are_copied_to_another_file_system(options: Any) -> None:
    with Disk() as disk, Run(options.server) as server:
        backup_folder(server).symlink_to(disk.path)
        disk.free()
        client = server.client()
        fill(client, 500)
        begin(client)
        fill(client, 600)
        ok(client.call("BACKUP", "SEAL"))
        is_sound(options, backup_folder(server))
        with Restored(options, paths(client)) as restored:
            check(restored.client().call("DBSIZE") == 600, "keys are missing")
        ok(client.call("BACKUP", "CLEANUP"))
        check(not os.listdir(disk.path), f"{os.listdir(disk.path)} stay behind")


RULES = [
    backup_under_load,
    backup_under_load_of_many_reactors,
    backup_under_load_without_a_log,
    a_backup_attaches_to_a_rewrite,
    a_backup_waits_for_another_child,
    abort_and_cleanup_leave_nothing,
    abort_while_the_checkpoint_is_written,
    a_restart_forgets_the_backup,
    a_sealed_backup_is_removed_in_time,
    a_directory_with_something_in_it_is_refused,
    a_full_disk_fails_the_backup,
    files_are_copied_to_another_file_system,
]


def main() -> int:
    options = arguments(__doc__).parse_args()
    return run_rules(RULES, options.only, options)


if __name__ == "__main__":
    sys.exit(main())
