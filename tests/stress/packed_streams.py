#!/usr/bin/env python3
"""Streams whose cold blocks are compressed, under load: nobody who reads, deletes or trims can tell.

Several threads work at once, on a server with several reactors. Each thread writes streams of its own
and knows what must be in them; it reads, deletes and trims there and in copies of them, reads the others'
streams beside (entries of which say by themselves what they must be), and reads and acknowledges by a
group. Meanwhile snapshots are taken by forked children and the depth of compression changes. At the end
a restart from the snapshot must give the same data.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time

from common import Client, Server  # finds tests/lib
from events import events

THREADS = 6
EVENTS = 4000
COUNT_LIMIT = 300


def event_of(entry: list, known: list[str]) -> int:
    """The number of the event an entry holds, which its id says."""
    number = int(entry[0].split(b"-")[0])
    fields = entry[1]
    assert fields[0] == b"event" and fields[1].decode() == known[number % EVENTS], entry
    return number


class Writer(threading.Thread):
    def __init__(self, server: Server, name: str, seed: int, known: list[str], ends: float) -> None:
        super().__init__(name=name)
        self.client = server.client(120)
        self.chance = random.Random(seed)
        self.known = known
        self.ends = ends
        self.ids: list[int] = []  # live ones
        self.next = 1
        self.steps = 0
        self.error: BaseException | None = None
        self.client.call("XGROUP", "CREATE", name, "g", "0", "MKSTREAM")

    def run(self) -> None:
        try:
            while time.monotonic() < self.ends:
                self.step()
                self.steps += 1
            self.check_range(0, self.next)
        except BaseException as error:  # told by the main thread
            self.error = error

    def step(self) -> None:
        works = [self.append, self.check, self.check, self.delete, self.trim, self.consume, self.copy]
        works += [self.append, self.append, self.peek, self.peek]
        self.chance.choice(works)()

    def append(self) -> None:
        count = self.chance.randrange(1, 200)
        numbers = range(self.next, self.next + count)
        self.client.pipeline(
            [("XADD", self.name, f"{n}-1", "event", self.known[n % EVENTS]) for n in numbers]
        )
        self.ids += numbers
        self.next += count

    def some(self) -> int:
        return self.chance.choice(self.ids) if self.ids else 1

    def check_range(self, low: int, high: int, name: str = "") -> None:
        name = name or self.name
        expected = [n for n in self.ids if low <= n <= high][:COUNT_LIMIT]
        entries = self.client.call("XRANGE", name, low, high, "COUNT", COUNT_LIMIT)
        assert [event_of(entry, self.known) for entry in entries] == expected, (name, low, high)
        expected = [n for n in reversed(self.ids) if low <= n <= high][:COUNT_LIMIT]
        entries = self.client.call("XREVRANGE", name, high, low, "COUNT", COUNT_LIMIT)
        assert [event_of(entry, self.known) for entry in entries] == expected, (name, high, low)

    def check(self) -> None:
        low = self.some()
        self.check_range(low, low + self.chance.randrange(500))

    def delete(self) -> None:
        at = self.chance.randrange(len(self.ids)) if self.ids else 0
        gone = self.ids[at : at + self.chance.randrange(1, 40)]
        if not gone:
            return
        if self.chance.random() < 0.5:
            gone = gone[::3]
        assert self.client.call("XDEL", self.name, *[f"{n}-1" for n in gone]) == len(gone)
        away = set(gone)
        self.ids = [n for n in self.ids if n not in away]

    def trim(self) -> None:
        if len(self.ids) < 2000:
            return
        keep = len(self.ids) - self.chance.randrange(300)
        if self.chance.random() < 0.5:
            assert self.client.call("XTRIM", self.name, "MAXLEN", keep) == len(self.ids) - keep
            self.ids = self.ids[len(self.ids) - keep :]
        else:
            gone = self.client.call("XTRIM", self.name, "MINID", "~", self.ids[-keep])
            self.ids = self.ids[gone:]

    def consume(self) -> None:
        command = ("XREADGROUP", "GROUP", "g", "c", "COUNT", 150, "STREAMS", self.name)
        reply = self.client.call(*command, ">")
        if not isinstance(reply, list):
            return
        ids = [event_of(entry, self.known) for entry in reply[0][1]]
        again = self.client.call(*command, f"{ids[0]}-0")[0][1]
        assert again == reply[0][1][: len(again)], "the history is not what was delivered"
        assert self.client.call("XACK", self.name, "g", *[f"{n}-1" for n in ids]) == len(ids)

    def copy(self) -> None:
        """A copy keeps what the original loses."""
        name = f"{self.name}:copy"
        self.client.call("COPY", self.name, name, "REPLACE")
        before = list(self.ids)
        self.delete()
        after, self.ids = self.ids, before
        low = self.some()
        self.check_range(low, low + 400, name)
        self.ids = after
        if self.chance.random() < 0.5:
            self.client.call("DEL", name)

    def peek(self) -> None:
        name = f"s{self.chance.randrange(THREADS)}"
        low = self.chance.randrange(self.next)
        for entry in self.client.call("XRANGE", name, low, "+", "COUNT", 50):
            event_of(entry, self.known)


def info(client: Client, field: str) -> int:
    reply = client.call("INFO", "memory")
    text = getattr(reply, "data", reply).decode()
    return int(text.split(f"{field}:")[1].split()[0])


def disturb(client: Client, chance: random.Random) -> None:
    """Another depth; a snapshot by a child, if none is on its way."""
    client.call("CONFIG", "SET", "stream-compress-depth", chance.choice([0, 1, 1, 2, 5]))
    client.call("BGSAVE")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    known = [event for event, _ in zip(events(options.seed), range(EVENTS))]
    arguments = ["--reactors", str(options.reactors), "--stream-compress-depth", "1", "--save", ""]
    with Server(options.server, *arguments) as server:
        control = server.client(120)
        ends = time.monotonic() + options.seconds
        writers = [
            Writer(server, f"s{i}", options.seed + i, known, ends) for i in range(THREADS)
        ]
        for writer in writers:
            writer.start()
        chance = random.Random(options.seed)
        while any(writer.is_alive() for writer in writers):
            writers[-1].join(0.2)
            disturb(control, chance)
        for writer in writers:
            writer.join()
            if writer.error:
                raise writer.error
        packed = [info(control, f"mem_stream_packed{what}") for what in ("_blocks", "", "_plain")]
        assert packed[0] > 0 and 2 * packed[1] < packed[2], packed
        control.call("CONFIG", "SET", "stream-compress-depth", 1)
        digest = control.call("DEBUG", "DIGEST")
        control.call("DEBUG", "RELOAD")
        assert control.call("DEBUG", "DIGEST") == digest, "not the same after a reload"
        for writer in writers:
            writer.check_range(0, writer.next)
        steps = sum(writer.steps for writer in writers)
        print(f"{steps} steps; {packed[0]} blocks packed, {packed[2]} bytes in {packed[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
