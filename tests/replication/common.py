"""What the replication tests share: primaries and replicas, load on a primary, waiting, comparing."""

from __future__ import annotations

import argparse
import pathlib
import sys
import time
import traceback
from typing import Any, Callable

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "lib"))

from resp import Client, Error, Simple  # noqa: E402
from server import Server  # noqa: E402
from same_data import assert_same, position  # noqa: E402
from wait import wait_for  # noqa: E402

REDIS = "/usr/bin/redis-server"


def ok(reply: Any) -> Any:
    assert not isinstance(reply, Error), f"unexpected error: {reply.text}"
    return reply


def info(client: Client, section: str = "replication") -> dict[str, str]:
    reply = client.call("INFO", section)
    text = (reply if isinstance(reply, bytes) else reply.data).decode()
    return dict(line.split(":", 1) for line in text.split("\r\n") if ":" in line)


def follow(replica: Client, port: int) -> None:
    assert replica.call("REPLICAOF", "127.0.0.1", port) == Simple("OK")


def is_up(replica: Client) -> bool:
    return info(replica).get("master_link_status") == "up"


def wait_up(replica: Client, seconds: float = 30) -> None:
    wait_for(lambda: is_up(replica), seconds, "the link to the primary to be up")


def wait_level(primary: Client, replica: Client, seconds: float = 30) -> None:
    """The replica is up and has applied what the primary has."""

    def level() -> bool:
        return is_up(replica) and position(primary) == position(replica)

    wait_for(level, seconds, "the replica to have what the primary has")


def same(primary: Client, replica: Client, foreign: bool = True) -> None:
    wait_level(primary, replica)
    assert_same(primary, replica, foreign)


def redis_primary(*options: str, **more: Any) -> Server:
    return Server(REDIS, "--repl-diskless-sync-delay", "0", "--repl-backlog-size", "64mb", *options, **more)


def expect_in_log(server: Server, words: str, since: int = 0, seconds: float = 20) -> None:
    wait_for(lambda: words in server.log()[since:], seconds, f"{words!r} in the log")


def main(
    tests: list[Callable[[Any], None]], add: Callable[[argparse.ArgumentParser], None] | None = None
) -> int:
    """Runs every test with the options; prints what passed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, default=2)
    parser.add_argument("--slow", type=float, default=1.0, help="a sanitized server takes so many times longer")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="")
    if add:
        add(parser)
    options = parser.parse_args()
    options.seed = options.seed if options.seed is not None else int(time.time())
    print(f"seed {options.seed}", flush=True)
    failed = 0
    for test in tests:
        if options.only not in test.__name__:
            continue
        begin = time.monotonic()
        try:
            test(options)
            print(f"ok   {test.__name__} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Exception:  # noqa: BLE001
            failed += 1
            print(f"FAIL {test.__name__}\n{traceback.format_exc()}", flush=True)
    return 1 if failed else 0


def ours(options: Any, *more: str, **keywords: Any) -> Server:
    return Server(options.server, "--reactors", str(options.reactors), *more, **keywords)


def stop(*servers: Server) -> None:
    """Ends them; ours have to end well."""
    for server in servers:
        code = server.stop()
        if server.binary != REDIS:
            assert code == 0, f"the server ended with {code}:\n{server.last_log[-4000:]}"
