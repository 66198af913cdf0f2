"""Loads for one server: what must be there first, and then so many operations.

A load is cheap to send: what goes out has been encoded before, and of what comes back the line ends are
counted (no value here has one). It does the same in the same order on every server, so that figures of
one connection are exact.
"""

from __future__ import annotations

import random
import re
import selectors
import socket
from collections.abc import Callable, Iterator

from common import Words, deliver_all, pour
from resp import Client, encode  # found through common
from wait import wait_for

VALUE = "x" * 100
TEN = "0123456789"
JOB = "j" * 100
KEYS = 20_000  # of GET, SET and the like
ID = re.compile(rb"\r\n(\d+-\d+)\r\n")
ENTRY_LINES = 8  # of an entry with one field in a reply
TIMEOUT_SECONDS = 300
BATCHES = 100  # different ones that are sent in turn

Command = Callable[[int], Words]  # the one of a number


class Wire:
    """A connection on which replies are counted by their lines."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def take(self, lines: int) -> bytes:
        """What came, when it has so many lines. RuntimeError for an error reply at its beginning."""
        parts = []
        while lines > 0:
            part = self.socket.recv(1 << 18)
            if not part or (not parts and part.startswith(b"-")):
                raise RuntimeError(f"a load was answered {part[:200]!r}")
            lines -= part.count(b"\n")
            parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        self.socket.close()


class Load:
    """One load on a server that is empty of its keys. `count` operations in total can be asked for."""

    connections = 50
    settle: Callable[[], None] = staticmethod(lambda: None)  # waits until the server does

    def __init__(self, port: int, connections: int, count: int) -> None:
        self.port = port
        self.control = Client(port, timeout=TIMEOUT_SECONDS)
        self.wires = [Wire(port) for _ in range(connections)]
        self.prepare(count)

    def prepare(self, count: int) -> None:
        """Fills the server so that work() can go on for `count` operations."""

    def work(self, count: int) -> int:
        """Does about `count` operations and returns how many."""
        raise NotImplementedError

    def close(self) -> None:
        self.control.close()
        for wire in self.wires:
            wire.close()

    def fill_stream(self, key: str, count: int) -> None:
        """Entries 1-1, 2-1 and so on."""
        pour(self.control, count, lambda i: ("XADD", key, f"{i + 1}-1", "f", VALUE))


def command_batches(pipeline: int, command: Command) -> list[bytes]:
    draw = random.Random(7)
    return [
        b"".join(encode(*command(draw.randrange(KEYS))) for _ in range(pipeline)) for _ in range(BATCHES)
    ]


class Plain(Load):
    """One command over and over, with pipeline."""

    def __init__(
        self,
        port: int,
        connections: int,
        count: int,
        pipeline: int,
        command: Command,
        lines: int,
        first: Command | None,
    ) -> None:
        self.batches = command_batches(pipeline, command)
        self.pipeline, self.lines, self.first = pipeline, lines, first
        super().__init__(port, connections, count)

    def prepare(self, count: int) -> None:
        if self.first:
            pour(self.control, KEYS, self.first)

    def work(self, count: int) -> int:
        done = 0
        while done < count:
            batch = self.batches[done // self.pipeline % BATCHES]
            for wire in self.wires:
                wire.send(batch)
            for wire in self.wires:
                wire.take(self.lines * self.pipeline)
            done += self.pipeline * len(self.wires)
        return done


class Message(Load):
    """A message all the way, 160 at a time: 10 times 16 XADD, 16 XREADGROUP COUNT 10, 16 XACK of ten.

    A tenth of the connections reads, the others (or the same one, if there is but one) append.
    """

    def prepare(self, count: int) -> None:
        self.control.call("XGROUP", "CREATE", "m", "g", "$", "MKSTREAM")
        self.add = encode("XADD", "m", "*", "f", VALUE) * 16
        self.readers = self.wires[::10]
        self.writers = [wire for wire in self.wires if wire not in self.readers] or self.wires
        read = ("XREADGROUP", "GROUP", "g", "c", "COUNT", 10, "STREAMS", "m", ">")
        self.read = encode(*read) * 16
        self.turn = 0

    def append(self) -> None:
        """160 messages for each reader."""
        left = 10 * len(self.readers)
        while left > 0:
            at = self.turn % len(self.writers)
            writers = self.writers[at : at + left]
            for wire in writers:
                wire.send(self.add)
            for wire in writers:
                wire.take(2 * 16)
            left -= len(writers)
            self.turn += len(writers)

    def work(self, count: int) -> int:
        done = 0
        while done < count:
            self.append()
            for wire in self.readers:
                wire.send(self.read)
            got = [ID.findall(wire.take(16 * (5 + 10 * ENTRY_LINES))) for wire in self.readers]
            for wire, ids in zip(self.readers, got):
                wire.send(b"".join(acknowledge(b"m", ids[at : at + 10]) for at in range(0, 160, 10)))
            for wire in self.readers:
                wire.take(16)
            done += sum(map(len, got))
        return done


def acknowledge(key: bytes, ids: list[bytes]) -> bytes:
    head = b"*%d\r\n$4\r\nXACK\r\n$%d\r\n%s\r\n$1\r\ng\r\n" % (len(ids) + 3, len(key), key)
    return head + b"".join([b"$%d\r\n%s\r\n" % (len(one), one) for one in ids])


class Drain(Load):
    """A full stream is read and acknowledged, 100 messages a call; an operation is a message."""

    connections = 16

    def prepare(self, count: int) -> None:
        pour(self.control, count + 200 * len(self.wires), lambda _: ("XADD", "d", "*", "f", VALUE))
        self.control.call("XGROUP", "CREATE", "d", "g", "0")
        self.read = encode("XREADGROUP", "GROUP", "g", "c", "COUNT", 100, "STREAMS", "d", ">")

    def work(self, count: int) -> int:
        done = 0
        while done < count:
            for wire in self.wires:
                wire.send(self.read)
            got = [ID.findall(wire.take(5 + 100 * ENTRY_LINES)) for wire in self.wires]
            for wire, ids in zip(self.wires, got):
                wire.send(acknowledge(b"d", ids))
            for wire in self.wires:
                wire.take(1)
            done += 100 * len(self.wires)
        return done


class Range(Load):
    """XRANGE COUNT 100 from anywhere in a stream of 20,000; an operation is a call."""

    connections = 16

    def prepare(self, count: int) -> None:
        self.fill_stream("r", KEYS)
        draw = random.Random(7)
        starts = [draw.randrange(1, KEYS - 100) for _ in range(BATCHES)]
        self.calls = [encode("XRANGE", "r", f"{at}-1", "+", "COUNT", 100) for at in starts]

    def work(self, count: int) -> int:
        done = 0
        while done < count:
            call = self.calls[done % BATCHES]
            for wire in self.wires:
                wire.send(call)
            for wire in self.wires:
                wire.take(1 + 100 * ENTRY_LINES)
            done += len(self.wires)
        return done


class Autoclaim(Load):
    """XAUTOCLAIM COUNT 100 on and on over 20,000 pending entries; an operation is a call."""

    connections = 1

    def prepare(self, count: int) -> None:
        self.fill_stream("a", KEYS)
        self.control.call("XGROUP", "CREATE", "a", "g", "0")
        deliver_all(self.control, "a", "g")
        self.cursor = b"0-0"

    def work(self, count: int) -> int:
        wire = self.wires[0]
        for _ in range(count):
            wire.send(encode("XAUTOCLAIM", "a", "g", "d", 0, self.cursor, "COUNT", 100))
            self.cursor = wire.take(3 + 1 + 100 * ENTRY_LINES + 1).split(b"\r\n", 3)[2]
        return count


def blocked_clients(control: Client) -> int:
    return int(control.call("INFO", "clients").split(b"\r\nblocked_clients:")[1].split(b"\r")[0])


class Readers(Load):
    """Connections that wait, and one that wakes them."""

    def __init__(self, port: int, connections: int, count: int) -> None:
        self.watched = selectors.DefaultSelector()
        super().__init__(port, connections, count)

    def wait_blocked(self) -> None:
        count = len(self.wires)
        wait_for(lambda: blocked_clients(self.control) == count, TIMEOUT_SECONDS, "readers to block")

    def watch(self) -> None:
        for wire in self.wires:
            self.watched.register(wire.socket, selectors.EVENT_READ, wire)

    def ready(self) -> Iterator[Wire]:
        for key, _ in self.watched.select(TIMEOUT_SECONDS):
            yield key.data

    def close(self) -> None:
        self.watched.close()
        super().close()


class Blocked(Readers):
    """XADDs, up to 16 at once, that wake each one of many readers blocked on one group, which then reads
    again. Who is woken is never the only one that waits."""

    def prepare(self, count: int) -> None:
        self.control.call("XGROUP", "CREATE", "b", "g", "0", "MKSTREAM")
        self.read = encode("XREADGROUP", "GROUP", "g", "c", "BLOCK", 0, "STREAMS", "b", ">")
        self.add = encode("XADD", "b", "*", "f", VALUE)
        for wire in self.wires:
            wire.send(self.read)
        self.wait_blocked()
        self.watch()

    def work(self, count: int) -> int:
        at_once = min(16, len(self.wires) // 2)
        done = 0
        while done < count:
            self.control.send_raw(self.add * at_once)
            for _ in range(at_once):
                self.control.read()
            missing = at_once
            while missing:
                for wire in self.ready():
                    wire.take(5 + ENTRY_LINES)
                    wire.send(self.read)
                    missing -= 1
            done += at_once
        return done


class FanOut(Readers):
    """16 XADD at once reach every reader that waits in XREAD BLOCK; an operation is a delivery."""

    def prepare(self, count: int) -> None:
        self.add = encode("XADD", "f", "*", "f", VALUE) * 16
        self.last = b"0-0"
        self.writer = Wire(self.port)

    def ask(self, wire: Wire, after: bytes) -> None:
        wire.send(encode("XREAD", "BLOCK", 0, "STREAMS", "f", after))

    def work(self, count: int) -> int:
        if not self.watched.get_map():
            for wire in self.wires:
                self.ask(wire, self.last)
            self.wait_blocked()
            self.watch()
        done = 0
        while done < count:
            self.settle()
            self.writer.send(self.add)
            missing = dict.fromkeys(self.wires, 16)
            while missing:
                for wire in self.ready():
                    ids = self.entries(wire)
                    missing[wire] -= len(ids)
                    if missing[wire] == 0:
                        del missing[wire]
                    self.ask(wire, ids[-1])
            self.writer.take(2 * 16)
            done += 16 * len(self.wires)
        return done

    @staticmethod
    def entries(wire: Wire) -> list[bytes]:
        """The ids of one reply, whose size its fifth line says."""
        data = wire.take(5)
        size = int(data.split(b"\r\n", 5)[4][1:])
        rest = 5 + size * ENTRY_LINES - data.count(b"\n")
        return ID.findall(data + wire.take(rest))

    def close(self) -> None:
        self.writer.close()
        super().close()


class Publish(Load):
    """16 PUBLISH at once to every subscriber; an operation is a delivery."""

    connections = 100

    def prepare(self, count: int) -> None:
        for wire in self.wires:
            wire.send(encode("SUBSCRIBE", "news"))
            wire.take(6)
        self.publish = encode("PUBLISH", "news", VALUE[:32]) * 16
        self.writer = Wire(self.port)

    def work(self, count: int) -> int:
        done = 0
        while done < count:
            self.writer.send(self.publish)
            self.writer.take(16)
            for wire in self.wires:
                wire.take(16 * 7)
            done += 16 * len(self.wires)
        return done

    def close(self) -> None:
        self.writer.close()
        super().close()


class Queue(Load):
    """A reliable queue of 25 producers and 25 workers (or one of each): put a job in, move it to the
    worker's list, drop it when done."""

    def prepare(self, count: int) -> None:
        self.workers = self.wires[1::2] or [Wire(self.port)]
        self.producers = self.wires[::2]
        self.move = encode("BLMOVE", "jobs", "busy", "RIGHT", "LEFT", 0)
        self.push = encode("LPUSH", "jobs", JOB)
        self.drop = encode("LREM", "busy", 1, JOB)

    def work(self, count: int) -> int:
        done = 0
        while done < count:
            for worker in self.workers:
                worker.send(self.move)
            self.settle()
            for producer in self.producers:
                producer.send(self.push)
            for producer in self.producers:
                producer.take(1)
            for worker in self.workers:
                worker.take(2)
                worker.send(self.drop)
            for worker in self.workers:
                worker.take(1)
            done += len(self.workers)
        return done


Factory = Callable[[int, int, int], Load]


def plain(pipeline: int, command: Command, lines: int = 1, first: Command | None = None) -> Factory:
    return lambda port, connections, count: Plain(port, connections, count, pipeline, command, lines, first)


def xadd(_: int) -> Words:
    return ("XADD", "s", "*", "f", VALUE)


def set_key(number: int) -> Words:
    return ("SET", f"key:{number:012}", VALUE)


def get_key(number: int) -> Words:
    return ("GET", f"key:{number:012}")


def incr(number: int) -> Words:
    return ("INCR", f"counter:{number:012}")


def hset(number: int) -> Words:
    return ("HSET", "h", f"f:{number:012}", TEN)


def lpush(_: int) -> Words:
    return ("LPUSH", "l", TEN)


def zadd(number: int) -> Words:
    return ("ZADD", "z", f"{number * 7919 % KEYS:012}", f"m:{number:012}")


def factories() -> dict[str, Factory]:
    """By their names on the command line."""
    made: dict[str, Factory] = {
        "xadd-64": plain(64, xadd, 2),
        "xadd-16": plain(16, xadd, 2),
        "xadd-1": plain(1, xadd, 2),
        "message": Message,
        "drain": Drain,
        "xrange": Range,
        "autoclaim": Autoclaim,
        "blocked": Blocked,
        "fanout": FanOut,
        "pubsub": Publish,
        "queue": Queue,
    }
    for pipeline in (16, 1):
        made[f"get-{pipeline}"] = plain(pipeline, get_key, 2, set_key)
        made[f"set-{pipeline}"] = plain(pipeline, set_key, 1, set_key)
        made[f"incr-{pipeline}"] = plain(pipeline, incr, 1, incr)
        made[f"hset-{pipeline}"] = plain(pipeline, hset, 1, hset)
        made[f"lpush-{pipeline}"] = plain(pipeline, lpush)
        made[f"zadd-{pipeline}"] = plain(pipeline, zadd, 1, zadd)
    return made


LOADS = factories()
