#!/usr/bin/env python3
"""Expiry has its share of the server's time while writers keep it busy.

A loop with much to do seldom comes round to its timers. Writers send keys of a short life without
waiting for replies, and send them again when they have long expired, so there is always more to expire
than can be done. Expiry may take a quarter of a core; it must get a good part of what the server gets.
"""

from __future__ import annotations

import argparse
import socket
import sys
import threading
import time

from common import Server, check, checked, info, ok
from wait import wait_for

WRITERS = 20
KEYS = 10000  # of each writer
LIFE_MS = 50
SECONDS = 4
LEAST_PERCENT = 4  # it was 0.5 when a slice was always the same


def words(*parts: str) -> bytes:
    return b"".join(
        [b"*%d\r\n" % len(parts)] + [b"$%d\r\n%s\r\n" % (len(p), p.encode()) for p in parts]
    )


def write(server: Server, number: int, ends: float) -> None:
    sets = [words("SET", f"{number}:{i}", "value", "PX", str(LIFE_MS)) for i in range(KEYS)]
    load = b"".join(sets)
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
        client.sendall(words("CLIENT", "REPLY", "OFF"))
        while time.monotonic() < ends:
            client.sendall(load)


def body(server: Server) -> None:
    control = server.client(60)
    ends = time.monotonic() + SECONDS
    writers = [threading.Thread(target=write, args=(server, i, ends)) for i in range(WRITERS)]
    before = (server.cpu_seconds(), info(control, "expire_cycle_cpu_milliseconds"))
    for writer in writers:
        writer.start()
    writers[0].join(SECONDS - 1)
    took = info(control, "expire_cycle_cpu_milliseconds") - before[1]
    percent = took / (server.cpu_seconds() - before[0]) / 10
    for writer in writers:
        writer.join()
    wait_for(lambda: ok(control.call("DBSIZE")) == 0, 120, "expired keys to go")
    print(f"expiry had {percent:.1f} % of the server's time")
    check(percent >= LEAST_PERCENT, f"expiry had {percent:.1f} %, not {LEAST_PERCENT}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    options = parser.parse_args()
    return 0 if checked(options.server, 1, body, ("--appendonly", "no", "--save", "")) else 1


if __name__ == "__main__":
    sys.exit(main())
