#!/usr/bin/env python3
"""RDB files travel both ways between our server and redis-server 7.0, and our own come back whole.

rdb_files.py --server BINARY [--redis BINARY]. The values are those of rdb_exchange.py.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from rdb_exchange import FAMILIES, content  # noqa: E402
from resp import Client, Error, Simple  # noqa: E402
from server import Server  # noqa: E402
from wait import wait_for  # noqa: E402

FAR_MS = 4_000_000_000_000


def fill(client: Client, chance: random.Random) -> list[str]:
    """All kinds of values, some that expire, some in another database; returns the keys."""
    keys = []
    for family in FAMILIES:
        for key, commands in family(chance).items():
            for reply in client.pipeline(commands):
                if isinstance(reply, Error):
                    raise AssertionError(f"{key}: {reply.text}")
            keys.append(key)
    client.call("PEXPIREAT", "list:5", FAR_MS)
    client.call("PEXPIREAT", "string:1", FAR_MS)
    client.call("SELECT", 7)
    client.call("SET", "elsewhere", "v")
    client.call("SELECT", 0)
    return keys


def same(before: dict[str, object], client: Client, what: str) -> None:
    for key, value in before.items():
        if content(client, key) != value:
            raise AssertionError(f"{what}: {key} reads differently")
    if client.call("DBSIZE") != len(before):
        raise AssertionError(f"{what}: {client.call('DBSIZE')} keys instead of {len(before)}")
    if client.call("PEXPIRETIME", "list:5") != FAR_MS:
        raise AssertionError(f"{what}: the expiry is lost")
    client.call("SELECT", 7)
    if client.call("GET", "elsewhere") != b"v":
        raise AssertionError(f"{what}: the other database is lost")
    client.call("SELECT", 0)


def travels(source: str, target: str, options: list[str], seed: int, what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(source, folder=folder)
        client = server.client(30)
        keys = fill(client, random.Random(seed))
        before = {key: content(client, key) for key in keys}
        if client.call("SAVE") != Simple("OK"):
            raise AssertionError(f"{what}: SAVE failed")
        server.kill()
        path = os.path.join(folder, "dump.rdb")
        image = pathlib.Path(path).read_bytes()
        subprocess.run(["redis-check-rdb", path], check=True, stdout=subprocess.DEVNULL, timeout=30)
        for leftover in os.listdir(folder):  # the log of a source that has one is not what travels
            if leftover != "dump.rdb":
                subprocess.run(["rm", "-rf", os.path.join(folder, leftover)], check=True)
        server = Server(target, *options, folder=folder)
        same(before, server.client(30), what)
        server.stop()
        if "redis" not in os.path.basename(target) and pathlib.Path(path).read_bytes() != image:
            raise AssertionError(f"{what}: the original has changed")


def reloads(binary: str, seed: int) -> None:
    """DEBUG RELOAD and LOADAOF, BGSAVE and BGREWRITEAOF leave everything as it was."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, "--enable-debug-command", "yes", folder=folder)
        client = server.client(60)
        keys = fill(client, random.Random(seed))
        before = {key: content(client, key) for key in keys}
        digest = client.call("DEBUG", "DIGEST")

        def info(field: str) -> str:
            text = client.call("INFO", "persistence").decode()
            return text.split(f"{field}:")[1].split("\r")[0]

        for command in (("DEBUG", "RELOAD"), ("DEBUG", "LOADAOF")):
            if client.call(*command) != Simple("OK"):
                raise AssertionError(f"{command} failed")
            same(before, client, " ".join(command))
            if client.call("DEBUG", "DIGEST") != digest:
                raise AssertionError(f"{command}: another digest")
        client.call("BGSAVE")
        wait_for(lambda: info("rdb_bgsave_in_progress") == "0", 20)
        if info("rdb_last_bgsave_status") != "ok" or info("rdb_saves") != "2":
            raise AssertionError("BGSAVE failed")
        client.call("BGREWRITEAOF")
        wait_for(lambda: info("aof_rewrite_in_progress") == "0", 20)
        if info("aof_last_bgrewrite_status") != "ok" or info("aof_rewrites") != "1":
            raise AssertionError("BGREWRITEAOF failed")
        client.call("SET", "string:0", "")
        server.kill()
        server.restart()
        same(before, server.client(30), "after a crash")
        server.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--redis", default="/usr/bin/redis-server")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    travels(options.server, options.redis, [], options.seed, "from us to Redis")
    travels(options.redis, options.server, [], options.seed, "from Redis to us")
    travels(options.redis, options.server, ["--appendonly", "no", "--save", ""], options.seed, "without a log")
    travels(options.server, options.server, [], options.seed, "from us to us")
    reloads(options.server, options.seed)
    print("all files read as they were written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
