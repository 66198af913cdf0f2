"""What publishers and subscribers may rely on while others come and go, with one reactor and with four.

Each publisher numbers its messages on a channel of its own. Whoever is subscribed gets them without a
gap, without repetition and in order, from the confirmation of SUBSCRIBE to that of UNSUBSCRIBE.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from typing import Any, Callable

from common import Client, Server, by_reactors, check, info, ok
from resp import Closed, encode
from wait import wait_for

PUBLISHERS = 4
STEADY = 4
RESTLESS = 6
ROUND_S = 20.0
LONG = "x" * 1500  # is shared between outputs, not copied
CROWD = 120  # enough for messages to be gathered


class Numbers:
    """The number last seen of each publisher; None where the next one may be any."""

    def __init__(self) -> None:
        self.last: dict[bytes, int | None] = {}

    def begin(self, channel: bytes) -> None:
        self.last[channel] = None

    def end(self, channel: bytes) -> None:
        self.last.pop(channel, None)

    def see(self, channel: bytes, payload: bytes) -> None:
        number = int(payload.split(b":")[0])
        check(channel in self.last, f"{channel!r} {number} came without a subscription")
        before = self.last[channel]
        check(before is None or number == before + 1, f"{channel!r}: {number} after {before}")
        self.last[channel] = number


def payload(number: int) -> str:
    return f"{number}:{LONG if number % 7 == 0 else ''}"


class Worker(threading.Thread):
    """A thread whose failure is kept for the main thread."""

    def __init__(self, body: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.body = body
        self.problem: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.body()
        except BaseException as problem:  # pylint: disable=broad-except
            self.problem = problem

    def finish(self) -> None:
        self.join(60)
        check(not self.is_alive(), "a client does not come to its end")
        if self.problem:
            raise self.problem


def publish(server: Server, channel: str, until: float, sent: dict[str, int], least: int) -> None:
    client = server.client(30)
    number = 0
    while time.monotonic() < until:
        burst = random.randint(1, 30)
        words = [("PUBLISH", channel, payload(number + i)) for i in range(burst)]
        for reply in client.pipeline(list(words)):
            check(ok(reply) >= least, f"{reply} receivers, of whom {least} never left")
        number += burst
    client.pipeline([("PUBLISH", channel, f"{number}:end")])
    sent[channel] = number
    client.close()


def steady(server: Server, resp3: bool, by_pattern: bool, ready: threading.Barrier) -> None:
    """Stays subscribed from before the first message to after the last one."""
    client = server.client(60)
    numbers = Numbers()
    if resp3:
        ok(client.call("HELLO", 3))
    if by_pattern:
        ok(client.call("PSUBSCRIBE", "c*"))
    for i in range(PUBLISHERS):
        if not by_pattern:
            ok(client.call("SUBSCRIBE", f"c{i}"))
        numbers.last[b"c%d" % i] = -1
    ready.wait()
    ended = 0
    while ended < PUBLISHERS:
        message = client.read()
        numbers.see(message[-2], message[-1])
        ended += message[-1].endswith(b":end")
    client.close()


def read_until(client: Client, numbers: Numbers, word: bytes) -> Any:
    while True:
        message = client.read()
        if message[0] == word:
            return message
        numbers.see(message[1], message[2])


def restless(server: Server, until: float) -> None:
    """Subscribes and unsubscribes, sometimes goes without a word."""
    chance = random.Random()
    while time.monotonic() < until:
        client = server.client(30)
        numbers = Numbers()
        for _ in range(chance.randint(1, 12)):
            channel = f"c{chance.randrange(PUBLISHERS)}"
            name = channel.encode()
            if name in numbers.last:
                client.send("UNSUBSCRIBE", channel)
                read_until(client, numbers, b"unsubscribe")
                numbers.end(name)
            else:
                client.send("SUBSCRIBE", channel)
                read_until(client, numbers, b"subscribe")
                numbers.begin(name)
            for _ in range(chance.randrange(20) if numbers.last else 0):
                message = client.read()
                numbers.see(message[1], message[2])
        client.close()  # often with messages on their way


def order_holds_while_others_come_and_go(server: Server, seconds: float) -> None:
    begin = time.monotonic()
    until = begin + seconds
    ready = threading.Barrier(STEADY + 1)
    sent: dict[str, int] = {}
    stayers = [
        Worker(lambda i=i: steady(server, i % 2 == 1, i >= STEADY - 2, ready))  # type: ignore[misc]
        for i in range(STEADY)
    ]
    ready.wait(30)
    workers = [Worker(lambda: restless(server, until - 2)) for _ in range(RESTLESS)]
    workers += [
        Worker(lambda i=i: publish(server, f"c{i}", until, sent, STEADY))  # type: ignore[misc]
        for i in range(PUBLISHERS)
    ]
    for worker in workers + stayers:
        worker.finish()
    control = server.client()
    wait_for(lambda: info(control, "pubsub_channels", "stats") == 0, 20, "the last subscriber to go")
    check(info(control, "pubsub_patterns", "stats") == 0, "a pattern is left")
    check(info(control, "pubsub_clients", "clients") == 0, "a subscriber is left")
    print(f"  {sum(sent.values())} messages")


def two_publishers_who_take_turns_keep_their_order(server: Server) -> None:
    """Who publishes after having seen another's reply comes after it, for every subscriber."""
    writers = [server.client() for _ in range(4)]
    readers = [server.client() for _ in range(8)]
    for reader in readers:
        ok(reader.call("SUBSCRIBE", "turns"))
    for number in range(2000):
        check(writers[number % 4].call("PUBLISH", "turns", number) == 8, "a receiver is missing")
    for reader in readers:
        for number in range(2000):
            check(int(reader.read()[2]) == number, f"{number} is not the next message")


def a_crowd_gets_everything(server: Server) -> None:
    """So many that messages are gathered: still all, in order, without being asked for."""
    crowd = [server.client(30) for _ in range(CROWD)]
    for reader in crowd:
        ok(reader.call("SUBSCRIBE", "crowd"))
    writer = server.client()
    for number in range(50):
        check(writer.call("PUBLISH", "crowd", payload(number)) == CROWD, "a receiver is missing")
    for reader in crowd:
        for number in range(50):
            check(reader.read()[2] == payload(number).encode(), f"{number} is not the next message")
    for reader in crowd:
        reader.close()


def a_killed_subscriber_is_not_counted(server: Server) -> None:
    """From the reply of CLIENT KILL on, whatever reactors killer, killed and publisher are on."""
    control, writer = server.client(), server.client()
    stop = threading.Event()

    def noise() -> None:
        client = server.client()
        while not stop.is_set():
            client.pipeline([("PUBLISH", "noise", payload(i)) for i in range(20)])

    noisy = [Worker(noise) for _ in range(2)]
    for _ in range(30):
        victims = [server.client() for _ in range(8)]
        ids = [ok(victim.call("CLIENT", "ID")) for victim in victims]
        for victim in victims:
            victim.send("SUBSCRIBE", "noise", "victims")
            while victim.read()[:2] != [b"subscribe", b"victims"]:
                pass
        for left in range(8, 0, -1):
            check(writer.call("PUBLISH", "victims", "m") == left, f"not {left} receivers")
            check(control.call("CLIENT", "KILL", "ID", ids[left - 1]) == 1, "it is not there")
        check(writer.call("PUBLISH", "victims", "m") == 0, "a dead subscriber is counted")
        for victim in victims:
            victim.close()
    stop.set()
    for worker in noisy:
        worker.finish()


def flood(server: Server, limit: str, message: str, seconds: float) -> None:
    """A subscriber that does not read is cut off; the one beside it gets every message."""
    control = server.client()
    ok(control.call("CONFIG", "SET", "client-output-buffer-limit", limit))
    before = info(control, "client_output_buffer_limit_disconnections", "stats")
    slow, quick = server.client(30), server.client(30)
    for reader in (slow, quick):
        ok(reader.call("SUBSCRIBE", "flood"))
    until = time.monotonic() + seconds
    receivers, number = 2, 0
    while receivers == 2 and time.monotonic() < until:
        receivers = control.call("PUBLISH", "flood", f"{number}:{message}")
        got = quick.read()[2]
        check(got.startswith(b"%d:" % number), f"{got[:20]!r} instead of message {number}")
        number += 1
        if len(message) < 10000:
            time.sleep(0.001)  # the limit is one of time: a message now and then keeps it going
    check(receivers == 1, "the slow subscriber is still there")
    check(control.call("PUBLISH", "flood", "last") == 1, "the quick one is not there")
    check(quick.read()[2] == b"last", "the quick one does not get the last message")
    after = info(control, "client_output_buffer_limit_disconnections", "stats")
    check(after == before + 1, f"{after - before} clients were cut off")
    check("overcoming of output buffer limits" in server.log(), "the log does not say why")
    got_end = False
    try:
        while True:
            slow.read()
    except (Closed, OSError):
        got_end = True
    check(got_end, "the slow one's connection is open")


def a_slow_subscriber_is_cut_off_at_the_hard_limit(server: Server) -> None:
    flood(server, "pubsub 1mb 0 0", "y" * 65536, 30)


def a_slow_subscriber_is_cut_off_after_the_soft_time(server: Server) -> None:
    control = server.client()
    ok(control.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 64kb 1"))
    slow = server.client(30)
    ok(slow.call("SUBSCRIBE", "flood"))
    begin = time.monotonic()
    while info(control, "client_output_buffer_limit_disconnections", "stats") == 1:
        check(time.monotonic() < begin + 30, "the slow subscriber is still there")
        ok(control.call("PUBLISH", "flood", "z" * 65536))
    check(time.monotonic() - begin > 1, "it was cut off before its time")


def limits_of_the_class_are_the_subscribers_alone(server: Server) -> None:
    """An ordinary client's long reply is not measured by the limit of class pubsub."""
    client = server.client(30)
    ok(client.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 64kb 0 0"))
    ok(client.call("SET", "k", "v" * 10_000_000))
    client.send_raw(encode("GET", "k"))
    check(len(client.read()) == 10_000_000, "the reply is cut short")


def test(server: Server, seconds: float) -> None:
    order_holds_while_others_come_and_go(server, seconds)
    for rule in (
        two_publishers_who_take_turns_keep_their_order,
        a_crowd_gets_everything,
        a_killed_subscriber_is_not_counted,
        a_slow_subscriber_is_cut_off_at_the_hard_limit,
        a_slow_subscriber_is_cut_off_after_the_soft_time,
        limits_of_the_class_are_the_subscribers_alone,
    ):
        rule(server)
        print(f"ok {rule.__name__}", flush=True)


def main() -> int:
    return by_reactors(__doc__, ROUND_S, test)


if __name__ == "__main__":
    sys.exit(main())
