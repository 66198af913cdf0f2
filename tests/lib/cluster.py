"""A primary, its replicas, and the sentinels that watch them: processes with configuration files.

Everybody has a fresh folder and a port that it keeps when it is run again, as a failed server of
an installation would come back. Processes are ended by their pid. Works for a redis-server as well
as for ours, so that what fails with ours only is ours.
"""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
from typing import Any, Callable

from resp import Client, Closed, Error, Simple, Verbatim
from server import Server, die_with_parent, free_port
from wait import wait_for

NAME = "main"  # what the sentinels call the primary
SETTLE_SECONDS = 30
GONE = (Closed, OSError)  # what a connection to a server that fails ends with

# Short times, so that a test is short. Every write is on disk before it is acknowledged.
SERVER_LINES = [
    *('save ""', "appendonly yes", "appendfsync always", "enable-debug-command yes", "protected-mode no"),
    *("repl-ping-replica-period 1", "repl-timeout 4", "repl-diskless-sync-delay 0"),
    *("shutdown-timeout 1", "min-replicas-max-lag 2"),
]


class Place:
    """Where a process runs: on loopback, or in a network namespace (namespaces.Host)."""

    def __init__(self, address: str = "127.0.0.1", prefix: list[str] | None = None) -> None:
        self.address, self.prefix = address, prefix or []


class Node(Server):
    """A server or a sentinel that is run from a configuration file, which it may rewrite."""

    def __init__(
        self, place: Place, name: str, program: str, lines: list[str], more: tuple[str, ...] = ()
    ) -> None:
        self.place, self.name, self.lines, self.more = place, name, lines, more
        self.started = False
        self.port = 0
        self.paused = False
        super().__init__(program)
        self.started = True

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"

    @property
    def host(self) -> str:
        return self.place.address

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def config_path(self) -> pathlib.Path:
        return pathlib.Path(self.folder, "server.conf")

    def launch(self, log_mode: str = "wb") -> None:
        if not self.started:
            self.port = free_port()
            bind = self.host if self.host == "127.0.0.1" else f"{self.host} 127.0.0.1"
            head = [f"port {self.port}", f"bind {bind}", f"dir {self.folder}"]
            self.config_path.write_text("\n".join([*head, *self.lines, ""]), encoding="ascii")
        with open(self.log_path, log_mode) as log:
            self.process = subprocess.Popen(
                [*self.place.prefix, self.binary, str(self.config_path), *self.more],
                stdout=log, stderr=subprocess.STDOUT, cwd=self.folder, env=self.environment,
                preexec_fn=die_with_parent)  # fmt: skip

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self} ended at start:\n{self.log()[-4000:]}")
        reply = self.ask("PING")
        return reply == Simple("PONG") or isinstance(reply, Error)  # MASTERDOWN is an answer

    def client(self, timeout: float = 10.0) -> Client:
        return Client(self.port, self.host, timeout=timeout)

    def ask(self, *words: str | bytes | int, timeout: float = 5.0) -> Any:
        """One command over a connection of its own; None if it can't be reached."""
        try:
            client = self.client(timeout)
        except OSError:
            return None
        try:
            return client.call(*words)
        except GONE:
            return None
        finally:
            client.close()

    def info(self, section: str = "replication") -> dict[str, str]:
        """The fields of an INFO section; empty if it does not answer."""
        reply = self.ask("INFO", section)
        data = reply.data if isinstance(reply, Verbatim) else reply
        if not isinstance(data, bytes):
            return {}
        return dict(re.findall(r"^([\w-]+):([^\r\n]*)", data.decode(), re.M))

    def role(self) -> str:
        """master or slave; empty if it does not answer."""
        return self.info().get("role", "")

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        self.paused = True

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.paused = False

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> int:
        if self.paused and self.alive():
            self.resume()
        return super().stop()


def flat(fields: list[bytes]) -> dict[str, str]:
    """Names and values in turn, as Sentinel answers."""
    return {fields[at].decode(): fields[at + 1].decode() for at in range(0, len(fields), 2)}


class Cluster:
    """The first server is the primary at start. Use as a context manager.

    `lines` are added to every server's configuration; `places` are for the servers first, then for
    the sentinels. Servers are started, and their replicas are in sync, when it is made.
    """

    def __init__(
        self,
        binary: str,
        replicas: int = 2,
        lines: tuple[str, ...] = (),
        places: list[Place] | None = None,
    ) -> None:
        self.binary = os.path.abspath(binary)
        self.is_ours = "redis" not in os.path.basename(binary)
        self.servers: list[Node] = []
        self.sentinels: list[Node] = []
        self.places = places or []
        self.info_ms = 10000  # how often sentinels ask for INFO
        try:
            for number in range(replicas + 1):
                more = [f"replicaof {self.servers[0].host} {self.servers[0].port}"] if number else []
                text = [*SERVER_LINES, *lines, *more]
                self.servers.append(Node(self._place(), f"server-{number + 1}", self.binary, text))
            self.wait_to_follow(self.servers[0])
        except BaseException:
            self.__exit__(RuntimeError)
            raise

    def _place(self) -> Place:
        at = len(self.servers) + len(self.sentinels)
        return self.places[at] if at < len(self.places) else Place()

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, kind: object = None, *_: object) -> None:
        """Ends all. If the test fails, the logs' ends are shown; if not, our servers must end with 0."""
        bad = []
        for node in self.servers:
            if node.paused and node.alive():
                node.resume()  # else who ends before it waits for it
        for node in [*self.sentinels, *self.servers]:
            running = node.alive()
            if running and (node in self.sentinels or not self.is_ours):
                node.kill()  # a redis-server does not end on SIGTERM in a rewrite of its AOF
            code = node.stop()
            if running and node in self.servers and self.is_ours and code != 0:
                bad.append(f"{node} ended with {code}")
        if kind or bad:
            for node in [*self.servers, *self.sentinels]:
                print(f"--- the end of the log of {node} ---\n{node.last_log[-3000:]}")
        if bad and not kind:
            raise RuntimeError("; ".join(bad))

    # --- Servers.

    def primaries(self) -> list[Node]:
        return [node for node in self.servers if node.alive() and not node.paused and node.role() == "master"]

    def primary(self) -> Node:
        """The only one; waits until there is one."""
        return wait_for(lambda: found[0] if len(found := self.primaries()) == 1 else None, SETTLE_SECONDS, "a primary")

    def others(self, primary: Node) -> list[Node]:
        return [node for node in self.servers if node is not primary]

    def follows(self, primary: Node) -> bool:
        """All servers that run are online replicas of this one."""
        if primary.role() != "master":
            return False
        for node in self.others(primary):
            if not node.alive():
                continue
            fields = node.info()
            told = (fields.get("master_host"), fields.get("master_port"), fields.get("master_link_status"))
            if fields.get("role") != "slave" or told != (primary.host, str(primary.port), "up"):
                return False
        return True

    def wait_to_follow(self, primary: Node, seconds: float = SETTLE_SECONDS) -> None:
        """Until all servers that run follow this one."""
        try:
            wait_for(lambda: self.follows(primary), seconds)
        except TimeoutError:
            text = f"not within {seconds} s: all to follow {primary}; {self.describe()}"
            raise TimeoutError(text) from None

    def digests(self) -> dict[str, str]:
        """What DEBUG DIGEST says of each server that runs."""
        digests = {}
        for node in self.servers:
            if node.alive():
                reply = node.ask("DEBUG", "DIGEST", timeout=20)
                digests[str(node)] = reply.text if isinstance(reply, (Simple, Error)) else repr(reply)
        return digests

    def converge(self, primary: Node, seconds: float = SETTLE_SECONDS) -> str:
        """Without load: waits until all follow the primary and all are equal; gives the digest."""
        self.wait_to_follow(primary, seconds)
        last: dict[str, str] = {}

        def equal() -> bool:
            last.update(self.digests())
            return len(set(last.values())) == 1

        try:
            wait_for(equal, seconds, "equal digests")
        except TimeoutError:
            raise TimeoutError(f"the digests stay different: {last}; {self.describe()}") from None
        return next(iter(last.values()))

    def describe(self) -> str:
        wanted = ("role", "master_port", "master_link_status", "master_repl_offset", "master_replid")
        lines = []
        for node in self.servers:
            fields = node.info() if node.alive() and not node.paused else {}
            lines.append(f"{node}: " + ", ".join(f"{name} {fields[name]}" for name in wanted if name in fields))
        return "; ".join(lines)

    # --- Sentinels.

    def watch(self, program: str, count: int = 3, down_after_ms: int = 2000) -> None:
        """Starts sentinels, and waits until they know the replicas and each other.

        With a short time a busy machine may have them switch more often than there is a reason to.
        """
        primary = self.servers[0]
        lines = [
            *("protected-mode no", f"sentinel monitor {NAME} {primary.host} {primary.port} {count // 2 + 1}"),
            *(f"sentinel down-after-milliseconds {NAME} {down_after_ms}", f"sentinel parallel-syncs {NAME} 2"),
            f"sentinel failover-timeout {NAME} 4000",
        ]
        for number in range(count):
            node = Node(self._place(), f"sentinel-{number + 1}", program, lines, ("--sentinel",))
            self.sentinels.append(node)
            # A machine that has no time for it for 2 s must not stop it for 30 s.
            node.ask("SENTINEL", "DEBUG", "tilt-period", "1000")
        self.settle()

    def seen(self, sentinel: Node) -> dict[str, str]:
        """How it sees the primary."""
        reply = sentinel.ask("SENTINEL", "MASTER", NAME)
        return flat(reply) if isinstance(reply, list) else {}

    def knows_all(self, sentinel: Node) -> bool:
        """It sees a good primary, all its fellows and all replicas, each fit to be promoted; nothing goes on."""
        seen = self.seen(sentinel)
        counts = (seen.get("num-slaves"), seen.get("num-other-sentinels"), seen.get("flags"))
        if counts != (str(len(self.servers) - 1), str(len(self.sentinels) - 1), "master"):
            return False
        reply = sentinel.ask("SENTINEL", "REPLICAS", NAME)
        if not isinstance(reply, list):
            return False
        for fields in map(flat, reply):
            wanted = {"flags": "slave", "master-link-status": "ok", "role-reported": "slave"}
            if not wanted.items() <= fields.items() or int(fields["info-refresh"]) > self.info_ms * 2:
                return False
        return True

    def hurry(self) -> None:
        """Sentinels look and talk more often, so that an old primary is soon made a replica.

        They wait four of their hello periods until they do so: 8 s as they are by themselves.
        """
        self.info_ms = 500
        for sentinel in self.sentinels:
            sentinel.ask("SENTINEL", "DEBUG", "publish-period", "250", "info-period", str(self.info_ms))

    def settle(self) -> None:
        """Waits until the sentinels know all and have nothing to do."""
        try:
            wait_for(lambda: all(map(self.knows_all, self.sentinels)), SETTLE_SECONDS, "the sentinels to know all")
        except TimeoutError as problem:
            raise TimeoutError(f"{problem}: {[self.seen(sentinel) for sentinel in self.sentinels]}") from None

    def leader(self, among: list[Node] | None = None) -> Node | None:
        """Whom the first sentinel that answers calls the primary."""
        for sentinel in among or self.sentinels:
            if not sentinel.alive() or sentinel.paused:
                continue
            reply = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME, timeout=1.0)
            if isinstance(reply, list) and len(reply) == 2:
                found = (reply[0].decode(), int(reply[1]))
                return next((node for node in self.servers if (node.host, node.port) == found), None)
        return None

    def agreed(self, unwanted: Node | None = None) -> Node | None:
        """The primary that all sentinels name, unless it is the unwanted one."""
        named = {self.leader([sentinel]) for sentinel in self.sentinels if sentinel.alive()}
        found = named.pop() if len(named) == 1 else None
        return found if found is not unwanted else None

    def switched(self, old: Node, seconds: float = SETTLE_SECONDS) -> Node:
        """Waits until the sentinels have agreed on another primary, and gives it."""
        new = wait_for(lambda: self.agreed(unwanted=old), seconds, "the sentinels to agree on a new primary")
        wait_for(lambda: new.role() == "master", seconds, f"{new} to be a primary")
        return new

    def one_again(self, seconds: float = SETTLE_SECONDS) -> Node:
        """Waits until all sentinels name the same primary and all servers follow it, and gives it.

        That need not be the one that was just promoted, if the sentinels have switched once more.
        """

        def found() -> Node | None:
            node = self.agreed()
            return node if node and self.follows(node) else None

        try:
            return wait_for(found, seconds)
        except TimeoutError:
            named = ", ".join(str(self.leader([sentinel])) for sentinel in self.sentinels)
            text = f"not within {seconds} s: all to follow whom the sentinels name ({named}); {self.describe()}"
            raise TimeoutError(text) from None

    def bad_luck(self) -> str:
        """What sentinels logged that excuses slowness: they were not run, or their votes were split."""
        for sentinel in self.sentinels:
            found = re.search(r"\+tilt|-failover-abort-not-elected", sentinel.log())
            if found:
                return f"{sentinel} logged {found[0]}"
        return ""


def finder(cluster: Cluster) -> Callable[[], tuple[str, int] | None]:
    """For writers: the primary's address as the sentinels know it, if it is one."""

    def find() -> tuple[str, int] | None:
        node = cluster.leader()
        return (node.host, node.port) if node else None

    return find
