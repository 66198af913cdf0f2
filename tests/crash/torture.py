#!/usr/bin/env python3
"""Kills a server at random instants, again and again, and checks that it kept its word.

Connections work on keys of their own, each beside an exact model, and on shared ones with books.
After each crash the server runs again in the same folder: what was acknowledged must be there, what
was under way may be there in the order sent, and nothing may be there in part.
"""

from __future__ import annotations

import collections
import random
import sys
import threading
import time
from typing import Any

import shared
from common import (
    GONE,
    Client,
    Failure,
    Run,
    Server,
    Simple,
    arguments,
    can_rewrite,
    check,
    ok,
    segments,
    signal,
)
from model import State, check_group_books, differences, read_state
from operations import Operation, Operations
from resp import encode

LOSS_SECONDS = 2.0  # that everysec may lose
FOLD_SECONDS = 3.0
SHOWN, SHOWN_BYTES = 6, 1500


class Worker:
    """A connection's thread. Survives the server: it goes on with the next one."""

    def __init__(self, name: str, seed: int, books: shared.Books, options: Any) -> None:
        self.name = name
        self.random = random.Random(seed)
        self.books = books
        self.operations = Operations(name, seed + 1, options.groups)
        self.shared = shared.Shared(name, seed + 2, books, options.groups)
        self.lossy = options.fsync != "always"
        self.state = State()  # without what `recent` still has to add
        self.recent: collections.deque[tuple[float, Operation, list[Any]]] = collections.deque()
        self.under_way: list[Operation] = []
        self.ahead = State()
        self.acknowledged = 0
        self.problem: str | None = None

    def run(self, client: Client) -> None:
        try:
            while True:
                if self.random.random() < 0.5:
                    self.own_batch(client)
                else:
                    self.shared_call(client)
        except GONE:
            pass
        except Exception as problem:  # pylint: disable=broad-except
            self.problem = f"{self.name}: {type(problem).__name__}: {problem}"
        finally:
            client.close()

    # --- Its own keys.

    def own_batch(self, client: Client) -> None:
        batch = []
        for _ in range(self.random.choice((1, 1, 2, 4, 8))):
            batch.append(self.operations.next(self.ahead))
            if batch[-1].unknown:
                break  # the model knows no more before the reply is there
            batch[-1].apply(self.ahead)
        self.under_way = list(batch)
        client.send_raw(
            b"".join(encode(*command) for operation in batch for command in operation.commands)
        )
        for operation in batch:
            replies = [client.read() for _ in operation.commands]
            self.note(operation, replies)
            self.under_way.pop(0)

    def note(self, operation: Operation, replies: list[Any]) -> None:
        self.acknowledged += 1
        if operation.unknown:
            operation.acknowledged(self.ahead, replies)
        if not self.lossy:
            operation.acknowledged(self.state, replies)
            return
        now = time.monotonic()
        self.recent.append((now, operation, replies))
        while self.recent[0][0] < now - FOLD_SECONDS:
            _, old, old_replies = self.recent.popleft()
            old.acknowledged(self.state, old_replies)

    # --- Shared keys.

    def shared_call(self, client: Client) -> None:
        with self.books.lock:
            call = self.shared.next()
        try:
            replies = client.pipeline(call.commands)
        except GONE:
            with self.books.lock:
                call.unsure()
            raise
        problem = shared.first_error(replies)
        check(problem is None, f"{call.commands}: {problem}")
        with self.books.lock:
            call.done(replies)
        self.acknowledged += 1

    # --- After the crash.

    def candidates(self, killed_at: float) -> list[State]:
        """All states its keys may be in now."""
        state = self.state.copy()
        found = [state.copy()] if not self.recent else []
        while self.recent:
            when, operation, replies = self.recent.popleft()
            if when > killed_at - LOSS_SECONDS:
                found.append(state.copy())
            operation.acknowledged(state, replies)
        found.append(state.copy())
        for operation in self.under_way:  # one with several outcomes is the last of its batch
            found += operation.outcomes(found[-1])
        return found

    def check(self, client: Client, killed_at: float) -> list[str]:
        """What is not as it must be. The model goes on with what is there."""
        actual = read_state(client, self.name)
        best: list[str] | None = None
        for candidate in reversed(self.candidates(killed_at)):
            lines = differences(candidate, actual)
            if not lines:
                self.state, self.ahead = candidate, candidate.copy()
                self.under_way = []
                return []
            if best is None or len(lines) < len(best):
                best = lines
        assert best
        under_way = [operation.commands for operation in self.under_way]
        self.state, self.ahead, self.under_way = actual, actual.copy(), []
        return [f"{self.name}: {line}" for line in best] + [
            f"{self.name}: had under way {str(under_way)[:400]}"
        ]


class Torture:
    """One server's life: many crashes of one folder."""

    def __init__(self, server: Server, options: Any, seed: int) -> None:
        self.server = server
        self.options = options
        self.random = random.Random(seed)
        self.books = shared.Books()
        self.workers = [
            Worker(f"w{i}:", self.random.getrandbits(32), self.books, options)
            for i in range(options.connections)
        ]
        self.rewrites = False
        self.crashes = 0

    def start(self) -> None:
        client = self.server.client()
        shared.set_up(client, self.options.groups)
        client.close()
        self.rewrites = can_rewrite(self.server)

    def round(self) -> list[str]:
        """Load, crash, restart, check. Returns what is wrong."""
        threads = [
            threading.Thread(target=worker.run, args=(self.server.client(30),), daemon=True)
            for worker in self.workers
        ]
        for thread in threads:
            thread.start()
        self.disturb(time.monotonic() + self.random.choice((0.02, 0.1, 0.3, 0.3, 0.6, 1.0)))
        gently = self.random.random() < 0.1
        if gently:
            self.server.process.send_signal(signal.SIGTERM)
            code = self.server.process.wait(30)
        else:
            self.server.kill()
            code = 0
        killed_at = time.monotonic()
        for thread in threads:
            thread.join(30)
        check(not any(thread.is_alive() for thread in threads), "a connection outlives the server")
        self.crash_while_loading()
        self.server.restart(60)
        wrong = [f"SIGTERM ended it with {code}"] if code != 0 else []
        return wrong + self.look(killed_at)

    def disturb(self, until: float) -> None:
        """Waits; now and then a checkpoint begins, and the end may come in the midst of it."""
        if not self.rewrites or self.random.random() < 0.5:
            time.sleep(max(0.0, until - time.monotonic()))
            return
        time.sleep(max(0.0, (until - time.monotonic()) * self.random.random()))
        client = self.server.client()
        reply = client.call("BGREWRITEAOF")
        check(isinstance(reply, Simple), f"BGREWRITEAOF gave {reply}")
        client.close()
        if self.random.random() < 0.6:  # somewhere between the fork and the removal of old files
            time.sleep(self.random.random() * 0.2)
        else:
            time.sleep(max(0.0, until - time.monotonic()))

    def crash_while_loading(self) -> None:
        for _ in range(self.random.choice((0, 0, 0, 1, 2))):
            self.server.launch("ab")
            time.sleep(self.random.random() * self.random.choice((0.01, 0.1)))
            code = self.server.process.poll()
            self.server.kill()
            self.crashes += 1
            if code is not None:
                raise Failure(f"the server ended at start with {code}")

    def look(self, killed_at: float) -> list[str]:
        client = self.server.client(30)
        wrong = [worker.problem for worker in self.workers if worker.problem]
        for worker in self.workers:
            wrong += worker.check(client, killed_at)
            for stream in ("s1", "s2"):
                wrong += self.group_books(client, worker.name + stream)
        lossless = self.options.fsync == "always"
        wrong += shared.check_books(client, self.books, self.options.groups, lossless)
        if self.options.groups:
            wrong += self.group_books(client, shared.STREAM)
        shared.settle(client, self.books, [worker.shared for worker in self.workers])
        if not lossless:
            self.forget(client)
        client.close()
        return wrong

    def forget(self, client: Client) -> None:
        """Deliveries may be lost here, so that they come again: as if never made."""
        pending = {row[0] for row in ok(client.call(
            "XPENDING", shared.STREAM, shared.GROUP, "-", "+", 10000000))} \
            if self.options.groups else set()  # fmt: skip
        self.books.given = {key: who for key, who in self.books.given.items() if key in pending}

    @staticmethod
    def group_books(client: Client, key: str) -> list[str]:
        try:
            check_group_books(client, key)
        except Failure as problem:
            return [str(problem)]
        return []

    def acknowledged(self) -> int:
        return sum(worker.acknowledged for worker in self.workers)


def server_options(options: Any, dice: random.Random) -> list[str]:
    """Small segments in most lives, so that many begin and end."""
    words = ["--reactors", str(options.reactors), "--appendfsync", options.fsync]
    words += ["--log-segment-size", dice.choice(("64kb", "64kb", "1mb", "64mb"))]
    return words + ["--log-compression", dice.choice(("yes", "yes", "no"))]


def live(options: Any, seed: int, until: float) -> tuple[int, int, list[str]]:
    """One life of some rounds. Returns crashes, acknowledged operations, and what is wrong."""
    dice = random.Random(seed)
    words = server_options(options, dice)
    print(f"seed {seed}: {' '.join(words)}")
    wrong: list[str] = []
    with Run(options.server, *words) as server:
        torture = Torture(server, options, dice.getrandbits(32))
        torture.start()
        try:
            for number in range(1, options.rounds_a_life + 1):
                problems = torture.round()
                torture.crashes += 1
                for problem in problems[:SHOWN]:
                    print(f"  round {number}: {problem[:SHOWN_BYTES]}")
                if len(problems) > SHOWN:
                    print(f"  round {number}: ... and {len(problems) - SHOWN} more")
                wrong += problems
                if wrong or time.monotonic() > until:
                    break
            if wrong:
                raise Failure(f"{len(wrong)} promises were not kept")
        finally:
            files = len(segments(server)) if server.process.poll() is None else -1
            rewrites = "on" if torture.rewrites else "NOT TESTED"
            print(
                f"  {torture.crashes} crashes, {torture.acknowledged()} acknowledged, {files} "
                f"segments, checkpoints {rewrites}"
            )
            sys.stdout.flush()
    return torture.crashes, torture.acknowledged(), wrong


def main() -> int:
    parser = arguments(__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, help="crashes, however long they take")
    parser.add_argument("--rounds-a-life", type=int, default=15)
    parser.add_argument("--connections", type=int, default=5)
    parser.add_argument("--reactors", type=int, default=1)
    parser.add_argument("--fsync", choices=("always", "everysec", "no"), default="always")
    parser.add_argument("--no-groups", dest="groups", action="store_false")
    options = parser.parse_args()
    start = time.monotonic()
    until = start + (options.seconds if options.rounds is None else 10**9)
    crashes = acknowledged = 0
    seed = options.seed
    while time.monotonic() < until and crashes < (options.rounds or 10**9):
        try:
            more, done, _ = live(options, seed, until)
        except (Failure, RuntimeError, TimeoutError) as problem:
            print(f"FAILED with seed {seed}: {str(problem)[-SHOWN_BYTES:]}")
            return 1
        crashes += more
        acknowledged += done
        seed += 1
    took = time.monotonic() - start
    print(f"{crashes} crashes, {acknowledged} acknowledged operations, {took:.0f} s: all kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
