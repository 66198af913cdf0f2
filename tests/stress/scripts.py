"""Scripts beside plain load, on several reactors: each is seen whole or not at all, also while it is
so slow that the server is busy, and one that is killed before it has written has done nothing.

Money is moved between accounts by scripts and by functions; the sum is the same for everybody who
looks, by MGET or by a script, at any time. Slow scripts run in between: those that only count are
killed, those that have written are waited for.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import traceback
from typing import Any, Callable

from common import Client, Server, check
from resp import Error, encode
from wait import wait_for

ACCOUNTS = [f"account:{n}" for n in range(8)]
START = 1000
SUM = START * len(ACCOUNTS)
TAKE_AND_GIVE = """
local from, to, amount = KEYS[1], KEYS[2], tonumber(ARGV[1])
redis.call('decrby', from, amount)
for i = 1, tonumber(ARGV[2]) do end
redis.call('incrby', to, amount)
return amount"""
LIBRARY = f"#!lua name=bank\nredis.register_function('move', function(KEYS, ARGV) {TAKE_AND_GIVE} end)"
LOOK = "local sum = 0 for _, v in ipairs(redis.call('mget', unpack(KEYS))) do sum = sum + v end return sum"
SLOW = 30_000_000  # turns of a loop: some hundred milliseconds


class Work:
    """Threads that run until the deadline, each with a generator and a client of its own."""

    def __init__(self, server: Server, seed: int, seconds: float) -> None:
        self.server = server
        self.seed = seed
        self.deadline = time.monotonic() + seconds
        self.problems: list[str] = []
        self.threads: list[threading.Thread] = []
        self.done: dict[str, int] = {}
        self.lock = threading.Lock()

    def goes_on(self) -> bool:
        return time.monotonic() < self.deadline and not self.problems

    def start(self, task: Callable[..., None], count: int) -> None:
        for _ in range(count):
            chance = random.Random(self.seed * 1000 + len(self.threads))
            thread = threading.Thread(target=self._run, args=(task, chance))
            self.threads.append(thread)
            thread.start()

    def _run(self, task: Callable[..., None], chance: random.Random) -> None:
        try:
            task(self, self.server.client(60), chance)
        except Exception:  # pylint: disable=broad-except
            self.problems.append(traceback.format_exc())

    def count(self, what: str) -> None:
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def ask(self, client: Client, *words: str | bytes | int) -> Any:
        """The reply; None if the server is busy with a script."""
        reply = client.call(*words)
        if isinstance(reply, Error) and reply.text.startswith("BUSY"):
            self.count("busy")
            return None
        check(not isinstance(reply, Error), f"{words[:1]}: {reply}")
        self.count(str(words[0]).lower())
        return reply


def move(work: Work, client: Client, chance: random.Random) -> None:
    while work.goes_on():
        pair = chance.sample(ACCOUNTS, 2)
        amount = chance.randint(1, 50)
        if chance.random() < 0.5:
            work.ask(client, "EVAL", TAKE_AND_GIVE, 2, *pair, amount, 0)
        else:
            work.ask(client, "FCALL", "move", 2, *pair, amount, 0)


def look(work: Work, client: Client, chance: random.Random) -> None:
    while work.goes_on():
        if chance.random() < 0.5:
            values = work.ask(client, "MGET", *ACCOUNTS)
            total = None if values is None else sum(map(int, values))
        else:
            total = work.ask(client, "EVAL_RO", LOOK, len(ACCOUNTS), *ACCOUNTS)
        check(total is None or total == SUM, f"the sum was {total}")


def plain_load(work: Work, client: Client, chance: random.Random) -> None:
    while work.goes_on():
        words = [("SET", f"plain:{chance.randrange(100)}", chance.randrange(1000)) for _ in range(20)]
        for reply in client.pipeline([*words, ("PUBLISH", "channel", "message")]):
            if isinstance(reply, Error):
                check(reply.text.startswith("BUSY"), reply.text)
                work.count("busy")
            else:
                work.count("set")


def be_slow(work: Work, client: Client, chance: random.Random) -> None:
    """One that writes first and can't be killed; one that counts for ever, and must be."""
    while work.goes_on():
        if chance.random() < 0.5:
            work.ask(client, "EVAL", TAKE_AND_GIVE, 2, *chance.sample(ACCOUNTS, 2), 7, SLOW)
            continue
        reply = client.call("EVAL", "while true do end", 0)
        check(isinstance(reply, Error), f"an endless script gave {reply}")
        check(reply.text.startswith(("BUSY", "ERR Script killed")), reply.text)
        work.count("killed")


def kill(work: Work, client: Client, chance: random.Random) -> None:
    while work.goes_on() or any(t.is_alive() for t in work.threads if t is not threading.current_thread()):
        reply = client.call("SCRIPT", "KILL")
        if isinstance(reply, Error):
            check(reply.text.startswith(("NOTBUSY", "UNKILLABLE", "BUSY")), reply.text)
        time.sleep(chance.random() * 0.02)


def is_read(server: Server, client: Client) -> bool:
    """The server has taken all that the client sent, which has its own thread to itself then."""
    ours = f":{client.socket.getsockname()[1]:04X}"
    with open("/proc/net/tcp", encoding="ascii") as sockets:
        for line in sockets:
            fields = line.split()
            if fields[1].endswith(f":{server.port:04X}") and fields[2].endswith(ours):
                return fields[4].split(":")[1] == "00000000"
    raise AssertionError("the connection is gone")


def served_and_sending(binary: str) -> None:
    """Who gets what it waited for in the round in which its script arrives runs that once, and then
    what follows: nobody else goes on with its input while the script lets others run."""
    options = ("--reactors", "1", "--busy-reply-threshold", "20", "--enable-debug-command", "yes")
    with Server(binary, *options) as server:
        waiter, pusher, sleeper = server.client(), server.client(), server.client()
        bystander, killer = server.client(), server.client()
        for turn in range(12):
            waiter.send("BLPOP", "list", 0)
            wait_for(lambda: b"blocked_clients:1" in killer.call("INFO", "clients"), what="it waits")
            before = [("ECHO", n) for n in range(3)]
            behind = [("ECHO", "x" * 400)] * 50
            waiter.send_raw(b"".join(encode(*words) for words in before))
            check(killer.call("PING").text == "PONG", "PING")
            sleeper.send("DEBUG", "SLEEP", "0.1")
            wait_for(lambda: is_read(server, sleeper), what="it to fall asleep")  # the rest arrives at once
            script = b"".join(encode(*words) for words in [("EVAL", "while true do end", 0), *behind])
            sending = [
                (pusher, encode("LPUSH", "list", "x")),
                (bystander, encode("PING")),  # with it the reactor delivers what was served
                (waiter, script),
            ]
            for client, data in sending if turn % 2 else reversed(sending):
                client.send_raw(data)
            wait_for(lambda: not isinstance(killer.call("SCRIPT", "KILL"), Error), what="the kill")
            check(waiter.read() == [b"list", b"x"], "what it waited for")
            for words in before:
                check(waiter.read() == str(words[1]).encode(), "what it had sent before")
            check("killed" in waiter.read().text, "the script ends by the kill")
            for words in behind:
                check(waiter.read() == words[1].encode(), "what it had sent behind the script")
            check(pusher.read() == 1 and sleeper.read().text == "OK", "the others")
            bystander.read()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    served_and_sending(options.server)
    server = Server(options.server, "--reactors", str(options.reactors), "--busy-reply-threshold", "50")
    print(f"seed {options.seed}")
    try:
        client = server.client(60)
        client.call("MSET", *[word for name in ACCOUNTS for word in (name, START)])
        check(client.call("FUNCTION", "LOAD", LIBRARY) == b"bank", "the library was not loaded")
        work = Work(server, options.seed, options.seconds)
        for task, count in ((move, 3), (look, 3), (plain_load, 2), (be_slow, 1)):
            work.start(task, count)
        killer = threading.Thread(target=work._run, args=(kill, random.Random(options.seed)))
        killer.start()
        for thread in [*work.threads, killer]:
            thread.join()
        check(sum(map(int, client.call("MGET", *ACCOUNTS))) == SUM, "the sum at the end")
        print(", ".join(f"{count} {what}" for what, count in sorted(work.done.items())))
        for problem in work.problems:
            print(problem)
        return 1 if work.problems else 0
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
