#!/usr/bin/env python3
"""Our server started where a Redis has left its files has the same data, and leaves the files alone.

moving_in.py --server BINARY [--redis BINARY]. Each case makes files with redis-server: append only with
base and increments, before and after a rewrite, with the base as commands, with annotations, the single
file of older versions, an RDB file alone; and what a crash or a bad disk may have made of them.
"""

from __future__ import annotations

import argparse
import hashlib
import pathlib
import random
import shutil
import sys
import tempfile
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from stored import change, differences, everything, fill, must  # noqa: E402

from resp import Client  # noqa: E402
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

REDIS_FILES = ("appendonlydir", "appendonly.aof", "dump.rdb")
AOF = ("--appendonly", "yes", "--appendfsync", "always")


def fingerprint(folder: pathlib.Path) -> dict[str, str]:
    """Name and contents of what a Redis has left."""
    found = {}
    for name in REDIS_FILES:
        for path in [folder / name, *sorted((folder / name).glob("*"))]:
            if path.is_file():
                found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def rewrite(client: Client) -> None:
    def is_over() -> bool:
        text = must(client, "INFO", "persistence").decode()
        return "aof_rewrite_in_progress:0" in text and "aof_rewrite_scheduled:0" in text

    must(client, "BGREWRITEAOF")
    wait_for(is_over, 30, "the rewrite to end")


class Tester:
    def __init__(self, ours: str, redis: str, chance: random.Random) -> None:
        self.ours, self.redis, self.chance = ours, redis, chance
        self.wrong: list[str] = []
        self.count = 0

    def made_by_redis(
        self, options: tuple[str, ...], make: Callable[[Client], Any], folder: pathlib.Path
    ) -> dict[str, Any]:
        with Server(self.redis, *options, folder=str(folder)) as server:
            client = server.client(60)
            make(client)
            return everything(client)

    def expect_same(self, label: str, folder: pathlib.Path, wanted: dict[str, Any], *options: str) -> str:
        """Starts ours twice there; returns what it logged the first time."""
        before = fingerprint(folder)
        self.count += 1
        with Server(self.ours, *options, folder=str(folder)) as server:
            client = server.client(60)
            self.wait_ready(client)
            self.wrong += differences(everything(client), wanted, label)
            must(client, "SET", "since", label)
            said = server.log()
        wanted = {**wanted, "0:b'since'": [label.encode(), -1]}
        if fingerprint(folder) != before:
            self.wrong.append(f"{label}: the files of the Redis were changed")
        with Server(self.ours, *options, folder=str(folder)) as server:
            client = server.client(60)
            self.wait_ready(client)
            self.wrong += differences(everything(client), wanted, f"{label}, second start")
            if "Moving in" in server.log() or "Reading the RDB file" in server.log():
                self.wrong.append(f"{label}: the second start read the files of the Redis again")
        if fingerprint(folder) != before:
            self.wrong.append(f"{label}: the second start changed the files of the Redis")
        return said

    def expect_refusal(self, label: str, folder: pathlib.Path, *words: str, options: tuple[str, ...] = ()) -> None:
        before = fingerprint(folder)
        self.count += 1
        try:
            with Server(self.ours, *options, folder=str(folder)) as server:
                client = server.client(60)
                self.wait_ready(client)
                self.wrong.append(f"{label}: the server started")
        except (RuntimeError, OSError, EOFError):
            pass
        said = (folder / "server.log").read_text(encoding="utf-8", errors="replace")
        for word in words:
            if word not in said:
                self.wrong.append(f"{label}: no '{word}' in:\n{said}")
        if fingerprint(folder) != before:
            self.wrong.append(f"{label}: the files of the Redis were changed")

    @staticmethod
    def wait_ready(client: Client) -> None:
        wait_for(lambda: b"loading:0" in must(client, "INFO", "persistence"), 30, "the data to be loaded")


def append_only(tester: Tester, folder: pathlib.Path) -> None:
    def make(client: Client) -> None:
        fill(client, tester.chance)

    wanted = tester.made_by_redis(AOF, make, folder)
    tester.expect_same("increments only", folder, wanted)


def rewritten(tester: Tester, folder: pathlib.Path) -> None:
    def make(client: Client) -> None:
        fill(client, tester.chance)
        change(client, "before")
        rewrite(client)
        change(client, "after")

    wanted = tester.made_by_redis((*AOF, "--aof-timestamp-enabled", "yes"), make, folder)
    names = [path.name for path in (folder / "appendonlydir").iterdir()]
    if not any(name.endswith(".base.rdb") for name in names):
        tester.wrong.append(f"rewritten: no RDB base among {names}")
    tester.expect_same("base and increments", folder, wanted)


def base_of_commands(tester: Tester, folder: pathlib.Path) -> None:
    def make(client: Client) -> None:
        fill(client, tester.chance)
        rewrite(client)
        change(client, "after")

    wanted = tester.made_by_redis((*AOF, "--aof-use-rdb-preamble", "no"), make, folder)
    tester.expect_same("base of commands", folder, wanted)


def other_names(tester: Tester, folder: pathlib.Path) -> None:
    names = ("--appenddirname", "aof here", "--appendfilename", "my data.aof")
    wanted = tester.made_by_redis((*AOF, *names), lambda client: change_small(client), folder)
    tester.expect_same("names with blanks", folder, wanted, *names)


def change_small(client: Client) -> None:
    must(client, "SET", "a", 1)
    must(client, "RPUSH", "l", 1, 2)


def single_file(tester: Tester, folder: pathlib.Path) -> None:
    """As Redis before 7.0 had it: an RDB part, then commands, in one file."""
    with tempfile.TemporaryDirectory() as other:
        source = pathlib.Path(other)

        def make(client: Client) -> None:
            fill(client, tester.chance)
            rewrite(client)
            change(client, "after")

        wanted = tester.made_by_redis(AOF, make, source)
        parts = sorted((source / "appendonlydir").glob("*.base.*")) + sorted(
            (source / "appendonlydir").glob("*.incr.*")
        )
        (folder / "appendonly.aof").write_bytes(b"".join(part.read_bytes() for part in parts))
    tester.expect_same("single file", folder, wanted)


def rdb_only(tester: Tester, folder: pathlib.Path) -> None:
    def make(client: Client) -> None:
        fill(client, tester.chance)
        must(client, "SAVE")

    wanted = tester.made_by_redis((), make, folder)
    tester.expect_same("RDB file", folder, wanted)


def append_only_first(tester: Tester, folder: pathlib.Path) -> None:
    """A stale RDB file does not count, and with `appendonly no` it is the other way round."""
    old = tester.made_by_redis((), lambda client: (must(client, "SET", "old", 1), must(client, "SAVE")), folder)
    wanted = tester.made_by_redis(
        AOF, lambda client: (must(client, "FLUSHALL"), must(client, "SET", "new", 1)), folder
    )
    copy = folder / "copy"
    copy.mkdir()
    shutil.copytree(folder / "appendonlydir", copy / "appendonlydir")
    shutil.copy(folder / "dump.rdb", copy / "dump.rdb")
    tester.expect_same("append only and RDB", folder, wanted)
    # nothing is kept between starts here, so only one
    with Server(tester.ours, "--appendonly", "no", folder=str(copy)) as server:
        client = server.client(60)
        tester.wait_ready(client)
        tester.wrong += differences(everything(client), old, "appendonly no")


def cut_short(tester: Tester, folder: pathlib.Path) -> None:
    wanted = tester.made_by_redis(AOF, change_small, folder)
    last = next((folder / "appendonlydir").glob("*.incr.aof"))
    sound = last.read_bytes()
    tails = {
        "half a command": b"*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$5\r\nab",
        "half a transaction": b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\ny\r\n",
        "half an annotation": b"#TS:1234",
    }
    for what, tail in tails.items():
        last.write_bytes(sound + tail)
        copy = folder / what
        copy.mkdir()
        shutil.copytree(folder / "appendonlydir", copy / "appendonlydir")
        tester.expect_refusal(
            f"{what}, strict", copy, last.name, f"byte {len(sound)}", options=("--aof-load-truncated", "no")
        )
        # a log begun by a start that failed must not hide the files
        said = tester.expect_same(what, copy, wanted)
        if f"last {len(tail)} bytes were left out" not in said:
            tester.wrong.append(f"{what}: not said in:\n{said}")


def damaged(tester: Tester, folder: pathlib.Path) -> None:
    tester.made_by_redis(AOF, change_small, folder)
    aof = folder / "appendonlydir"
    last = next(aof.glob("*.incr.aof"))
    manifest = aof / "appendonly.aof.manifest"
    sound, listed = last.read_bytes(), manifest.read_bytes()
    cases: list[tuple[str, pathlib.Path, bytes | None, tuple[str, ...]]] = [
        ("no command", last, sound + b"hello\r\n", (last.name, f"byte {len(sound)}")),
        ("unknown command", last, sound + b"*1\r\n$3\r\nFOO\r\n", (last.name, f"byte {len(sound)}", "FOO")),
        ("wrong type", last, sound + b"*2\r\n$4\r\nINCR\r\n$1\r\nl\r\n", (last.name, "WRONGTYPE")),
        ("bad manifest", manifest, listed + b"file x seq\n", ("manifest", "line 3", "file x seq")),
        ("path in manifest", manifest, b"file ../x seq 1 type b\n", ("manifest", "line 1")),
        ("empty manifest", manifest, b"", ("manifest", "no files")),
        ("missing file", last, None, (last.name, "manifest")),
    ]
    for what, path, data, words in cases:
        if data is None:
            path.unlink()
        else:
            path.write_bytes(data)
        copy = folder / what
        copy.mkdir()
        shutil.copytree(aof, copy / "appendonlydir")
        tester.expect_refusal(what, copy, *words)
        last.write_bytes(sound)
        manifest.write_bytes(listed)


def functions(tester: Tester, folder: pathlib.Path) -> None:
    """Libraries of functions move in with the data, from the base and from the commands behind it."""
    library = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"

    def make(client: Client) -> None:
        change_small(client)
        must(client, "FUNCTION", "LOAD", library)
        rewrite(client)
        must(client, "FUNCTION", "LOAD", library.replace("lib", "other").replace("'f'", "'g'"))
        must(client, "SET", "b", 2)

    wanted = tester.made_by_redis(AOF, make, folder)
    tester.expect_same("functions", folder, wanted)
    with Server(tester.ours, folder=str(folder)) as server:
        client = server.client(60)
        tester.wait_ready(client)
        results = [client.call("FCALL", name, 0) for name in ("f", "g")]
    if results != [1, 1]:
        tester.wrong.append(f"functions: FCALL gives {results}")


def left_out(tester: Tester, folder: pathlib.Path) -> None:
    """What is about a connection changes no data; it is left out, and that is said."""

    wanted = tester.made_by_redis(AOF, change_small, folder)
    last = sorted((folder / "appendonlydir").glob("*.incr.aof"))[-1]
    last.write_bytes(last.read_bytes() + b"*1\r\n$4\r\nPING\r\n")
    said = tester.expect_same("left out", folder, wanted)
    if "left out" not in said:
        tester.wrong.append(f"left out: not said in:\n{said}")


CASES = [
    append_only, rewritten, base_of_commands, other_names, single_file, rdb_only, append_only_first, cut_short,
    damaged, functions, left_out,
]  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    tester = Tester(options.server, options.redis, random.Random(options.seed))
    for case in CASES:
        if not options.cases or case.__name__ in options.cases:
            with tempfile.TemporaryDirectory(prefix="millstream-moving-") as folder:
                case(tester, pathlib.Path(folder))
    for line in tester.wrong:
        print(line)
    print(f"{tester.count} starts, {len(tester.wrong)} wrong")
    return 1 if tester.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
