"""Writers and readers that go on while servers fail, and record what happened (history.py)."""

from __future__ import annotations

import pathlib
import subprocess
import threading
import time
from typing import Any, Callable

from history import ERROR, OK, UNKNOWN, Final, History, Operation, Read
from resp import Client, Closed, Error
from server import die_with_parent

STREAMS = ["stream:0", "stream:1"]
LISTS = ["list:0", "list:1"]
ANSWER_SECONDS = 1.5  # longer is an unknown outcome
PAUSE_SECONDS = 0.02  # between attempts to find a primary
LOOK_SECONDS = 0.25  # how soon one notices that another server leads
END_SECONDS = 20

Find = Callable[[], tuple[str, int] | None]


class Worker(threading.Thread):
    """Keeps a connection to whoever find() calls the primary."""

    follows = True  # find() gives the primary, not just somebody to ask

    def __init__(self, find: Find, history: History, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.find, self.history = find, history
        self.client: Client | None = None
        self.server = ""
        self.connections = 0
        self.looked = 0.0
        self.ended = threading.Event()
        self.failure = ""

    def connect(self) -> bool:
        """A connection to a server that says it is a primary; as Sentinel's clients are told to do."""
        address = self.find()
        if not address:
            return False
        try:
            client = Client(address[1], address[0], timeout=ANSWER_SECONDS)
        except OSError:
            return False
        try:
            role = client.call("ROLE")
            if not isinstance(role, list) or role[0] != b"master":
                client.close()
                return False
        except (OSError, Closed):
            client.close()
            return False
        self.client = client
        self.server = f"{address[0]}:{address[1]}"
        self.connections += 1
        self.looked = time.monotonic()
        return True

    def look(self) -> None:
        """Lets go of a server that find() no longer calls the primary, as clients do that Sentinel tells."""
        if time.monotonic() - self.looked < LOOK_SECONDS:
            return
        self.looked = time.monotonic()
        address = self.find()
        if address and f"{address[0]}:{address[1]}" != self.server:
            self.drop()

    def drop(self) -> None:
        if self.client:
            self.client.close()
        self.client = None

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                if self.client is None and not self.connect():
                    self.ended.wait(PAUSE_SECONDS)
                    continue
                self.step()
                if self.client and self.follows:
                    self.look()
        except Exception as problem:  # pylint: disable=broad-except
            self.failure = f"{self.name}: {type(problem).__name__}: {problem}"
        finally:
            self.drop()

    def step(self) -> None:
        raise NotImplementedError


class Writer(Worker):
    """Appends to streams, lists and registers in turn, waiting for each answer.

    With `replicas` it has each acknowledged by so many replicas (WAIT) before it counts it as done;
    that is for servers without sync-replicas.
    """

    def __init__(self, find: Find, history: History, name: str, replicas: int = 0) -> None:
        super().__init__(find, history, name)
        self.number = 0
        self.replicas = replicas

    def next(self) -> Operation:
        self.number += 1
        kind = ("xadd", "rpush", "set")[self.number % 3]
        value = f"{self.name}:{self.number}"
        if kind == "set":
            key, value = f"register:{self.name}", str(self.number)
        else:
            key = (STREAMS if kind == "xadd" else LISTS)[self.number // 3 % 2]
        return Operation(self.name, self.number, kind, key, value, time.monotonic(), server=self.server)

    def step(self) -> None:
        assert self.client
        made = self.next()
        try:
            self.finish(made, self.client)
        except (OSError, Closed) as problem:
            made.outcome, made.said = UNKNOWN, type(problem).__name__
            self.drop()
        made.end = time.monotonic()
        self.history.add(made)
        if made.outcome == ERROR:
            self.drop()  # the client looks for the primary again
            self.ended.wait(PAUSE_SECONDS)

    def finish(self, made: Operation, client: Client) -> None:
        reply = client.call(*words(made))
        if isinstance(reply, Error):
            made.outcome, made.said = ERROR, reply.text
            return
        if self.replicas:
            reached = client.call("WAIT", self.replicas, int(ANSWER_SECONDS * 900))
            if not isinstance(reached, int) or reached < self.replicas:
                made.said = f"WAIT said {reached}"
                self.drop()  # perhaps it no longer leads
                return
        made.outcome = OK
        made.reply = reply.decode() if isinstance(reply, bytes) else reply if isinstance(reply, int) else None


def words(made: Operation) -> tuple[str, ...]:
    if made.kind == "xadd":
        return ("XADD", made.key, "*", "value", made.value)
    return ("RPUSH" if made.kind == "rpush" else "SET", made.key, made.value)


class Reader(Worker):
    """Looks again and again how far all keys are, on a primary, at one instant."""

    def __init__(self, find: Find, history: History, name: str, registers: list[str]) -> None:
        super().__init__(find, history, name)
        self.registers = registers
        self.reigns = 0

    def step(self) -> None:
        assert self.client
        begin = time.monotonic()
        commands: list[tuple[str | bytes | int, ...]] = [("MULTI",), ("ROLE",)]
        commands += [("XLEN", key) for key in STREAMS] + [("LLEN", key) for key in LISTS]
        commands += [("GET", key) for key in self.registers]
        try:
            replies = self.client.pipeline([*commands, ("EXEC",)])
        except (OSError, Closed):
            self.drop()
            return
        results = replies[-1]
        if not isinstance(results, list) or isinstance(results[0], Error) or results[0][0] != b"master":
            self.reigns += 1
            self.drop()
            self.ended.wait(PAUSE_SECONDS)
            return
        reign = f"{self.server} by {self.name}, connection {self.connections}"
        for key, value in zip([*STREAMS, *LISTS, *self.registers], results[1:]):
            if value is not None and not isinstance(value, Error):
                self.history.add_read(Read(reign, key, begin, int(value)))
        self.ended.wait(PAUSE_SECONDS)


class Program:
    """A writer that is a program of its own: it prints an operation a line, and ends with its input."""

    def __init__(self, history: History, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name, self.history = name, history
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment, preexec_fn=die_with_parent)  # fmt: skip
        self.failure = ""
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self) -> None:
        assert self.process.stdout
        try:
            for line in self.process.stdout:
                self.history.add_lines([line])
        except (ValueError, TypeError) as problem:
            self.failure = f"{self.name} printed something else: {problem}"

    def end(self) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            code = self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.thread.join(END_SECONDS)
        if code != 0 and not self.failure:
            self.failure = f"{self.name} ended with {code}"


class Load:
    """Writers and a reader. Use as a context manager; they end with it."""

    def __init__(
        self,
        find: Find,
        writers: int = 4,
        replicas: int = 0,
        history: History | None = None,
        name: str = "writer",
        reader: bool = True,
        follows: bool = True,
    ) -> None:
        self.history = history or History()
        names = [f"{name}-{number + 1}" for number in range(writers)]
        self.workers: list[Worker] = [Writer(find, self.history, name, replicas) for name in names]
        if reader:
            registers = [f"register:{name}" for name in names]
            self.workers.append(Reader(find, self.history, f"{name}s-reader", registers))
        for worker in self.workers:
            worker.follows = follows
        self.programs: list[Program] = []

    def program(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.programs.append(Program(self.history, name, command, environment))

    def __enter__(self) -> "Load":
        for worker in self.workers:
            worker.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.end()
        failures = [one.failure for one in [*self.workers, *self.programs] if one.failure]
        if failures and not kind:
            raise RuntimeError("; ".join(failures))

    def end(self) -> None:
        for worker in self.workers:
            worker.ended.set()
        for program in self.programs:
            program.end()
        for worker in self.workers:
            if worker.ident is not None:
                worker.join(END_SECONDS)

    def acknowledged(self, since: float = 0.0, writers: str = "") -> int:
        return len(self.history.acknowledged(since, writers))


def read_final(client: Client, history: History) -> Final:
    """The state of every key that was written, from one server."""

    def call(*command: str) -> Any:
        reply = client.call(*command)
        if isinstance(reply, Error):
            raise RuntimeError(f"{' '.join(command)}: {reply.text}")
        return reply

    final = Final()
    for key in history.keys("xadd"):
        entries = call("XRANGE", key, "-", "+")
        final.streams[key] = [(fields[1].decode(), entry.decode()) for entry, fields in entries]
    for key in history.keys("rpush"):
        final.lists[key] = [value.decode() for value in call("LRANGE", key, "0", "-1")]
    for key in history.keys("set"):
        value = call("GET", key)
        final.registers[key] = value.decode() if value is not None else None
    return final


def node_environment(environment: dict[str, str], folder: str) -> dict[str, str]:
    """For a program of node that uses what is installed into that folder."""
    return {**environment, "NODE_PATH": str(pathlib.Path(folder, "node_modules"))}
