"""Moving in from Redis: millstream-cli migrate from-redis, on a Redis that is written to all the time."""

from __future__ import annotations

import argparse
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, Callable

from any_calls import Load, known_commands
from common import (
    Client,
    Error,
    Server,
    assert_same,
    follow,
    info,
    is_up,
    main,
    ok,
    ours,
    redis_primary,
    stop,
    wait_for,
    wait_level,
    wait_up,
)
from server import die_with_parent

HERE = pathlib.Path(__file__).resolve().parent
DEBIAN_PYTHON = "/usr/bin/python3"
DONE, FAILED, REFUSED, DIFFERENT, LATE, INTERRUPTED = 0, 1, 2, 3, 4, 130
STREAMS = ("stream 0", "stream 1")
GROUP = "workers"


class Migration:
    """The program, running; its output as it comes."""

    def __init__(self, options: Any, ours_port: int, redis_port: int, *more: str, **environment: str) -> None:
        self.text = ""
        self.process = subprocess.Popen(
            [options.cli, "-p", str(ours_port), "migrate", "from-redis", f"127.0.0.1:{redis_port}", *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=die_with_parent,
            env={**os.environ, **environment},
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.text += line

    def saw(self, words: str, seconds: float = 60) -> None:
        def look() -> bool:
            assert words in self.text or self.process.poll() is None, self.text
            return words in self.text

        wait_for(look, seconds, f"{words!r} in {self.text}")

    def end(self, code: int, *words: str, seconds: float = 60) -> str:
        got = self.process.wait(seconds)
        self.reader.join()
        assert got == code, f"exit code {got} instead of {code}:\n{self.text}"
        for some in words:
            assert some in self.text, f"{some!r} is not in\n{self.text}"
        return self.text


def migrate(options: Any, ours_port: int, redis_port: int, code: int, words: tuple[str, ...], *more: str) -> str:
    return Migration(options, ours_port, redis_port, *more).end(code, *words)


class Writers:
    """load_migration.py and what it has had acknowledged."""

    def __init__(self, port: int) -> None:
        self.lines: list[dict[str, Any]] = []
        self.process = subprocess.Popen(
            [DEBIAN_PYTHON, str(HERE / "load_migration.py"), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        wait_for(lambda: self.count("ack") > 20, 20, "the writers to be at work")

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def some(self, did: str, port: int | None = None) -> list[dict[str, Any]]:
        return [line for line in list(self.lines) if line["did"] == did and port in (None, line["port"])]

    def count(self, did: str, port: int | None = None) -> int:
        return len(self.some(did, port))

    def go_to(self, port: int) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{port}\n")
        self.process.stdin.flush()
        wait_for(lambda: self.count("ack", port) > 20, 20, "the writers to go on")

    def stop(self) -> None:
        assert self.process.stdin
        if not self.process.stdin.closed:
            self.process.stdin.close()
        assert self.process.wait(30) == 0
        self.reader.join()


def entries_of(client: Client, stream: str) -> dict[str, str]:
    return {entry.decode(): fields[1].decode() for entry, fields in client.call("XRANGE", stream, "-", "+")}


def pending_of(client: Client, stream: str) -> set[str]:
    return {row[0].decode() for row in client.call("XPENDING", stream, GROUP, "-", "+", 10000000)}


def as_number(entry: str) -> tuple[int, int]:
    ms, seq = entry.split("-")
    return int(ms), int(seq)


def check_stream(client: Client, writers: Writers, stream: str, old_port: int) -> None:
    """Nothing acknowledged is missing; nothing was delivered twice or left out."""
    there = entries_of(client, stream)
    added = {line["id"]: line for line in writers.some("xadd") if line["stream"] == stream}
    missing = [line for entry, line in added.items() if there.get(entry) != line["value"]]
    assert not missing, f"{len(missing)} acknowledged entries are missing, the first is {missing[0]}"
    before = [as_number(entry) for entry, line in added.items() if line["port"] == old_port]
    after = [as_number(entry) for entry, line in added.items() if line["port"] != old_port]
    assert before and after and max(before) < min(after), "ids do not go on where they were"
    reads = [entry for line in writers.some("read") if line["stream"] == stream for entry in line["ids"]]
    twice = [entry for entry, count in collections.Counter(reads).items() if count > 1]
    assert not twice, f"delivered as new more than once: {twice[:5]}"
    acked = {entry for line in writers.some("ack") if line["stream"] == stream for entry in line["ids"]}
    pending = pending_of(client, stream)
    assert not acked & pending, f"acknowledged and pending: {sorted(acked & pending)[:5]}"
    group = client.call("XINFO", "GROUPS", stream)[0]
    last = as_number(dict(zip(group[::2], group[1::2]))[b"last-delivered-id"].decode())
    delivered = {entry for entry in there if as_number(entry) <= last}
    lost = delivered - set(reads) - pending
    # An answer on its way when the connection ended has moved the group: those are pending.
    assert not lost, f"passed over by the group: {sorted(lost)[:5]}"
    assert set(reads) - acked <= pending | acked, "read, not acknowledged, not pending"


def check_scripts(client: Client, writers: Writers) -> None:
    for database in (0, 3, 9):
        client.call("SELECT", database)
        values = [value.decode() for value in client.call("LRANGE", "script list", 0, -1)]
        seed = values[0].split(":")[0]
        wanted = [line["value"] for line in writers.some("script") if line["value"].startswith(f"{seed}:")]
        assert wanted and set(wanted) <= set(values), "an acknowledged script's effect is missing"
        assert len(values) == len(set(values)), "a script's effect came twice"
        assert int(client.call("GET", "script sum")) == sum(int(value.split(":")[1]) for value in values)
    client.call("SELECT", 0)


def fill(client: Client, seed: int, large: int = 3000) -> None:
    """All kinds of values, and some too large to be read at once."""
    client.call("SELECT", 0)
    load = Load(seed, known_commands(client))
    load.run(client, 2000)
    client.call("SELECT", 0)
    client.pipeline([("SET", f"key {n}", "v" * (n % 100)) for n in range(10000)])
    client.pipeline([("SADD", "large set", f"m{n}") for n in range(large)])
    client.pipeline([("HSET", "large hash", f"f{n}", n) for n in range(large)])
    client.pipeline([("ZADD", "large zset", n / 7, f"m{n}") for n in range(large)])
    client.pipeline([("RPUSH", "large list", f"m{n}") for n in range(large)])
    client.pipeline([("XADD", "large stream", "*", "f", f"m{n}") for n in range(large)])
    client.call("SET", "large string", b"x\0y" * 1000000)
    client.call("SET", b"\xff\x00 odd name\r\n", "v")
    client.call("XGROUP", "CREATE", "large stream", "g", "0")
    client.call("XREADGROUP", "GROUP", "g", "c", "COUNT", large // 2, "STREAMS", "large stream", ">")
    client.call("FUNCTION", "LOAD", "REPLACE", "#!lua name=l\nredis.register_function('f', function() return 1 end)")


def synchronisations(client: Client) -> int:
    stats = info(client, "stats")
    return int(stats["sync_full"]) + int(stats["sync_partial_ok"])


def a_redis_under_load_moves_in(options: Any) -> None:
    """The link breaks during the full synchronisation, the comparison and the catching up."""
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(60), replica.client(60)
    fill(p, options.seed)
    writers = Writers(primary.port)
    run = Migration(options, replica.port, primary.port, "--pause", "--fence", "--thorough")
    run.saw("follows")
    for count in range(1, 5):
        wait_for(lambda: synchronisations(p) >= count, 20, "the link to be there")
        p.call("CLIENT", "KILL", "TYPE", "replica")
    said = run.end(DONE, "writers on the Redis are paused", "the two hold the same", "switched")
    waited = float(said.split("writers waited ")[1].split(" s")[0])
    print(f"     writers waited {waited:.2f} s")
    assert synchronisations(p) > 4
    assert info(r)["role"] == "master"
    assert_same(p, r)  # fenced, the Redis is as it was
    assert b"".join(p.call("CONFIG", "GET", "min-replicas-to-write")) != b"min-replicas-to-write0"
    assert not writers.some("xadd", replica.port)
    writers.go_to(replica.port)
    writers.stop()
    for stream in STREAMS:
        check_stream(r, writers, stream, primary.port)
    check_scripts(r, writers)
    for line in writers.some("failed", primary.port):
        assert "NOREPLICAS" in line["why"], line
    stop(replica, primary)


def without_a_pause_it_waits_until_writers_are_stopped(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(60), replica.client(60)
    writers = Writers(primary.port)
    said = migrate(options, replica.port, primary.port, DONE, ("goes on following", "--switch"))
    assert "switched" not in said
    wait_level(p, r)
    late = ("still written to", "is still a replica", "REPLICAOF NO ONE")
    migrate(options, replica.port, primary.port, LATE, late, "--switch", "--timeout", "2")
    assert is_up(r)
    run = Migration(options, replica.port, primary.port, "--switch")
    run.saw("Stop all writers")
    writers.stop()
    run.end(DONE, "nobody writes", "the two hold the same", "switched", "still takes writes")
    assert info(r)["role"] == "master"
    assert_same(p, r)
    stop(replica, primary)


def a_dry_run_changes_nothing(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    p.pipeline([("SET", f"k{n}", "v") for n in range(100)])
    r.call("SET", "mine", "v")

    def state() -> tuple[Any, ...]:
        config = [dict(zip(reply[::2], reply[1::2])) for reply in (c.call("CONFIG", "GET", "*") for c in (p, r))]
        return (p.call("ROLE")[:1], r.call("ROLE")[:1], p.call("DBSIZE"), r.call("DBSIZE"), config)

    before = state()
    words = ("would", "REPLICAOF", "CLIENT PAUSE", "REPLICAOF NO ONE", "Nothing was changed")
    migrate(options, replica.port, primary.port, DONE, words, "--dry-run", "--replace", "--pause", "--fence")
    migrate(options, replica.port, primary.port, REFUSED, ("--replace",), "--dry-run", "--pause")
    assert state() == before
    assert "cmdstat_replicaof" not in info(r, "commandstats")
    assert not {"cmdstat_psync", "cmdstat_client|pause"} & set(info(p, "commandstats"))
    stop(replica, primary)


def what_cannot_go_well_is_refused(options: Any) -> None:
    primary, other, replica = redis_primary("--databases", "20"), redis_primary(), ours(options)
    p, o, r = primary.client(), other.client(), replica.client()
    p.call("SET", "k", "v" * 100)

    def refused(code: int, words: str, *more: str, port: int = primary.port) -> None:
        text = migrate(options, replica.port, port, code, (words,), *more)
        assert info(r)["role"] == "master", text

    refused(REFUSED, "set databases to 20")
    p.call("SELECT", 18)
    p.call("SET", "k", "v")
    refused(REFUSED, "uses database 18", "--force")
    p.call("FLUSHDB")
    ok(r.call("CONFIG", "SET", "maxmemory", "100kb"))
    refused(REFUSED, "maxmemory here is", port=other.port)
    ok(r.call("CONFIG", "SET", "maxmemory", "0"))
    r.call("SET", "mine", "v")
    refused(REFUSED, "holds keys already", port=other.port)
    refused(REFUSED, "the same server", port=replica.port)
    follow(o, primary.port)
    wait_up(o)
    refused(REFUSED, f"is a replica of 127.0.0.1:{primary.port}", "--switch", "--replace", port=other.port)
    refused(FAILED, "the Redis at 127.0.0.1:1:", port=1)
    refused(FAILED, "does not know '--nonsense'", "--nonsense")
    refused(FAILED, "--fence is for", "--fence")
    refused(FAILED, "no good value", "--timeout", "soon")
    ok(p.call("CONFIG", "SET", "requirepass", "secret"))
    refused(FAILED, "NOAUTH")
    refused(FAILED, "WRONGPASS", "--from-pass", "wrong")
    assert r.call("GET", "mine") == b"v"
    stop(replica, other, primary)


def other_data_is_replaced_only_when_told(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    p.call("SET", "theirs", "v")
    r.call("SET", "mine", "v")
    way = ("--replace", "--pause", "--hold", "1000")
    migrate(options, replica.port, primary.port, DONE, ("switched", "paused for 1000 s"), *way)
    assert r.call("GET", "theirs") == b"v" and r.call("GET", "mine") is None
    assert r.call("SET", "mine", "w").text == "OK"
    p.send("SET", "held", "v")
    assert primary.client().call("GET", "held") is None
    ok(primary.client().call("CLIENT", "UNPAUSE"))
    ok(p.read())
    stop(replica, primary)


def a_difference_is_found_and_named(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(60), replica.client(60)
    fill(p, options.seed)
    p.call("SELECT", 4)
    p.pipeline([(*words, "a") for words in (("SADD", "set"), ("RPUSH", "list"), ("SET", "string"), ("SET", "gone"))])
    p.call("HSET", "hash", "f", "v")
    p.call("SELECT", 0)
    follow(r, primary.port)
    wait_up(r)
    wait_level(p, r)
    migrate(options, replica.port, primary.port, DONE, ("the two hold the same",), "--compare-only")
    ok(r.call("CONFIG", "SET", "replica-read-only", "no"))
    plant: list[tuple[int, str, Callable[[], Any]]] = [
        (4, 'database 4, key "set"', lambda: r.call("SADD", "set", "b")),
        (4, 'database 4, key "string": type', lambda: (r.call("DEL", "string"), r.call("RPUSH", "string", "a"))),
        (4, 'database 4, key "gone": only the Redis', lambda: r.call("DEL", "gone")),
        (4, 'database 4, key "list": it expires', lambda: r.call("EXPIRE", "list", 1000)),
        (4, 'database 4, key "hash": hash: the content', lambda: r.call("HSET", "hash", "f", "w")),
        (4, 'database 4, key "new": only this server', lambda: r.call("SET", "new", "v")),
        (0, 'key "large list": list: the content', lambda: r.call("LSET", "large list", 2500, "other")),
        (0, 'key "large stream": stream: ids, groups', lambda: r.call(
            "XACK", "large stream", "g", r.call("XPENDING", "large stream", "g", "-", "+", 1000)[999][0])),
        (0, 'key "large string": string: the content', lambda: r.call("SETRANGE", "large string", 2999999, "z")),
        (0, 'key "large set": set: 3000 items there, 2999', lambda: r.call("SREM", "large set", "m77")),
        (0, 'key "large zset": zset: the content', lambda: r.call("ZADD", "large zset", 0.1, "m9")),
        (0, 'key "\\xff\\x00 odd name\\x0d\\x0a"', lambda: r.call("APPEND", b"\xff\x00 odd name\r\n", "w")),
    ]  # fmt: skip
    for database, _, change in plant:
        r.call("SELECT", database)
        assert not isinstance(change(), Error)
    words = tuple(words for _, words, _ in plant)
    for way in ("--compare-only", "--pause"):
        said = migrate(options, replica.port, primary.port, DIFFERENT, words, way)
        assert said.count("  database ") == len(plant), said
    assert is_up(r)
    assert p.call("SET", "writes", "go on").text == "OK"
    stop(replica, primary)


def a_difference_in_functions_is_found(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    r.call("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)")
    migrate(options, replica.port, primary.port, DIFFERENT, ("libraries of functions",), "--compare-only")
    p.call("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 1 end)")
    migrate(options, replica.port, primary.port, DONE, (), "--compare-only")
    stop(replica, primary)


def interrupted_it_can_go_on(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(60), replica.client(60)
    ok(p.call("CONFIG", "SET", "repl-diskless-sync-delay", "2"))  # nothing comes for so long
    run = Migration(options, replica.port, primary.port, "--pause")
    run.saw("follows")
    run.process.send_signal(signal.SIGINT)
    run.end(INTERRUPTED, "interrupted", "still a replica", "REPLICAOF NO ONE", seconds=10)
    assert info(r)["role"] == "slave"
    wait_up(r)
    writers = Writers(primary.port)
    run = Migration(options, replica.port, primary.port, "--switch")
    run.saw("Stop all writers")
    run.process.send_signal(signal.SIGTERM)
    run.end(INTERRUPTED, "still a replica")
    writers.stop()
    migrate(options, replica.port, primary.port, DONE, ("follows the Redis already", "switched"), "--switch")
    assert_same(p, r)
    stop(replica, primary)


def writers_are_let_go_when_it_fails(options: Any) -> None:
    """A key of this server changes all the time, so that only the last comparison can tell."""
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(60), replica.client(60)
    follow(r, primary.port)
    wait_up(r)
    ok(r.call("CONFIG", "SET", "replica-read-only", "no"))
    run = Migration(options, replica.port, primary.port, "--pause", "--hold", "100")
    while run.process.poll() is None:
        ok(r.call("INCR", "changes"))
    run.end(DIFFERENT, "change too often", "are paused", 'key "changes": only this', "not paused any more")
    begin = time.monotonic()
    ok(p.call("SET", "n", "2"))
    assert time.monotonic() - begin < 3, "writers were still paused"
    stop(replica, primary)


def users_and_passwords_are_used_for_both(options: Any) -> None:
    primary, replica = redis_primary(), ours(options)
    p, r = primary.client(), replica.client()
    p.pipeline([("SET", f"k{n}", "v") for n in range(100)])
    ok(p.call("ACL", "SETUSER", "mover", "on", ">secret", "~*", "&*", "+@all"))
    ok(p.call("CONFIG", "SET", "requirepass", "closed"))
    login = ("--from-user", "mover", "--pause", "--fence")
    run = Migration(options, replica.port, primary.port, *login, MILLSTREAMCLI_FROM_AUTH="secret")
    run.end(DONE, "switched")
    assert r.call("CONFIG", "GET", "masterauth")[1] == b"" and r.call("CONFIG", "GET", "masteruser")[1] == b""
    ok(p.call("AUTH", "closed"))
    assert_same(p, r)
    stop(replica, primary)


def the_way_there_may_be_tls(options: Any) -> None:
    sys.path.append(str(HERE.parent / "tls"))
    from authority import Authority
    from server import free_port

    with tempfile.TemporaryDirectory(prefix="millstream-tls-") as folder:
        authority = Authority(folder + "/authority")
        pair = authority.issue("both", "localhost", names="DNS:localhost,IP:127.0.0.1")
        files = ["--tls-cert-file", pair.certificate, "--tls-key-file", pair.key]
        files += ["--tls-ca-cert-file", authority.certificate]
        port = free_port()
        primary, replica = redis_primary("--tls-port", str(port), *files), ours(options, *files)
        bare = ours(options)
        p, r = primary.client(), replica.client()
        p.pipeline([("SET", f"k{n}", "v") for n in range(100)])
        tls = ("--from-tls", "--from-cacert", authority.certificate, "--from-cert", pair.certificate)
        tls += ("--from-key", pair.key)
        migrate(options, bare.port, port, REFUSED, ("tls-ca-cert-file",), *tls)
        migrate(options, replica.port, port, FAILED, ("certificate",), "--from-tls")
        migrate(options, replica.port, port, DONE, ("switched",), *tls, "--pause", "--fence")
        assert_same(p, r)
        assert r.call("CONFIG", "GET", "tls-replication")[1] == b"no"
        stop(bare, replica, primary)


TESTS = {
    "load": [
        a_redis_under_load_moves_in,
        without_a_pause_it_waits_until_writers_are_stopped,
        interrupted_it_can_go_on,
    ],
    "rest": [
        a_dry_run_changes_nothing,
        what_cannot_go_well_is_refused,
        other_data_is_replaced_only_when_told,
        a_difference_is_found_and_named,
        a_difference_in_functions_is_found,
        writers_are_let_go_when_it_fails,
        users_and_passwords_are_used_for_both,
        the_way_there_may_be_tls,
    ],
}


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cli", required=True)
    parser.add_argument("--part", choices=TESTS, help="only these")


if __name__ == "__main__":
    if subprocess.run([DEBIAN_PYTHON, "-c", "import redis"], capture_output=True, check=False).returncode:
        print("no python3-redis")
        sys.exit(77)
    parts = [part for part in TESTS if part in sys.argv] or list(TESTS)
    sys.exit(main([test for part in parts for test in TESTS[part]], add_options))
