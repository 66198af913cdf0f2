#!/usr/bin/env python3
"""What a server does while it reads its log back, and what it does with a log that is damaged."""

from __future__ import annotations

import hashlib
import os
import pathlib
import random
import re
import socket
import sys
import tempfile
import time
from typing import Any

from common import (
    GONE,
    LOG_TAIL,
    Client,
    Error,
    Failure,
    Run,
    Server,
    arguments,
    check,
    ends_by_itself,
    info,
    log_folder,
    ok,
    run_rules,
    segments,
    wait_for,
)

SLOW_MEMBERS = 120000  # of the sorted set whose unions make replaying slow
SLOW_SECONDS = 3.0  # that replaying is to take at least
LIMIT_SECONDS = 90


def digest(client: Client) -> str:
    """Of all keys and values."""
    sums = []
    for key in sorted(ok(client.call("KEYS", "*"))):
        sums.append(key + b" " + (ok(client.call("DUMP", key)) or b""))
    return hashlib.sha256(b"\n".join(sums)).hexdigest()


def make_slow(server: Server) -> str:
    """A small log that takes some seconds to replay. Returns the digest of the data."""
    client = server.client(60)
    for begin in range(0, SLOW_MEMBERS, 1000):
        words: list[str | int] = []
        for i in range(begin, begin + 1000):
            words += [i % 977, f"member:{i}"]
        ok(client.call("ZADD", "big", *words))
    start = time.monotonic()
    while time.monotonic() - start < SLOW_SECONDS * 1.3:
        ok(client.call("ZUNIONSTORE", "union", 2, "big", "union"))
    ok(client.call("DEL", "union"))
    ok(client.call("XADD", "last", "1-1", "f", "v"))
    found = digest(client)
    client.close()
    return found


def connect(server: Server) -> Client | None:
    try:
        return server.client()
    except OSError:
        return None


def launch_loading(server: Server) -> Client:
    """Starts the process; returns a connection that was told it is loading."""
    server.launch("ab")
    client = wait_for(lambda: connect(server), 20, "the server to listen")
    reply = client.call("GET", "k")
    check(isinstance(reply, Error) and reply.text.startswith("LOADING"), f"GET gave {reply}")
    return client


def wait_until_loaded(server: Server, expected: str) -> None:
    client = server.client(60)
    wait_for(lambda: info(client, "loading", "persistence") == "0", LIMIT_SECONDS, "the loading")
    check(digest(client) == expected, "the data is not what it was")
    client.close()


def loading_is_said_and_harms_nothing(options: Any) -> None:
    with Run(options.server, "--reactors", "2") as server:
        expected = make_slow(server)
        server.kill()
        client = launch_loading(server)
        for words in (("PING",), ("SET", "k", "v"), ("XADD", "s", "*", "f", "v"), ("DBSIZE",),
                      ("EVAL", "return 1", "0"), ("XREAD", "BLOCK", "0", "STREAMS", "s", "$"),
                      ("BGREWRITEAOF",), ("SAVE",)):  # fmt: skip
            reply = client.call(*words)
            told = isinstance(reply, Error) and reply.text.startswith(("LOADING", "ERR unknown"))
            check(told, f"{words} gave {reply} while loading")
        check(info(client, "loading", "persistence") == "1", "INFO does not say loading:1")
        for field in ("loading_start_time", "loading_total_bytes", "loading_loaded_bytes",
                      "loading_loaded_perc", "loading_eta_seconds"):  # fmt: skip
            check(info(client, field, "persistence") is not None, f"INFO has no {field}")
        again = 0
        for _ in range(3):  # killed at several depths of it
            server.kill()
            client = launch_loading(server)
            time.sleep(random.random() * SLOW_SECONDS / 3)
            again += info(client, "loading", "persistence") == "1"
        check(again == 3, "it was not loading any more: the log is too fast to test this")
        begin = len(server.log())
        wait_until_loaded(server, expected)
        progress = re.findall(r"Loading: .*", server.log()[begin:])
        check(progress, "no line of the log says how far loading is")


def systemd_is_told_how_far_loading_is(options: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        name = os.path.join(folder, "notify")
        inbox.bind(name)
        inbox.settimeout(LIMIT_SECONDS)
        with Run(options.server, "--supervised", "systemd", environment={"NOTIFY_SOCKET": name}) as server:
            expected = make_slow(server)
            while b"READY=1" not in inbox.recv(1000):
                pass
            server.kill()
            launch_loading(server)
            said: list[str] = []
            while not said or "READY=1" not in said[-1]:
                said.append(inbox.recv(1000).decode())
            wait_until_loaded(server, expected)
        shares = [re.fullmatch(r"STATUS=Loading the data: (\d+)%\n", line) for line in said[1:-1]]
        check(said[0] == "STATUS=Loading the data\n", said[0])
        check(shares and all(shares), f"it is told no percentages, or more: {said}")
        numbers = [int(match.group(1)) for match in shares if match]
        check(numbers == sorted(numbers) and numbers[-1] <= 100, f"it goes back: {numbers}")


def shutdown_ends_loading(options: Any) -> None:
    with Run(options.server) as server:
        expected = make_slow(server)
        server.kill()
        for words in (("SHUTDOWN", "NOSAVE"), ("SHUTDOWN",)):
            client = launch_loading(server)
            start = time.monotonic()
            client.send(*words)
            try:
                reply = client.read()
                raise Failure(f"{words} gave {reply}")
            except GONE:
                pass
            code = ends_by_itself(server)
            check(code == 0, f"{words} while loading ended it with {code}")
            check(time.monotonic() - start < SLOW_SECONDS / 2, f"{words} waited for the loading")
        launch_loading(server)
        wait_until_loaded(server, expected)


# --- Damage.


def make_segments(server: Server) -> None:
    """Several segments, and in the last one frames that were synced before others were written."""
    client = server.client()
    for i in range(400):
        ok(client.call("SET", f"k:{i}", random.Random(i).randbytes(900)))
    check(len(segments(server)) >= 3, f"only {len(segments(server))} segments")


def state_of(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def must_refuse(server: Server, *said: str) -> None:
    """It starts, ends with 1, says these, and has changed nothing."""
    before = state_of(log_folder(server))
    begin = len(server.log())
    server.launch("ab")
    code = ends_by_itself(server)
    log = server.log()[begin:]
    check(code == 1, f"it ended with {code}\n{log[-LOG_TAIL:]}")
    for each in said:
        check(re.search(each, log), f"the log does not say {each}:\n{log[-LOG_TAIL:]}")
    check(state_of(log_folder(server)) == before, "it has changed files it refused")


def flip(path: pathlib.Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


def damage_in_the_middle_is_refused(options: Any) -> None:
    with Run(options.server, "--log-segment-size", "64kb", "--log-compression",
             random.choice(("yes", "no"))) as server:  # fmt: skip
        make_segments(server)
        expected = digest(server.client())
        server.kill()
        files = segments(server)
        for path in (files[0], files[len(files) // 2], files[-1]):
            size = len(path.read_bytes().rstrip(b"\0"))
            if size < 5000:
                continue
            for at in (3, 40, size // 4, size // 2):
                flip(path, at)
                position = r"(position|byte) \d+" if at > 100 else ""
                must_refuse(server, re.escape(path.name), position)
                flip(path, at)
        server.restart()
        check(digest(server.client()) == expected, "repaired, it holds something else")


def a_missing_piece_is_refused(options: Any) -> None:
    with Run(options.server, "--log-segment-size", "64kb") as server:
        make_segments(server)
        expected = digest(server.client())
        server.kill()
        files = segments(server)
        for path in (files[0], files[1], files[-1], log_folder(server) / "manifest"):
            data = path.read_bytes()
            path.unlink()
            must_refuse(server, re.escape(path.name))
            path.write_bytes(data)
        for path in (files[1], log_folder(server) / "manifest"):
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 2])
            must_refuse(server, re.escape(path.name))
            path.write_bytes(data)
        server.restart()
        check(digest(server.client()) == expected, "repaired, it holds something else")


def a_torn_tail_is_cut_and_reported(options: Any) -> None:
    for compression in ("yes", "no"):
        with Run(options.server, "--log-compression", compression) as server:
            for turn in range(6):
                client = server.client()
                keys = ok(client.call("DBSIZE"))
                for i in range(20):
                    ok(client.call("SET", f"k:{turn}:{i}", "v" * 100))
                server.kill()
                path = segments(server)[-1]
                whole = path.read_bytes()
                data = whole.rstrip(b"\0")  # the file is prepared for more
                dice = random.Random(turn)
                lost = 0
                if turn % 2:  # the last frame is there in part
                    data = data[: -dice.randint(1, 50)]
                    lost = 1
                else:
                    data += data[-30:] if turn else dice.randbytes(200)
                path.write_bytes(data if turn < 2 else data + bytes(len(whole) - len(data)))
                begin = len(server.log())
                server.restart()
                client = server.client()
                there = ok(client.call("DBSIZE"))
                check(there == keys + 20 - lost, f"{there} keys are there of {keys + 20}")
                log = server.log()[begin:]
                check("cut off" in log and path.name in log, f"the cut is not reported:\n{log}")


def one_folder_has_one_server(options: Any) -> None:
    with Run(options.server) as server:
        ok(server.client().call("SET", "k", "v"))
        folder = str(log_folder(server))
        try:
            with Run(options.server, "--log-directory", folder):
                pass
            raise Failure("two servers write one log")
        except RuntimeError as problem:
            check("another process" in str(problem), f"it does not say why: {problem}")
        check(server.client().call("GET", "k") == b"v", "the first one has suffered")


def restarts_leave_no_files(options: Any) -> None:
    with Run(options.server) as server:
        ok(server.client().call("SET", "k", "v"))
        sizes = []
        for _ in range(12):
            server.kill()
            server.restart()
            sizes.append((log_folder(server) / "manifest").stat().st_size)
        files = [path.name for path in segments(server)]
        check(len(files) <= 4, f"12 restarts without a write left {len(files)} segments")
        # a former name of the history for each, of which 64 are kept, and nothing else
        check(sizes[-1] <= sizes[1] + 40 + 10 * 48, f"the manifest grew with each: {sizes}")
        check(server.client().call("GET", "k") == b"v", "the data is lost")


RULES = [
    loading_is_said_and_harms_nothing,
    systemd_is_told_how_far_loading_is,
    shutdown_ends_loading,
    damage_in_the_middle_is_refused,
    a_missing_piece_is_refused,
    a_torn_tail_is_cut_and_reported,
    one_folder_has_one_server,
    restarts_leave_no_files,
]


def main() -> int:
    options = arguments(__doc__).parse_args()
    return run_rules(RULES, options.only, options)


if __name__ == "__main__":
    sys.exit(main())
