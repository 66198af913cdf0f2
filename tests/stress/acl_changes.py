"""Rights that change while calls are under way, on several threads; and calls with very many keys.

Who lost a right before a call of his took effect has lost it: a call that waits for the other threads
(FLUSHDB takes all of them) or for data (BLPOP) is judged again when it may go on.

    acl_changes.py --server SERVER
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Callable

from common import Error, Server, Verbatim, check, checked, info, ok
from resp import Client, Closed, encode
from wait import wait_for

ROUNDS = 40
REACTORS = 4
LONG = 20_000_000  # bytes: to count their bits takes milliseconds
MANY_KEYS = (1 << 20) + 1


def on_two_reactors(server: Server) -> tuple[Client, Client]:
    """Two clients on different threads."""
    first = server.client(60)
    while True:
        second = server.client(60)
        if thread_of(first) != thread_of(second):
            return first, second
        second.close()


def thread_of(client: Client) -> int:
    line = ok(client.call("CLIENT", "INFO"))
    text = (line.data if isinstance(line, Verbatim) else line).decode()
    return int(text.split("io-thread=")[1].split()[0])


def read_to_the_end(client: Client) -> None:
    try:
        while True:
            client.read()
    except (Closed, OSError):
        pass


def late_calls(server: Server, change: tuple[str, ...]) -> int:
    """How many FLUSHDBs of a user took effect after `change` had taken the right away. His thread is
    busy with his calls before, so the change has to wait for it; that is done when FLUSHDB, which is
    allowed yet, waits for all threads in its turn."""
    late = 0
    for _ in range(ROUNDS):
        admin, user = on_two_reactors(server)
        ok(admin.call("ACL", "SETUSER", "u", "on", "nopass", "+@all", "~*", "&*"))
        ok(user.call("AUTH", "u", "x"))
        ok(admin.call("FLUSHDB"))
        ok(admin.call("SETRANGE", "long", LONG, "x"))
        user.send_raw(encode("BITCOUNT", "long") * 4 + encode("FLUSHDB") + encode("QUIT"))
        time.sleep(0.002)  # any moment while it works will do
        admin.send_raw(encode(*change) + encode("SET", "after", "v"))
        ok(admin.read())
        ok(admin.read())
        read_to_the_end(user)
        late += admin.call("EXISTS", "after") == 0
        admin.close()
        user.close()
    return late


def a_right_lost_is_lost_for_a_call_that_waits(server: Server) -> None:
    late = late_calls(server, ("ACL", "SETUSER", "u", "-flushdb"))
    check(late == 0, f"{late} of {ROUNDS} calls took effect without the right to")


def a_deleted_user_s_call_does_nothing(server: Server) -> None:
    late = late_calls(server, ("ACL", "DELUSER", "u"))
    check(late == 0, f"{late} of {ROUNDS} calls took effect for a user who was gone")


def client_info(entry: list[object]) -> bytes:
    fields = dict(zip(entry[::2], entry[1::2]))
    info = fields[b"client-info"]
    assert isinstance(info, bytes)
    return info


def a_parked_call_that_is_refused_is_logged_with_its_client(server: Server) -> None:
    admin = server.client()
    ok(admin.call("ACL", "SETUSER", "p", "on", "nopass", "+@all", "~*"))
    ok(admin.call("ACL", "LOG", "RESET"))
    users = [server.client() for _ in range(2 * REACTORS)]
    ids = []
    for at, user in enumerate(users):
        ok(user.call("AUTH", "p", "x"))
        ids.append(ok(user.call("CLIENT", "ID")))
        user.send("BLPOP", f"queue:{at}", 0)
    wait_for(lambda: info(admin, "blocked_clients", "clients") == len(users), 20, "all to be parked")
    ok(admin.call("ACL", "SETUSER", "p", "resetkeys"))
    for at, user in enumerate(users):
        ok(admin.call("RPUSH", f"queue:{at}", "x"))
        reply = user.read()
        check(isinstance(reply, Error) and reply.text.startswith("NOPERM"), f"{reply}")
        check(admin.call("LLEN", f"queue:{at}") == 1, "what was not given is still there")
    entries = ok(admin.call("ACL", "LOG", 100))
    check(len(entries) == len(users), f"{len(entries)} entries")
    for entry, number in zip(reversed(entries), ids):
        check(client_info(entry).startswith(b"id=%d " % number), f"{entry}")


def many_keys_are_checked_like_few(server: Server) -> None:
    admin, user = server.client(120), server.client(120)
    ok(admin.call("ACL", "SETUSER", "m", "on", "nopass", "+@all", "~mine"))
    ok(admin.call("SADD", "secret", "member"))
    ok(user.call("AUTH", "m", "x"))
    for command in ("SINTERCARD", "ZUNION"):
        reply = user.call(command, MANY_KEYS, *["secret"] * MANY_KEYS)
        check(isinstance(reply, Error) and reply.text.startswith("NOPERM"), f"{command}: {reply}")
    check(user.call("SINTERCARD", MANY_KEYS, *["mine"] * MANY_KEYS) == 0, "his own keys are his")


TESTS: list[Callable[[Server], None]] = [
    a_parked_call_that_is_refused_is_logged_with_its_client,
    many_keys_are_checked_like_few,
    a_right_lost_is_lost_for_a_call_that_waits,
    a_deleted_user_s_call_does_nothing,
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--server", required=True)
    options = parser.parse_args()
    passed = True
    for test in TESTS:
        fine = checked(options.server, REACTORS, test, ("--appendonly", "no"))
        print(f"{'ok' if fine else 'FAILED'}: {test.__name__}", flush=True)
        passed &= fine
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
