"""FAILOVER between two servers of ours, and with a replica made by hand that behaves as badly as can
be: who leads is never in doubt, and what was acknowledged is there. And the end of a primary's time by
any other means: with sync-replicas nobody is told OK for what the new primary may lack."""

from __future__ import annotations

import os
import pathlib
import signal
import socket
import sys
import threading
import time
from typing import Any, Callable

from common import (
    Client,
    Error,
    Server,
    Simple,
    expect_in_log,
    follow,
    info,
    main,
    ok,
    ours,
    same,
    stop,
    wait_for,
    wait_level,
    wait_up,
)
from followers import Ours
from replica import FakeReplica, Refused
from resp import Closed, encode

OK = Simple("OK")
GONE = (Closed, OSError)
NEW_ID = "0123456789abcdef0123456789abcdef01234567"


def state(client: Client) -> str:
    return info(client)["master_failover_state"]


def role(client: Client) -> str:
    return info(client)["role"]


def pair(options: Any, *more: str) -> tuple[Server, Server]:
    """A primary and its replica, level."""
    primary = ours(options, "--appendonly", "yes", "--repl-diskless-sync-delay", "0", *more)
    replica = ours(options, "--appendonly", "yes", "--repl-diskless-sync-delay", "0", *more)
    follow(replica.client(), primary.port)
    wait_up(replica.client())
    wait_level(primary.client(), replica.client())
    return primary, replica


def pause(server: Server) -> None:
    """Until none of its threads runs."""
    os.kill(server.process.pid, signal.SIGSTOP)
    stats = list(pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/stat"))
    wait_for(lambda: all(") T " in one.read_text() for one in stats), 5, "it to stop")


def primary_of(options: Any, *more: str) -> Server:
    """For replicas made by hand, which get PING and GETACK only when they ask for it."""
    lines = ("--appendonly", "yes", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "3600")
    lines += ("--shutdown-timeout", "0", "--reactors", str(options.reactors))
    return Ours(options.server, *lines, *more)


class Target:
    """Listens where a FakeReplica says it does, and answers PSYNC as `answers` say, one a connection:
    a line, or None for the end of the connection. What it was asked is in `asked`."""

    def __init__(self, *answers: str | None, hold: bool = False) -> None:
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.answers, self.hold = answers, hold
        self.asked: list[list[str]] = []
        self.kept: list[socket.socket] = []
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        for answer in self.answers:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self._greet(connection, answer)

    def _greet(self, connection: socket.socket, answer: str | None) -> None:
        lines = connection.makefile("rb")
        while True:
            count = lines.readline()
            if not count:
                return
            words = []
            for _ in range(int(count[1:])):
                size = int(lines.readline()[1:])
                words.append(lines.read(size + 2)[:-2].decode())
            if words[0] != "PSYNC":
                connection.sendall(b"+OK\r\n")
                continue
            self.asked.append(words)
            self.kept.append(connection)
            if answer is not None:
                connection.sendall(answer.encode() + b"\r\n")
            elif not self.hold:
                lines.close()
                connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            return

    def close(self) -> None:
        self.listener.close()
        for connection in self.kept:
            connection.close()


def handmade(server: Server, port: int) -> FakeReplica:
    """A replica that says it listens there, with all that there is."""
    replica = FakeReplica(server.port, listening_port=port)
    replica.synchronise()
    client = server.client()
    wait_for(lambda: "state=online" in info(client).get("slave0", ""), 5, "the replica to be online")
    client.close()
    return replica


def catch_up(client: Client, replica: FakeReplica) -> None:
    """It acknowledges everything, until the primary has nothing more to say and asks it to lead."""

    def level() -> bool:
        replica.receive_until(int(info(client)["master_repl_offset"]))
        replica.acknowledge(durable=replica.position)
        return state(client) != "waiting-for-sync"

    wait_for(level, 10, "the primary to begin")


def waits(client: Client, *words: Any) -> threading.Event:
    """A call that is not to be answered yet; the event is set when it is. `client.answer` is it."""
    answered = threading.Event()

    def call() -> None:
        try:
            client.answer = client.call(*words)  # type: ignore[attr-defined]
        except GONE:
            client.answer = None  # type: ignore[attr-defined]
        answered.set()

    threading.Thread(target=call, daemon=True).start()
    assert not answered.wait(0.3), f"it did not wait: {client.answer}"  # type: ignore[attr-defined]
    return answered


# --- Waiting.


def writes_wait_whatever_unpauses_and_go_on_after_an_abort(options: Any) -> None:
    with primary_of(options) as server:
        client, reader = server.client(), server.client()
        ok(client.call("SET", "x", 1))
        ok(client.call("SET", "short", 1, "PX", 300))
        with handmade(server, 1) as replica:
            ok(client.call("FAILOVER"))
            assert state(client) == "waiting-for-sync"
            writer, publisher = server.client(), server.client()
            written = waits(writer, "SET", "x", 2)
            published = waits(publisher, "PUBLISH", "a", "b")
            ok(client.call("CLIENT", "PAUSE", 1, "WRITE"))
            ok(client.call("CLIENT", "UNPAUSE"))
            assert not written.wait(0.2) and not published.is_set()
            position = info(client)["master_repl_offset"]
            wait_for(lambda: reader.call("GET", "short") is None, 5, "it to be hidden")
            assert reader.call("GET", "x") == b"1"
            assert info(client)["master_repl_offset"] == position, "something expired into the stream"
            ok(client.call("FAILOVER", "ABORT"))
            assert written.wait(5) and published.wait(5)
            assert writer.answer == OK and role(client) == "master"  # type: ignore[attr-defined]
            assert state(client) == "no-failover"
            replica.receive_words(b"short")  # its DEL comes now


def client_pause_outlives_a_failover_that_is_given_up(options: Any) -> None:
    with primary_of(options) as server, handmade(server, 1):
        client = server.client()
        ok(client.call("SET", "x", 1))
        ok(client.call("CLIENT", "PAUSE", 60000, "WRITE"))
        ok(client.call("FAILOVER"))
        writer = server.client()
        written = waits(writer, "SET", "x", 2)
        ok(client.call("FAILOVER", "ABORT"))
        assert not written.wait(0.3)
        ok(client.call("CLIENT", "UNPAUSE"))
        assert written.wait(5)


def a_replica_that_goes_ends_it(options: Any) -> None:
    with primary_of(options) as server:
        client = server.client()
        replica = handmade(server, 1)
        ok(client.call("SET", "x", 1))
        ok(client.call("FAILOVER"))
        replica.cut()
        wait_for(lambda: state(client) == "no-failover", 5, "the end")
        ok(client.call("SET", "x", 2))
        expect_in_log(server, "The replica is gone")


def nobody_comes_or_goes_over_meanwhile(options: Any) -> None:
    with primary_of(options) as server, handmade(server, 1):
        client = server.client()
        ok(client.call("SET", "x", 1))
        ok(client.call("FAILOVER"))
        try:
            handmade(server, 2)
            raise AssertionError("a second replica was taken")
        except Refused as refused:
            assert str(refused) == "NOMASTERLINK Can't SYNC while failing over"
        for words in (("REPLICAOF", "NO", "ONE"), ("SLAVEOF", "127.0.0.1", "1")):
            reply = client.call(*words)
            assert isinstance(reply, Error) and reply.text == "ERR REPLICAOF not allowed while failing over."
        for words in (("FAILOVER",), ("FAILOVER", "TO", "h", "1")):
            reply = client.call(*words)
            assert isinstance(reply, Error) and reply.text == "ERR FAILOVER already in progress."
        ok(client.call("FAILOVER", "ABORT"))


# --- Asking.


def begun(options: Any, target: Target, *more: str) -> tuple[Server, Client, FakeReplica]:
    """It has been asked to lead, or is about to be."""
    server = primary_of(options, *more)
    client = server.client()
    ok(client.call("SET", "x", 1))
    replica = handmade(server, target.port)
    ok(client.call("FAILOVER", "TO", "127.0.0.1", target.port))
    catch_up(client, replica)
    return server, client, replica


def a_replica_that_refuses_changes_nothing(options: Any) -> None:
    target = Target("-ERR not now")
    server, client, replica = begun(options, target)
    history = info(client)["master_replid"]
    wait_for(lambda: state(client) == "no-failover", 5, "the end")
    assert role(client) == "master" and info(client)["master_replid"] == history
    assert target.asked == [["PSYNC", history, str(replica.position + 1), "FAILOVER"]]
    ok(client.call("SET", "x", "after"))
    replica.receive_words(b"after")  # on the connection it had
    expect_in_log(server, "Failover target rejected psync request")
    stop(server)


def a_replica_that_can_not_be_reached_changes_nothing(options: Any) -> None:
    target = Target()
    target.close()
    server, client, replica = begun(options, target)
    wait_for(lambda: state(client) == "no-failover", 5, "the end")
    ok(client.call("SET", "x", "after"))
    replica.receive_words(b"after")
    stop(server)


def a_replica_that_says_nothing_is_left_in_time(options: Any) -> None:
    """Before it was asked: it listens, but does not answer PING."""
    with socket.socket() as deaf, primary_of(options) as server:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        client = server.client()
        replica = handmade(server, deaf.getsockname()[1])
        ok(client.call("FAILOVER", "TIMEOUT", 1500))
        catch_up(client, replica)
        assert state(client) == "failover-in-progress" and role(client) == "slave"
        writer = server.client()
        written = waits(writer, "SET", "x", 2)
        wait_for(lambda: state(client) == "no-failover", 5, "the end")
        assert written.wait(5) and writer.answer == OK and role(client) == "master"  # type: ignore[attr-defined]


def an_answer_that_is_lost_is_asked_for_again(options: Any) -> None:
    """It may lead already: nobody writes here until that is known."""
    target = Target(None, None, f"+CONTINUE {NEW_ID}", hold=False)
    server, client, _ = begun(options, target)
    writer = server.client()
    written = waits(writer, "SET", "x", 2)
    wait_for(lambda: state(client) == "no-failover", 10, "the end")
    assert len(target.asked) == 3 and len({tuple(words) for words in target.asked}) == 1
    assert role(client) == "slave"
    wait_for(lambda: info(client)["master_replid"] == NEW_ID, 5, "the new history")
    assert written.wait(5) and isinstance(writer.answer, Error)  # type: ignore[attr-defined]
    assert writer.answer.text.startswith("READONLY")  # type: ignore[attr-defined]
    assert client.call("CONFIG", "GET", "replicaof")[1] == f"127.0.0.1 {target.port}".encode()
    target.close()
    stop(server)


def an_abort_while_the_answer_is_not_known_warns(options: Any) -> None:
    target = Target(None, hold=True)
    server, client, replica = begun(options, target)
    wait_for(lambda: len(target.asked) == 1, 5, "the question")
    ok(client.call("FAILOVER", "ABORT"))
    assert role(client) == "master" and state(client) == "no-failover"
    ok(client.call("SET", "x", "after"))
    replica.receive_words(b"after")
    expect_in_log(server, "its answer is not known")
    target.close()
    stop(server)


# --- The replica's side.


def ask_to_lead(replica: Server, history: str, offset: int, *more: str) -> str:
    with FakeReplica(replica.port) as old:
        try:
            return old.call("PSYNC", history, offset, "FAILOVER", *more)
        except Refused as refused:
            return f"-{refused}"


def a_replica_leads_once_and_says_so_twice(options: Any) -> None:
    primary, replica = pair(options)
    client = replica.client()
    history, offset = info(client)["master_replid"], int(info(client)["master_repl_offset"])
    assert ask_to_lead(replica, NEW_ID, offset + 1).startswith("-ERR PSYNC FAILOVER replid must match")
    assert "more than this replica has" in ask_to_lead(replica, history, offset + 1000)
    assert role(client) == "slave"
    first = ask_to_lead(replica, history, offset + 1)
    assert first.startswith("CONTINUE ") and role(client) == "master"
    ok(client.call("SET", "x", "new"))
    assert ask_to_lead(replica, history, offset + 1) == first
    assert info(client)["master_replid"] == first.split()[1]
    assert "can't be sent to a master" in ask_to_lead(replica, history, offset + 10000)
    assert "can't be sent to a master" in ask_to_lead(replica, first.split()[1], offset + 1)
    stop(primary, replica)


def a_replica_that_was_restarted_since_still_says_so(options: Any) -> None:
    """Its answer was lost, and it crashed: as a primary it leads on; as the replica that its
    configuration makes of it, it leads again. Else both would: who has asked would take its place back."""
    primary, replica = pair(options)
    client = replica.client()
    history, offset = info(client)["master_replid"], int(info(client)["master_repl_offset"])
    assert ask_to_lead(replica, history, offset + 1).startswith("CONTINUE ")
    ok(client.call("SET", "x", "new"))
    replica.kill()
    replica.restart()
    client = replica.client()
    assert role(client) == "master"
    answer = ask_to_lead(replica, history, offset + 1)
    assert answer == f"CONTINUE {info(client)['master_replid']}", answer
    replica.options += ("--replicaof", "127.0.0.1 1")
    replica.kill()
    replica.restart()
    client = replica.client()
    assert role(client) == "slave"
    assert "replid must match" in ask_to_lead(replica, history, offset + 1000)
    answer = ask_to_lead(replica, history, offset + 1)
    assert answer == f"CONTINUE {info(client)['master_replid']}", answer
    assert role(client) == "master" and client.call("GET", "x") == b"new"
    stop(primary, replica)


def a_replica_that_was_restarted_before_it_wrote_still_says_so(options: Any) -> None:
    """What it asks from ends in a message, GETACK at least, which is on no disk."""
    for ends in ("kill", "terminate"):
        primary, replica = pair(options)
        ok(primary.client().call("SET", "x", "1"))
        ok(primary.client().call("PUBLISH", "channel", "message"))
        wait_level(primary.client(), replica.client())
        client = replica.client()
        history, offset = info(client)["master_replid"], int(info(client)["master_repl_offset"])
        assert ask_to_lead(replica, history, offset + 1).startswith("CONTINUE ")
        getattr(replica.process, ends)()
        replica.process.wait()
        replica.restart()
        client = replica.client()
        assert role(client) == "master"
        answer = ask_to_lead(replica, history, offset + 1)
        assert answer == f"CONTINUE {info(client)['master_replid']}", answer
        follow(primary.client(), replica.port)
        ok(client.call("SET", "y", "2"))
        same(client, primary.client(), foreign=False)
        stop(primary, replica)


def who_has_hung_up_gets_nobody_to_lead(options: Any) -> None:
    """A replica that is stopped meanwhile finds the question, and that its asker is gone."""
    primary, replica = pair(options)
    client = replica.client()
    history, offset = info(client)["master_replid"], int(info(client)["master_repl_offset"])
    old = FakeReplica(replica.port)
    pause(replica)
    old.socket.sendall(encode("PSYNC", history, offset + 1, "FAILOVER"))
    old.cut()
    os.kill(replica.process.pid, signal.SIGCONT)
    expect_in_log(replica, "Failover request received")
    assert role(client) == "slave"
    stop(primary, replica)


def one_that_we_could_not_follow_does_not_lead_us(options: Any) -> None:
    primary, replica = pair(options)
    client = replica.client()
    reply = client.call("PSYNC", info(client)["master_replid"], 1, "FAILOVER")
    assert isinstance(reply, Error) and "could not follow" in reply.text, reply
    assert role(client) == "slave"
    stop(primary, replica)


# --- Both.


def switch(primary: Server, replica: Server, *words: str) -> None:
    client = primary.client()
    ok(client.call("FAILOVER", *words))
    wait_for(lambda: state(client) == "no-failover" and role(client) == "slave", 20, "the switch")
    wait_up(client)


def they_change_places_and_back_without_a_full_synchronisation(options: Any) -> None:
    primary, replica = pair(options)
    for n in range(4):
        ok(primary.client().call("SET", f"k{n}", n))
        begin = time.monotonic()
        switch(primary, replica, *(("TO", "127.0.0.1", str(replica.port)) if n % 2 else ()))
        print(f"     switched in {time.monotonic() - begin:.3f} s")
        primary, replica = replica, primary
        same(primary.client(), replica.client())
    assert (primary.log() + replica.log()).count("Full resync") == 1
    stop(primary, replica)


def a_blocked_reader_is_told_and_a_chained_replica_follows(options: Any) -> None:
    primary, replica = pair(options)
    chained = ours(options, "--appendonly", "yes")
    follow(chained.client(), primary.port)
    wait_up(chained.client())
    blocked = primary.client()
    answered = waits(blocked, "BLPOP", "nothing", 0)
    switch(primary, replica, "TO", "127.0.0.1", str(replica.port), "TIMEOUT", "10000")
    assert answered.wait(5) and blocked.answer.text.startswith("UNBLOCKED")  # type: ignore[attr-defined]
    ok(replica.client().call("SET", "x", "new"))
    wait_for(lambda: chained.client().call("GET", "x") == b"new", 10, "the chained replica to have it")
    assert chained.log().count("Full resync") == 1
    stop(primary, replica, chained)


def in_a_transaction_it_takes_along_what_is_written_there(options: Any) -> None:
    primary, replica = pair(options, "--sync-replicas", "1")
    client = primary.client()
    for words in (("MULTI",), ("SET", "x", "kept"), ("FAILOVER",), ("SET", "y", "kept")):
        ok(client.call(*words))
    assert client.call("EXEC") == [OK, OK, OK]
    wait_for(lambda: state(client) == "no-failover" and role(client) == "slave", 20, "the switch")
    assert replica.client().call("MGET", "x", "y") == [b"kept", b"kept"]
    same(replica.client(), client)
    stop(primary, replica)


def a_forced_one_loses_what_the_replica_lacks(options: Any) -> None:
    primary, replica = pair(options)
    client = primary.client()
    pause(replica)
    for n in range(100):
        ok(client.call("SET", f"lost{n}", "x" * 100))
    # its socket has taken these: they go with the connection, and it is asked on another one
    ok(client.call("FAILOVER", "TO", "127.0.0.1", replica.port, "FORCE", "TIMEOUT", "200"))
    wait_for(lambda: state(client) == "failover-in-progress", 5, "the force")
    os.kill(replica.process.pid, signal.SIGCONT)
    wait_for(lambda: state(client) == "no-failover", 10, "the end")
    assert role(client) == "slave" and role(replica.client()) == "master"
    ok(replica.client().call("SET", "x", "new"))
    same(replica.client(), client)
    stop(primary, replica)


# --- sync-replicas, when the primary leads no longer.


def nobody_is_told_ok_when_the_role_changes(options: Any) -> None:
    """Writers, and readers of what they wrote: their connections end. Others go on."""
    with primary_of(options, "--sync-replicas", "1") as server, handmade(server, 1) as replica:
        client, bystander = server.client(), server.client()
        writers, readers, blocked = [], [], server.client()
        served = waits(blocked, "BLPOP", "list", 0)
        for n in range(4):
            writers.append(server.client())
            waits(writers[-1], "SET", f"k{n}", "never")
            readers.append(server.client())
            waits(readers[-1], "GET", f"k{n}")
        pusher = server.client()
        waits(pusher, "RPUSH", "list", "never")
        replica.receive_words(b"never")
        ok(client.call("REPLICAOF", "127.0.0.1", 1))
        assert served.wait(5)
        for one in [*writers, *readers, pusher, blocked]:
            wait_for(lambda: hasattr(one, "answer"), 5, "the end of a connection")  # noqa: B023
            assert one.answer is None, f"it was told {one.answer}"
        assert bystander.call("PING") == Simple("PONG")
        expect_in_log(server, "10 connections whose replies waited for replicas")


def a_failover_waits_for_those_who_wait(options: Any) -> None:
    """What is written before gets its replicas, and its reply, first."""
    target = Target(f"+CONTINUE {NEW_ID}")
    with primary_of(options, "--sync-replicas", "1") as server, handmade(server, target.port) as replica:
        client, writer = server.client(), server.client()
        written = waits(writer, "SET", "x", "kept")
        ok(client.call("FAILOVER"))
        replica.receive_until(int(info(client)["master_repl_offset"]))
        replica.acknowledge()  # applied, and not on its disk
        assert not written.wait(0.3) and state(client) == "waiting-for-sync"
        catch_up(client, replica)
        assert written.wait(5) and writer.answer == OK  # type: ignore[attr-defined]
        wait_for(lambda: role(client) == "slave" and state(client) == "no-failover", 5, "the switch")
    target.close()


TESTS: list[Callable[[Any], None]] = [
    writes_wait_whatever_unpauses_and_go_on_after_an_abort,
    client_pause_outlives_a_failover_that_is_given_up,
    a_replica_that_goes_ends_it,
    nobody_comes_or_goes_over_meanwhile,
    a_replica_that_refuses_changes_nothing,
    a_replica_that_can_not_be_reached_changes_nothing,
    a_replica_that_says_nothing_is_left_in_time,
    an_answer_that_is_lost_is_asked_for_again,
    an_abort_while_the_answer_is_not_known_warns,
    a_replica_leads_once_and_says_so_twice,
    a_replica_that_was_restarted_since_still_says_so,
    a_replica_that_was_restarted_before_it_wrote_still_says_so,
    who_has_hung_up_gets_nobody_to_lead,
    one_that_we_could_not_follow_does_not_lead_us,
    they_change_places_and_back_without_a_full_synchronisation,
    a_blocked_reader_is_told_and_a_chained_replica_follows,
    in_a_transaction_it_takes_along_what_is_written_there,
    a_forced_one_loses_what_the_replica_lacks,
    nobody_is_told_ok_when_the_role_changes,
    a_failover_waits_for_those_who_wait,
]

if __name__ == "__main__":
    sys.exit(main(TESTS))
