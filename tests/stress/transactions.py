"""Transactions and client-side caching under load: nobody sees half of a transaction, a failed WATCH
loses nothing, waiters are served what a transaction leaves, and no cache stays stale.

Money is moved between accounts; the sum is the same for everybody who looks, at any time. Caches
take the server's word for it: what has not been invalidated must be what the server has.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import traceback
from typing import Any, Callable

from common import Client, Failure, Server, check, checked, info, ok
from resp import Closed, Error, NilArray, Push, Simple, Verbatim
from wait import wait_for

ACCOUNTS = [f"account:{n}" for n in range(8)]
START = 1000
SUM = START * len(ACCOUNTS)
CACHES = 4  # threads
OVERTAKING_ROUNDS = 200
ROUNDS = 5  # caches are compared at the end of each
CACHED = ACCOUNTS + ["jobs", "stream", "never"]


class Work:
    """Threads that run until the deadline, each with a generator and a client of its own."""

    def __init__(self, server: Server, seed: int, seconds: float) -> None:
        self.server = server
        self.seed = seed
        self.deadline = time.monotonic() + seconds
        self.problems: list[str] = []
        self.barrier = threading.Barrier(CACHES)
        self.threads: list[threading.Thread] = []
        self.done: dict[str, int] = {}
        self.lock = threading.Lock()

    def goes_on(self) -> bool:
        return time.monotonic() < self.deadline and not self.problems

    def start(self, task: Callable[..., int], count: int, *extra: Any) -> None:
        for _ in range(count):
            chance = random.Random(self.seed * 1000 + len(self.threads))
            thread = threading.Thread(target=self._run, args=(task, chance, extra))
            self.threads.append(thread)
            thread.start()

    def _run(self, task: Callable[..., int], chance: random.Random, extra: Any) -> None:
        try:
            count = task(self, self.server.client(30), chance, *extra)
            with self.lock:
                self.done[task.__name__] = self.done.get(task.__name__, 0) + count
        except Exception:  # pylint: disable=broad-except
            self.problems.append(traceback.format_exc())

    def wait_for_writers(self) -> None:
        """For caches, which write a little too: all have stopped."""
        self.barrier.wait(60)
        for thread in self.threads:
            if thread.name == "writer":
                thread.join()

    def join(self) -> None:
        for thread in self.threads:
            thread.join()
        print(self.done, flush=True)
        check(not self.problems, "\n".join(self.problems))


# --- Money.


def transfer(work: Work, client: Client, chance: random.Random) -> int:
    """Reads two accounts under WATCH and writes both, or adds to both; sometimes with commands that
    need the whole server."""
    moved = 0
    while work.goes_on():
        one, two = chance.sample(ACCOUNTS, 2)
        amount = chance.randrange(1, 50)
        extra: list[tuple[str, ...]] = [("DBSIZE",)] if chance.random() < 0.05 else []
        if chance.random() < 0.3:
            calls = [("DECRBY", one, amount), *extra, ("INCRBY", two, amount)]
        else:
            ok(client.call("WATCH", one, two))
            a, b = int(client.call("GET", one)), int(client.call("GET", two))
            calls = [("SET", one, a - amount), *extra, ("SET", two, b + amount)]
        if chance.random() < 0.05:
            ok(client.call("UNWATCH"))
            continue
        reply = client.pipeline([("MULTI",), *calls, ("EXEC",)])[-1]
        check(not isinstance(reply, Error), f"EXEC answered {reply}")
        moved += not isinstance(reply, NilArray)
    client.close()
    return moved


def observe(work: Work, client: Client, chance: random.Random) -> int:
    """Sums up what there is: by a transaction, by MGET, by WATCH and an empty transaction."""
    looked = 0
    while work.goes_on():
        names = chance.sample(ACCOUNTS, len(ACCOUNTS))
        way = chance.randrange(3)
        if way == 0:
            calls: list[tuple[str, ...]] = [("GET", name) for name in names]
            values = client.pipeline([("MULTI",), *calls, ("EXEC",)])[-1]
        elif way == 1:
            values = client.call("MGET", *names)
        else:
            ok(client.call("WATCH", *names))
            values = client.pipeline([("GET", name) for name in names])
            if isinstance(client.pipeline([("MULTI",), ("EXEC",)])[-1], NilArray):
                continue
        total = sum(int(value) for value in values)
        check(total == SUM, f"way {way} saw a sum of {total}")
        looked += 1
    client.close()
    return looked


# --- Waiters.


def produce(work: Work, client: Client, chance: random.Random) -> int:
    """Announces jobs before it writes them, within one transaction."""
    made = 0
    while work.goes_on():
        name = f"{chance.randrange(1 << 40):x}"
        if chance.random() < 0.5:
            announce: tuple[str, ...] = ("RPUSH", "jobs", name)
        else:
            announce = ("XADD", "stream", "*", "job", name)
        client.pipeline([("MULTI",), announce, ("SET", f"job:{name}", name), ("EXEC",)])
        made += 1
    client.close()
    return made


def take_from_list(work: Work, client: Client, _: random.Random) -> int:
    taken = 0
    while work.goes_on():
        reply = client.call("BLPOP", "jobs", "0.2")
        if isinstance(reply, list):
            check_job(client, reply[1])
            taken += 1
    client.close()
    return taken


def take_from_stream(work: Work, client: Client, chance: random.Random) -> int:
    taken = 0
    who = f"c{chance.randrange(1 << 30)}"
    while work.goes_on():
        reply = client.call(
            *("XREADGROUP", "GROUP", "g", who, "COUNT", 5, "BLOCK", 200, "NOACK"),
            *("STREAMS", "stream", ">"),
        )
        if not isinstance(reply, list):
            continue
        for _, entry in reply[0][1]:
            check_job(client, entry[1])
            taken += 1
    client.close()
    return taken


def check_job(client: Client, name: bytes) -> None:
    check(client.call("GET", b"job:" + name) == name, f"{name!r} was served before EXEC was over")


# --- Caches.


class Cache:
    """What a tracking client believes. Replies and invalidations are taken in the order they come."""

    def __init__(self, server: Server, *options: str) -> None:
        self.client = server.client(30)
        self.values: dict[bytes, Any] = {}
        ok(self.client.call("HELLO", 3))
        ok(self.client.call("CLIENT", "TRACKING", "ON", *options))
        self.invalidated = 0

    def _push(self, push: Push) -> None:
        check(push[0] == b"invalidate", f"unexpected push {push}")
        if push[1] is None:
            self.values.clear()
            return
        for name in push[1]:
            self.values.pop(name, None)
            self.invalidated += 1

    def reply(self) -> Any:
        while isinstance(reply := self.client.read(), Push):
            self._push(reply)
        return reply

    def load(self, names: list[str]) -> None:
        """Reads in one of the ways of reading."""
        for name in names:
            self.client.send(*reading(name))
        for name in names:
            self.values[name.encode()] = plain(self.reply())

    def load_at_once(self, names: list[str]) -> None:
        for call in [("MULTI",), *(reading(name) for name in names), ("EXEC",)]:
            self.client.send(*call)
        for _ in range(len(names) + 1):
            self.reply()
        for name, value in zip(names, self.reply()):
            self.values[name.encode()] = plain(value)

    def settle(self) -> None:
        """Takes in what the server has said so far."""
        self.client.send("PING")
        check(self.reply() == Simple("PONG"), "PING was not answered")


def reading(name: str) -> tuple[str, ...]:
    if name == "jobs":
        return ("LLEN", name)
    return ("XLEN", name) if name == "stream" else ("GET", name)


def plain(value: Any) -> Any:
    check(not isinstance(value, Error), f"a read answered {value}")
    return value


def cache(work: Work, client: Client, chance: random.Random, options: tuple[str, ...]) -> int:
    """Reads now and then, and after everybody else has stopped compares what it has."""
    mine = Cache(work.server, *options)
    expiring = f"expiring:{chance.randrange(1 << 40):x}"
    while work.goes_on():
        names = chance.sample([*CACHED, expiring], 3)
        if chance.random() < 0.3:
            mine.load_at_once(names)
        else:
            mine.load(names)
        if chance.random() < 0.02:
            ok(client.call("SET", expiring, chance.random(), "PX", chance.randrange(1, 30)))
        if chance.random() < 0.2:
            time.sleep(0.003)
    work.wait_for_writers()
    ok(client.call("SET", expiring, "for a moment", "PX", 100))
    mine.load([expiring])
    wait_for(lambda: client.call("EXISTS", expiring) == 0, 10, "the key to expire")
    mine.settle()
    for name, value in mine.values.items():
        now = client.call(*reading(name.decode()))
        check(value == now, f"{options}: {name!r} is {now!r}, the cache has {value!r}")
    ok(client.call("CONFIG", "SET", "tracking-table-max-keys", 1000000))
    mine.client.close()
    client.close()
    return mine.invalidated


def cache_waiting(work: Work, client: Client, _: random.Random) -> int:
    """Caches the last id of a stream it waits on: the reply of a parked reader is one as well."""
    mine = Cache(work.server)
    last = "$"
    while work.goes_on():
        mine.client.send("XREAD", "BLOCK", 100, "STREAMS", "stream", last)
        reply = mine.reply()
        if reply is None:
            continue
        mine.values[b"stream"] = last = reply[0][1][-1][0]
    work.wait_for_writers()
    mine.settle()
    if b"stream" in mine.values:
        newest = client.call("XREVRANGE", "stream", "+", "-", "COUNT", 1)[0][0]
        check(newest == mine.values[b"stream"], f"{newest!r} is not {mine.values[b'stream']!r}")
    mine.client.close()
    client.close()
    return mine.invalidated


def shrink(work: Work, client: Client, chance: random.Random) -> int:
    """Makes the tracking table smaller and larger, so that keys are told that did not change."""
    times = 0
    while work.goes_on():
        ok(client.call("CONFIG", "SET", "tracking-table-max-keys", chance.choice([1, 3, 1000000])))
        time.sleep(0.05)
        times += 1
    client.close()
    return times


def load(server: Server, options: Any) -> None:
    client = server.client(30)
    for account in ACCOUNTS:
        ok(client.call("SET", account, START))
    ok(client.call("XGROUP", "CREATE", "stream", "g", "$", "MKSTREAM"))
    work = Work(server, options.seed, options.seconds / ROUNDS)
    for task, count in ((transfer, 4), (produce, 2), (take_from_list, 2), (take_from_stream, 2)):
        work.start(task, count)
    work.start(shrink, 1)
    for thread in work.threads:
        thread.name = "writer"
    work.start(observe, 2)
    work.start(cache_waiting, 1)
    for mode in ((), (), ("BCAST",)):
        work.start(cache, 1, mode)
    work.join()
    total = sum(int(client.call("GET", account)) for account in ACCOUNTS)
    check(total == SUM, f"the sum is {total}")
    for count in ("transfer", "observe", "take_from_list", "take_from_stream", "cache"):
        check(work.done[count] > 0, f"nothing came of {count}")
    wait_for(lambda: info(client, "connected_clients", "clients") == 1, 10, "all to be gone")
    for field in ("watching_clients", "total_watched_keys", "tracking_clients", "blocked_clients"):
        check(info(client, field, "clients") == 0, f"{field} is not 0")
    check(info(client, "tracking_total_prefixes", "stats") == 0, "prefixes are left")


# --- Single rules.


def fields(client: Client, about: Client) -> dict[str, str]:
    reply = ok(client.call("CLIENT", "LIST", "ID", ok(about.call("CLIENT", "ID"))))
    text = (reply.data if isinstance(reply, Verbatim) else reply).decode()
    return dict(item.partition("=")[::2] for item in text.split())


def numbers(server: Server, _: Any) -> None:
    """What CLIENT LIST and INFO say."""
    one, two, control = (server.client() for _ in range(3))
    two_id = two.call("CLIENT", "ID")
    ok(one.call("WATCH", "k", "l", "k"))
    ok(two.call("WATCH", "k"))
    about = fields(control, one)
    check((about["multi"], about["watch"], about["flags"]) == ("-1", "2", "N"), str(about))
    check(info(control, "watching_clients", "clients") == 2, "watching_clients")
    check(info(control, "total_watched_keys", "clients") == 2, "total_watched_keys")
    ok(control.call("SET", "l", 1))
    about = fields(control, one)
    check((about["watch"], about["flags"]) == ("0", "d"), str(about))
    check(info(control, "watching_clients", "clients") == 1, "watching_clients after a change")
    check(info(control, "total_watched_keys", "clients") == 1, "total_watched_keys after a change")
    ok(two.call("MULTI"))
    ok(two.call("SET", "k", "v" * 10000))
    ok(two.call("GET", "k"))
    text = ok(control.call("CLIENT", "LIST", "ID", two_id)).decode()
    about = dict(item.partition("=")[::2] for item in text.split())
    check((about["multi"], about["watch"], about["flags"]) == ("2", "1", "x"), str(about))
    check(10000 < int(about["multi-mem"]) < 12000, f"multi-mem is {about['multi-mem']}")
    ok(two.call("DISCARD"))
    ok(one.call("UNWATCH"))
    check(fields(control, one)["flags"] == "N", "flags after UNWATCH")
    ok(one.call("CLIENT", "TRACKING", "ON", "REDIRECT", two_id))
    ok(one.call("MGET", "a", "b", "c"))
    about = fields(control, one)
    check((about["flags"], about["redir"]) == ("t", str(two_id)), str(about))
    ok(control.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "x", "PREFIX", "y"))
    ok(control.call("GET", "a"))
    about = fields(control, control)
    check((about["flags"], about["redir"]) == ("tB", "0"), str(about))
    for field, value in (("keys", 3), ("items", 3), ("prefixes", 2)):
        check(info(control, f"tracking_total_{field}", "stats") == value, f"tracking_total_{field}")
    check(info(control, "tracking_clients", "clients") == 2, "tracking_clients")
    two.close()
    wait_for(lambda: info(control, "connected_clients", "clients") == 2, 10, "two to be gone")
    ok(control.call("SET", "a", 1))
    wait_for(lambda: fields(control, one)["flags"] == "tR", 10, "the broken redirection")
    check(info(control, "tracking_total_keys", "stats") == 2, "an invalidated key is still there")
    for client in (one, control):
        client.close()


def overtaking(server: Server, _: Any) -> None:
    """A parked reader's reply, made by whoever wrote, comes before word of the next change."""
    control = server.client()
    writers = [server.client() for _ in range(3)]
    readers = [Cache(server) for _ in range(8)]
    for _ in range(OVERTAKING_ROUNDS):
        for reader in readers:
            reader.client.send("XREAD", "BLOCK", 0, "STREAMS", "s", "$")
        wait_for(lambda: info(control, "blocked_clients", "clients") == len(readers), 10, "waiting")
        for writer in writers:
            writer.send("XADD", "s", "*", "f", "v")
        for writer in writers:
            ok(writer.read())
        newest = control.call("XREVRANGE", "s", "+", "-", "COUNT", 1)[0][0]
        for reader in readers:
            reader.values[b"s"] = reader.reply()[0][1][-1][0]
            reader.settle()
            check(reader.values.get(b"s", newest) == newest, "an invalidation overtook its reply")
    for client in [control, *writers, *(reader.client for reader in readers)]:
        client.close()


def queue_limit(server: Server, _: Any) -> None:
    """A queue that outgrows client-query-buffer-limit ends the connection."""
    control, one = server.client(), server.client()
    ok(control.call("CONFIG", "SET", "client-query-buffer-limit", 1 << 20))
    before = info(control, "client_query_buffer_limit_disconnections", "stats")
    ok(one.call("MULTI"))
    try:
        for _ in range(100):
            ok(one.call("SET", "k", "v" * 20000))
        raise Failure("2 MB were queued over a limit of 1 MB")
    except (Closed, ConnectionError):
        pass
    after = info(control, "client_query_buffer_limit_disconnections", "stats")
    check(after == before + 1, f"{after - before} disconnections are counted")
    check(control.call("EXISTS", "k") == 0, "something was run")


def body(server: Server, options: Any) -> None:
    for rule in (numbers, queue_limit, overtaking, *[load] * ROUNDS):
        rule(server, options)
        client = server.client()
        ok(client.call("FLUSHALL"))
        client.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    passed = checked(options.server, options.reactors, lambda server: body(server, options))
    print("passed" if passed else f"failed; repeat with --seed {options.seed}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
