#!/usr/bin/python3
"""Appends through redis-py's Sentinel client until its input ends: load_redis_py.py NAME SENTINEL ...

Prints every operation as a line of JSON, as tests/lib/history.py wants it. Needs Debian's python3-redis.
"""

from __future__ import annotations

import json
import sys
import threading
import time

import redis
import redis.sentinel

MASTER = "main"
REFUSALS = ("READONLY", "NOREPLICAS", "LOADING", "MASTERDOWN")


def address(text: str) -> tuple[str, int]:
    host, port = text.rsplit(":", 1)
    return host, int(port)


def append(client: redis.Redis, number: int, writer: str) -> dict[str, object]:
    kind = ("xadd", "rpush", "set")[number % 3]
    key = f"register:{writer}" if kind == "set" else {"xadd": "stream:0", "rpush": "list:0"}[kind]
    value = str(number) if kind == "set" else f"{writer}:{number}"
    made: dict[str, object] = {
        "writer": writer, "number": number, "kind": kind, "key": key, "value": value, "begin": time.monotonic()
    }  # fmt: skip
    try:
        if kind == "xadd":
            made["reply"] = client.xadd(key, {"value": value}).decode()
        elif kind == "rpush":
            made["reply"] = client.rpush(key, value)
        else:
            client.set(key, value)
        made["outcome"] = "ok"
    except (redis.sentinel.MasterNotFoundError, redis.exceptions.ReadOnlyError) as problem:
        made |= {"outcome": "error", "said": str(problem)}
    except redis.exceptions.ResponseError as problem:
        refused = str(problem).split(" ")[0] in REFUSALS
        made |= {"outcome": "error" if refused else "unknown", "said": str(problem)}
    except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError) as problem:
        made |= {"outcome": "unknown", "said": f"{type(problem).__name__}: {problem}"}
    made["end"] = time.monotonic()
    return made


def main() -> int:
    writer, sentinels = sys.argv[1], [address(text) for text in sys.argv[2:]]
    manager = redis.sentinel.Sentinel(sentinels, socket_timeout=0.5)
    client = manager.master_for(MASTER, socket_timeout=1.5)
    ended = threading.Event()

    def watch_input() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=watch_input, daemon=True).start()
    number = 0
    while not ended.is_set():
        number += 1
        made = append(client, number, writer)
        print(json.dumps(made), flush=True)
        if made["outcome"] != "ok":
            ended.wait(0.02)
    return 0


if __name__ == "__main__":
    sys.exit(main())
