#!/usr/bin/env python3
"""millstream-check in all its modes, on logs that our server has written.

check.py --server BINARY --check BINARY [--redis BINARY]. What it exports is loaded by redis-server and
compared key by key; what it recovers is compared with what the server had at that point; damage of
every kind must be found, named, and repaired without touching what is sound.
"""

from __future__ import annotations

import argparse
import hashlib
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from stored import change, differences, everything, fill, must  # noqa: E402

from resp import Client  # noqa: E402
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

SOUND, DAMAGED, USAGE, UNREADABLE = 0, 1, 2, 3
SEGMENTS = ("--log-segment-size", "1mb")


def wait_ready(client: Client) -> None:
    wait_for(lambda: b"loading:0" in must(client, "INFO", "persistence"), 30, "the data to be loaded")


def fingerprint(folder: pathlib.Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def segments(log: pathlib.Path) -> list[pathlib.Path]:
    return sorted(log.glob("*.log"))


class Tester:
    def __init__(self, options: argparse.Namespace, folder: pathlib.Path) -> None:
        self.server, self.program, self.redis = options.server, options.check, options.redis
        self.folder = folder
        self.wrong: list[str] = []
        self.count = 0

    def expect(self, condition: bool, what: str) -> None:
        self.count += 1
        if not condition:
            self.wrong.append(what)

    def run(self, code: int, *arguments: str | pathlib.Path, words: tuple[str, ...] = ()) -> str:
        """Runs the program; its exit code and some words of its output must be these."""
        done = subprocess.run(
            [self.program, *map(str, arguments)], capture_output=True, timeout=60, check=False
        )
        said = (done.stdout + done.stderr).decode(errors="replace")
        label = " ".join(str(argument) for argument in arguments)
        self.expect(done.returncode == code, f"{label}: exit code {done.returncode} instead of {code}\n{said}")
        for word in words:
            self.expect(word in said, f"{label}: no '{word}' in\n{said}")
        return said

    def copy(self, log: pathlib.Path, name: str) -> pathlib.Path:
        target = self.folder / name / "millstream-log"
        shutil.copytree(log, target)
        return target

    def state_of(self, log: pathlib.Path) -> dict[str, Any]:
        """What our server finds in a log directory."""
        with Server(self.server, folder=str(log.parent)) as server:
            client = server.client(60)
            wait_ready(client)
            return everything(client)

    def compare(self, found: dict[str, Any], wanted: dict[str, Any], label: str) -> None:
        self.count += 1
        self.wrong += differences(found, wanted, label)

    # --- A log with a checkpoint, several segments, and a marker to come back to.

    def make_log(self, seed: int) -> None:
        chance = random.Random(seed)
        home = self.folder / "home"
        home.mkdir()
        self.log = home / "millstream-log"
        with Server(self.server, *SEGMENTS, folder=str(home)) as server:
            client = server.client(60)
            wait_ready(client)
            fill(client, chance)
            must(client, "BGREWRITEAOF")
            wait_for(self.has_checkpoint, 30, "the checkpoint")
            change(client, "first")
            self.at_marker = everything(client)
            now = time.time()
            wait_for(lambda: time.time() > now + 0.005, 5, "the clock to go on")
            must(client, "SET", "marker", "here")
            for size in range(400):
                must(client, "SET", f"filler:{size % 7}", chance.randbytes(8000))
            change(client, "second")
            self.run(SOUND, self.log)
            self.run(UNREADABLE, "--repair", "--yes", self.log, words=("a server uses the log",))
            self.at_end = everything(client)
            server.kill()

    def following(self) -> None:
        log = self.copy(self.log, "followed log")
        with Server(self.server, folder=str(log.parent)) as server:
            client = server.client(60)
            wait_ready(client)
            self.follow(client, log)

    def has_checkpoint(self) -> bool:
        done = subprocess.run([self.program, str(self.log)], capture_output=True, timeout=60, check=False)
        return b"checkpoint at position" in done.stdout

    def follow(self, client: Client, log: pathlib.Path) -> None:
        """--follow prints what comes after its start, as it comes, and ends when interrupted."""
        output = self.folder / "followed"
        with open(output, "wb") as out:
            process = subprocess.Popen([self.program, "--follow", str(log)], stdout=out, stderr=out)

        def has(word: bytes) -> bool:
            return word in output.read_bytes()

        def has_begun() -> bool:
            must(client, "SET", "followed", "begin")
            return has(b"followed begin")

        wait_for(has_begun, 20, "--follow to print")
        must(client, "RPUSH", "a list", "x y", "\x01")
        wait_for(lambda: has(b'RPUSH "a list" "x y" "\\x01"\n'), 20, "--follow to print a record")
        # across a checkpoint, which removes the segment that is being read
        before = {path.name for path in segments(log)}
        must(client, "BGREWRITEAOF")
        wait_for(lambda: not before & {path.name for path in segments(log)}, 30, "old segments to go")
        must(client, "SET", "followed", "across")
        wait_for(lambda: has(b"SET followed across\n"), 20, "--follow to go on behind a checkpoint")
        process.send_signal(signal.SIGINT)
        self.expect(process.wait(20) == 0, "--follow does not end well")
        self.expect(not has(b"filler"), "--follow prints what was there before")

    # --- Modes on sound logs.

    def sound(self) -> None:
        before = fingerprint(self.log)
        said = self.run(SOUND, self.log, words=("SOUND", "checkpoint", "stream", "zset"))
        self.expect(len(segments(self.log)) > 2, "too few segments to test with")
        for segment in segments(self.log):
            self.expect(segment.name in said, f"{segment.name} is not told of")
        self.run(SOUND, "--repair", self.log, words=("Nothing to repair",))
        self.run(SOUND, "--repair", "--yes", self.log, words=("Nothing to repair",))
        self.expect(fingerprint(self.log) == before, "looking at a sound log has changed it")

    def dump(self) -> None:
        lines = self.run(SOUND, "--dump", self.log).splitlines()
        marker = [line for line in lines if line.endswith("SET marker here")]
        self.expect(len(marker) == 1, f"{len(marker)} markers in the dump")
        self.marker = marker[0].split()[0]
        positions = [int(line.split()[0]) for line in lines]
        self.expect(positions == sorted(positions), "positions do not ascend")
        self.expect(any("XADD stream:100 " in line for line in lines), "no XADD in the dump")
        self.expect(any(" again after " in line or " new up to " in line for line in lines), "no delivery readable")
        part = self.run(SOUND, "--dump", "--from", self.marker, "--time", self.log).splitlines()
        first = part[0].split()
        self.expect(first[0] == self.marker and first[2:] == ["SET", "marker", "here"], f"--from begins with {part[0]}")
        self.marker_time = first[1]
        self.expect(lines[-len(part) :] == [self.without_time(line) for line in part], "--from prints other records")
        upto = self.run(SOUND, "--dump", "--to", self.marker, self.log).splitlines()
        self.expect(upto == lines[: len(lines) - len(part)], "--to prints other records")

    @staticmethod
    def without_time(line: str) -> str:
        position, _, command = line.split(" ", 2)
        return f"{position} {command}"

    def before_marker(self) -> str:
        """A millisecond before the marker was written."""
        day, rest = self.marker_time[:-1].split("T")
        seconds = time.mktime(time.strptime(f"{day} {rest[:8]}", "%Y-%m-%d %H:%M:%S")) - time.timezone
        return f"@{seconds + int(rest[9:]) / 1000 - 0.001:.3f}"

    def write(self) -> None:
        cases = {
            "end": ((), self.at_end),
            "position": (("--until", self.marker), self.at_marker),
            "time": (("--until", self.before_marker()), self.at_marker),
            "within": (("--until", str(int(self.marker) + 3)), self.at_marker),
            "beyond": (("--until", str(10**15)), self.at_end),
        }
        for name, (until, wanted) in cases.items():
            home = self.folder / f"written {name}"
            home.mkdir()
            target = home / "millstream-log"
            self.run(SOUND, *until, "--write", target, self.log)
            self.run(SOUND, target)
            self.compare(self.state_of(target), wanted, f"--write {name}")
            self.compare(self.state_of(target), wanted, f"--write {name}, second start")
        self.run(UNREADABLE, "--write", target, self.log, words=("is there already",))
        for until in ("0", "2001-01-01T00:00:00Z"):
            self.run(UNREADABLE, "--until", until, "--write", self.folder / "no", self.log, words=("older backups",))
            self.expect(not (self.folder / "no").exists(), "something was written all the same")

    def export(self) -> None:
        cases = {"end": ((), self.at_end), "marker": (("--until", self.marker), self.at_marker)}
        for name, (until, wanted) in cases.items():
            home = self.folder / f"exported {name}"
            home.mkdir()
            said = self.run(SOUND, *until, "--export", home / "appendonlydir", self.log)
            self.expect("RDB version is 10" in said, f"the version is not told: {said}")
            self.run(SOUND, home / "appendonlydir" / "appendonly.aof.1.base.rdb", words=("SOUND",))
            with Server(self.redis, "--appendonly", "yes", folder=str(home)) as server:
                client = server.client(60)
                self.compare(everything(client), wanted, f"--export {name}")
                must(client, "SET", "since", 1)
            # and back again
            back = self.folder / f"back {name}"
            back.mkdir()
            shutil.copytree(home / "appendonlydir", back / "appendonlydir")
            with Server(self.server, folder=str(back)) as server:
                client = server.client(60)
                wait_ready(client)
                self.compare(everything(client), {**wanted, "0:b'since'": [b"1", -1]}, f"back from {name}")

    def rdb(self) -> None:
        home = self.folder / "rdb"
        home.mkdir()
        with Server(self.redis, folder=str(home)) as server:
            client = server.client(60)
            fill(client, random.Random(1))
            must(client, "SAVE")
        path = home / "dump.rdb"
        self.run(SOUND, path, words=("SOUND", "RDB version 10", "hash", "list", "set", "stream", "string", "zset"))
        self.run(SOUND, next(self.log.glob("checkpoint-*.rdb")), words=("SOUND",))
        bytes_ = bytearray(path.read_bytes())
        chance = random.Random(2)
        for _ in range(20):
            at = chance.randrange(len(bytes_))
            flipped = bytearray(bytes_)
            flipped[at] ^= 1 << chance.randrange(8)
            path.write_bytes(flipped)
            self.run(DAMAGED, path, words=("DAMAGED",))
        for size in (0, 5, 9, len(bytes_) // 2, len(bytes_) - 1):
            path.write_bytes(bytes_[:size])
            self.run(DAMAGED, path, words=("DAMAGED",))

    # --- Damage.

    def expect_repair(self, log: pathlib.Path, label: str, segment: str, at: int | None) -> None:
        """Finds it, shows what to do, does it; sound bytes stay, cut ones are kept; a prefix is left."""
        before = {path.name: path.read_bytes() for path in log.iterdir()}
        place = (segment,) if at is None else (segment, f"byte {at}")
        self.run(DAMAGED, log, words=("DAMAGED", "position", *place))
        said = self.run(DAMAGED, "--repair", log, words=("Nothing was changed", *place))
        end = said.split("will end at position ")[1].split(".")[0]
        now = {path.name: path.read_bytes() for path in log.iterdir()}
        self.expect(now == before, f"{label}: showing has changed something")
        self.run(SOUND, "--repair", "--yes", log, words=("Done.",))
        self.run(SOUND, log, words=(f"position {end} ",))
        after = {path.name: path.read_bytes() for path in log.iterdir()}
        for name, data in before.items():
            if name in ("manifest", "lock"):
                continue
            kept = b"".join(after[other] for other in after if other.startswith(f"{name}.cut-"))
            self.expect(after.get(name, b"") + kept == data, f"{label}: bytes of {name} got lost or changed")
        wanted_home = self.folder / f"{label} wanted"
        wanted_home.mkdir()
        self.run(SOUND, "--until", end, "--write", wanted_home / "millstream-log", self.log)
        wanted = self.state_of(wanted_home / "millstream-log")
        self.compare(self.state_of(log), wanted, label)

    def damage(self) -> None:
        for number, what in ((0, "first"), (1, "middle"), (-1, "last")):
            log = self.copy(self.log, f"flip {what}")
            path = segments(log)[number]
            data = bytearray(path.read_bytes())
            data[len(data.rstrip(b"\0")) // 3] ^= 0x10  # what is prepared for more is not the log
            path.write_bytes(data)
            self.expect_repair(log, f"flip {what}", path.name, None)
        log = self.copy(self.log, "header")
        path = segments(log)[1]
        data = bytearray(path.read_bytes())
        data[14] ^= 1
        path.write_bytes(data)
        self.expect_repair(log, "header", path.name, 0)
        log = self.copy(self.log, "short")
        path = segments(log)[0]
        path.write_bytes(path.read_bytes()[:-100])
        self.expect_repair(log, "short", path.name, None)
        log = self.copy(self.log, "missing")
        path = segments(log)[1]
        path.unlink()
        self.expect_repair(log, "missing", path.name, 0)

    def torn(self) -> None:
        log = self.copy(self.log, "torn")
        path = segments(log)[-1]
        data = path.read_bytes().rstrip(b"\0")
        path.write_bytes(data[:-1])
        self.run(SOUND, log, words=("as after a power cut", "SOUND"))
        self.run(DAMAGED, "--repair", log, words=("as after a power cut", path.name))
        self.run(SOUND, "--repair", "--yes", log, words=("Done.",))
        cut = next(log.glob("*.cut-*"))
        self.expect(path.read_bytes() + cut.read_bytes() == data[:-1], "torn: bytes got lost")
        self.expect("power cut" not in self.run(SOUND, log), "torn: is still so")
        self.expect(len(self.state_of(log)) > 0, "torn: nothing is left")

    def beyond_repair(self) -> None:
        log = self.copy(self.log, "manifest damaged")
        data = bytearray((log / "manifest").read_bytes())
        data[20] ^= 1
        (log / "manifest").write_bytes(data)
        self.run(DAMAGED, log, words=("manifest",))
        self.run(DAMAGED, "--repair", "--yes", log, words=("manifest",))
        (log / "manifest").unlink()
        self.run(UNREADABLE, log, words=("no manifest",))
        log = self.copy(self.log, "checkpoint damaged")
        path = next(log.glob("checkpoint-*.rdb"))
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        self.run(DAMAGED, log, words=(path.name, "can't be done without"))
        self.run(DAMAGED, "--export", self.folder / "no", log)
        path.unlink()
        self.run(DAMAGED, log, words=(path.name,))
        self.expect(not (self.folder / "no").exists(), "something was exported all the same")

    def usage(self) -> None:
        for arguments in (
            (), ("--foo",), ("a", "b"), ("--dump", "--repair", "x"), ("--until", "5", "x"), ("--yes", "x"),
            ("--time", "x"), ("--dump", "--from", "tomorrow", "x"), ("--export",), ("--dump", __file__),
            ("--dump", "--to", "2026-13-01T00:00:00Z", "x"),
        ):  # fmt: skip
            self.run(USAGE, *arguments)
        self.run(SOUND, "--help", words=("Usage",))
        self.run(SOUND, "--version", words=("Millstream",))
        self.run(UNREADABLE, self.folder / "nothing here", words=("No such file",))
        self.run(UNREADABLE, self.folder, words=("no log directory",))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--check", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="millstream-check-") as folder:
        tester = Tester(options, pathlib.Path(folder))
        tester.make_log(options.seed)
        for part in ("sound", "dump", "write", "export", "rdb", "damage", "torn", "beyond_repair", "following", "usage"):
            getattr(tester, part)()
    for line in tester.wrong:
        print(line)
    print(f"{tester.count} checks, {len(tester.wrong)} wrong")
    return 1 if tester.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
