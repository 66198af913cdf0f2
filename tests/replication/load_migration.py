#!/usr/bin/python3
"""Writers and consumers by redis-py for migration.py: load_migration.py PORT [USER PASSWORD].

Each line of input is the port of the server to go on with; the end of input ends them. Every operation
that was acknowledged is printed as a line of JSON: {"did": ..., ...}. What was refused, or broke off, is
tried again as another operation. Needs Debian's python3-redis.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from typing import Any, Callable

import redis

STREAMS = 2
GROUP = "workers"
SCRIPT = """redis.call('incrby', KEYS[1], ARGV[1]) redis.call('zadd', KEYS[2], ARGV[1], ARGV[2])
return redis.call('rpush', KEYS[3], ARGV[2])"""


class Load:
    def __init__(self, port: int) -> None:
        self.port = port
        self.ended = threading.Event()
        self.printing = threading.Lock()

    def did(self, what: str, port: int, **more: Any) -> None:
        line = json.dumps({"did": what, "port": port, **more})
        with self.printing:
            print(line, flush=True)

    def run(self, operation: Callable[[redis.Redis, int, int], None], database: int) -> None:
        """Calls it with the current server until the end."""
        number, port, client = 0, 0, None
        while not self.ended.is_set():
            if port != self.port or client is None:
                port = self.port
                client = redis.Redis(port=port, db=database)
            number += 1
            try:
                operation(client, number, port)
            except redis.exceptions.RedisError as problem:
                self.did("failed", port, why=str(problem))
                self.ended.wait(0.02)
            time.sleep(0.001)


def produce(load: Load, stream: str) -> Callable[[redis.Redis, int, int], None]:
    def operation(client: redis.Redis, number: int, port: int) -> None:
        value = f"{stream}:{number}"
        entry = client.xadd(stream, {"value": value, "more": "x" * (number % 50)})
        load.did("xadd", port, stream=stream, id=entry.decode(), value=value)

    return operation


def consume(load: Load, stream: str, name: str) -> Callable[[redis.Redis, int, int], None]:
    """Every fifth entry stays pending."""

    def operation(client: redis.Redis, number: int, port: int) -> None:
        for _, entries in client.xreadgroup(GROUP, name, {stream: ">"}, count=4, block=50):
            ids = [entry.decode() for entry, _ in entries]
            load.did("read", port, stream=stream, ids=ids, consumer=name)
            done = [entry for entry in ids if int(entry.split("-")[0]) % 5]
            if done:
                client.xack(stream, GROUP, *done)
                load.did("ack", port, stream=stream, ids=done)
        if number % 50 == 0:
            client.xautoclaim(stream, GROUP, name, 100, "0", count=2)

    return operation


def mixed(load: Load, seed: int) -> Callable[[redis.Redis, int, int], None]:
    """All kinds of values in small and large encodings, some of which expire soon."""
    chance = random.Random(seed)

    def change(client: Any) -> None:
        key, member = chance.randrange(40), chance.randrange(2000)
        word = f"member {member}" * chance.choice((1, 1, 10))
        size = chance.choice(("small", "large"))
        limit = 20 if size == "small" else 2000
        chance.choice(
            (
                lambda: client.set(f"string {key}", word),
                lambda: client.set(f"number {key}", member),
                lambda: client.append(f"long {key}", word),
                lambda: client.set(f"soon {key}", word, px=chance.choice((1, 20, 300, 100000))),
                lambda: client.pexpire(f"string {key}", chance.choice((50, 100000))),
                lambda: client.setbit(f"bits {key}", member, 1),
                lambda: client.pfadd(f"hyperloglog {key}", word),
                lambda: client.rpush(f"list {size} {key % 3}", word),
                lambda: client.ltrim(f"list {size} {key % 3}", -limit, -1),
                lambda: client.lpop(f"list {size} {key % 3}"),
                lambda: client.hset(f"hash {size} {key % 3}", f"f{member % limit}", word),
                lambda: client.hdel(f"hash {size} {key % 3}", f"f{member % limit}"),
                lambda: client.hincrbyfloat(f"hash float {key % 3}", f"f{member % 5}", 0.1),
                lambda: client.sadd(f"set {size} {key % 3}", f"m{member % limit}"),
                lambda: client.sadd(f"set of numbers {key % 3}", member % 700),
                lambda: client.spop(f"set {size} {key % 3}"),
                lambda: client.zadd(f"zset {size} {key % 3}", {f"m{member % limit}": chance.random()}),
                lambda: client.zpopmin(f"zset {size} {key % 3}"),
                lambda: client.geoadd(f"geo {key % 3}", (chance.random(), chance.random(), word)),
                lambda: client.delete(f"string {key}"),
                lambda: client.rename("number 1", "number 2") if chance.random() < 0.1 else client.incr("n"),
            )
        )()

    def operation(client: redis.Redis, number: int, port: int) -> None:
        if number % 10 == 0:
            client.eval(SCRIPT, 3, "script sum", "script zset", "script list", number, f"{seed}:{number}")
            load.did("script", port, value=f"{seed}:{number}", by=number)
        elif number % 5 == 0:
            with client.pipeline(transaction=True) as many:
                for _ in range(5):
                    change(many)
                many.execute(raise_on_error=False)
        else:
            with client.pipeline(transaction=False) as many:
                for _ in range(8):
                    change(many)
                many.execute(raise_on_error=False)

    return operation


def main() -> int:
    load = Load(int(sys.argv[1]))
    client = redis.Redis(port=load.port)
    jobs = [(mixed(load, seed), (0, 3, 9)[seed]) for seed in range(3)]
    for number in range(STREAMS):
        stream = f"stream {number}"
        client.xgroup_create(stream, GROUP, "0", mkstream=True)
        jobs.append((produce(load, stream), 0))
        jobs += [(consume(load, stream, f"consumer {name}"), 0) for name in range(2)]
    threads = [threading.Thread(target=load.run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for line in sys.stdin:
        load.port = int(line)
    load.ended.set()
    for thread in threads:
        thread.join()
    return 0


if __name__ == "__main__":
    sys.exit(main())
