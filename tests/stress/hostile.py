"""Clients that send rubbish, never read, announce the impossible, die or vanish harm nobody else.

A witness process works on the same server all the while: its replies must stay right, and each must
come within WITNESS_SECONDS. Each attack checks what it did to the server: connections are gone
afterwards, memory stays bounded, nobody is left blocked, no entry went to somebody who had left.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import socket
import struct
import sys
import time
from typing import Any, Callable

from common import Client, Server, check, checked, info, ok, resident_bytes
from resp import Closed, encode
from wait import wait_for

WITNESS_SECONDS = 5.0  # generous: two cores, sanitizers
CONNECTS = 2000
MEBI = 1 << 20

RUBBISH = [
    b"",
    b"\r\n" * 1000,
    b"\x00" * 4096,
    b"\xff\xfe\xfd" * 2000,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2,  # a TLS hello
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nSET a",
    b"SET key 'unbalanced\r\n",
    b'SET key "unbalanced \\x\r\n',
    b"x" * 70000,
    b"x" * 70000 + b"\r\n",
    b" \t \t\r\n\n\n\nPING\n",
    b"*",
    b"*\r\n",
    b"*a\r\n",
    b"*-1\r\n*0\r\nPING\r\n",
    b"*-2147483648\r\n",
    b"*1\r\n*1\r\n$4\r\nPING\r\n",
    b"*1\r\n:4\r\n",
    b"*1\r\n$\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n$-9223372036854775808\r\n",
    b"*1\r\n$4x\r\nPING\r\n",
    b"*1\r\n$ 4\r\nPING\r\n",
    b"*1\r\n$4\r\nPINGPONG\r\n",
    b"*1\r\n$4\nPING\n",
    b"*1\r\n$0\r\n\r\n",
    b"*2\r\n$3\r\nGET\r\n$0\r\n\r\n",
    b"*" + b"1" * 70000,
    b"*1\r\n$" + b"1" * 70000,
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$+3\r\nabc\r\n",
    b"+OK\r\n-ERR\r\n:1\r\n_\r\n#t\r\n,1.5\r\n(1\r\n%1\r\n~1\r\n>1\r\n|1\r\n",
]

HUGE = [
    b"*2147483647\r\n",
    b"*2147483648\r\n",
    b"*9223372036854775807\r\n",
    b"*99999999999999999999\r\n",
    b"*1048577\r\n$4\r\nPING\r\n",
    b"*1000000\r\n" + b"$1\r\na\r\n" * 1000,
    b"*1\r\n$536870912\r\nabc",
    b"*1\r\n$536870913\r\nabc",
    b"*1\r\n$2147483648\r\nabc",
    b"*1\r\n$9223372036854775807\r\nabc",
    b"*1\r\n$99999999999999999999\r\nabc",
    b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\n" + b"v" * 100000,
]


def witness(port: int, stop: Any, results: Any) -> None:
    """Ordinary work with checked replies; reports the slowest round and the first mistake."""
    worst, rounds, problem = 0.0, 0, ""
    try:
        client = Client(port, timeout=WITNESS_SECONDS)
        while not stop.is_set() and not problem:
            text = f"value {rounds}"
            started = time.monotonic()
            replies = client.pipeline(
                [
                    ("SET", "witness", text),
                    ("GET", "witness"),
                    ("XADD", "witnessed", "MAXLEN", "10", "*", "n", rounds),
                    ("XREVRANGE", "witnessed", "+", "-", "COUNT", 1),
                    ("INCR", "witness:n"),
                ]
            )
            worst = max(worst, time.monotonic() - started)
            rounds += 1
            right = replies[1] == text.encode() and replies[4] == rounds
            right = right and replies[3][0] == [replies[2], [b"n", str(rounds - 1).encode()]]
            problem = "" if right else f"wrong replies: {replies}"
            time.sleep(0.001)
        client.close()
    except Exception as error:  # pylint: disable=broad-except
        problem = f"{type(error).__name__}: {error}"
    results.put((worst, rounds, problem))


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def vanish(peer: socket.socket) -> None:
    """Closes with a reset instead of a farewell."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def send_and_listen(server: Server, data: bytes) -> bytes:
    """Sends, says that nothing more will come, and reads until the server ends the connection."""
    answer = b""
    with connect(server) as peer:
        try:
            peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
            while chunk := peer.recv(1 << 16):
                answer += chunk
        except (ConnectionError, BrokenPipeError):
            pass
        except TimeoutError:
            check(False, f"the server neither answers nor closes after {data[:60]!r}")
    return answer


def clients_go(client: Client, at_most: int = 2) -> None:
    """Waits until only the witness and this control connection are left."""
    wait_for(lambda: info(client, "connected_clients") <= at_most, 20, "connections to go")


def rubbish(server: Server, client: Client, chance: random.Random) -> None:
    for data in RUBBISH:
        send_and_listen(server, data)
    for _ in range(150):
        data = chance.randbytes(chance.randrange(1, 3000))
        send_and_listen(server, chance.choice([b"", b"*", b"$", b"*3\r\n$3\r\nSET\r\n"]) + data)
    for _ in range(150):  # a valid command with a few bytes changed
        data = bytearray(encode("XADD", "rubbish", "MAXLEN", "~", 10, "*", "field", "value") * 3)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        send_and_listen(server, bytes(data))
    clients_go(client)


def halves(server: Server, client: Client, _: random.Random) -> None:
    ok(client.call("DEL", "half"))
    command = encode("XADD", "half", "*", "field", "v" * 50)
    for cut in range(len(command)):
        with connect(server) as peer:
            peer.sendall(command[:cut])
            if cut % 2:
                vanish(peer)
    clients_go(client)
    check(ok(client.call("EXISTS", "half")) == 0, "half a command was run")


def huge(server: Server, client: Client, _: random.Random) -> None:
    before = resident_bytes(server)
    peers = []
    for data in HUGE * 8:
        peer = connect(server)
        peer.sendall(data)
        peers.append(peer)
    check(ok(client.call("ECHO", "still here")) == b"still here", "no echo")
    grown = resident_bytes(server) - before
    check(grown < 256 * MEBI, f"announced lengths made the server grow by {grown // MEBI} MiB")
    for peer in peers:
        vanish(peer)
    clients_go(client)


def ask_without_reading(server: Server, seconds: float) -> bool:
    """True if the server ended the connection; False if it only stopped reading."""
    question = encode("GET", "large") * 200
    with connect(server) as peer:
        peer.settimeout(0.5)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                peer.send(question)
            except TimeoutError:
                continue
            except (ConnectionError, BrokenPipeError):
                return True
    return False


def never_reads(server: Server, client: Client, _: random.Random) -> None:
    ok(client.call("SET", "large", "x" * 100000))
    before = resident_bytes(server)
    check(not ask_without_reading(server, 3), "cut off although no limit is set")
    grown = resident_bytes(server) - before
    check(grown < 256 * MEBI, f"a client that never reads made the server grow by {grown // MEBI} MiB")
    clients_go(client)
    ok(client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 10mb 0 0"))
    cut = info(client, "client_output_buffer_limit_disconnections")
    check(ask_without_reading(server, 20), "not cut off at client-output-buffer-limit normal 10mb")
    now = info(client, "client_output_buffer_limit_disconnections")
    check(now == cut + 1, f"client_output_buffer_limit_disconnections {now}, it was {cut} before")
    ok(client.call("CONFIG", "SET", "client-output-buffer-limit", "normal 0 0 0"))
    clients_go(client)


def connects(server: Server, client: Client, chance: random.Random) -> None:
    before = info(client, "total_connections_received")
    for _ in range(CONNECTS):
        peer = connect(server)
        how = chance.randrange(4)
        if how == 1:
            peer.sendall(encode("PING"))
        elif how == 2:
            peer.sendall(encode("CLIENT", "LIST") * 3)
        elif how == 3:  # answered first: the kernel does not even offer us what was reset at once
            peer.sendall(encode("PING"))
            check(peer.recv(100) == b"+PONG\r\n", "no answer to PING")
        vanish(peer) if how == 3 else peer.close()
    wait_for(
        lambda: info(client, "total_connections_received") == before + CONNECTS,
        20,
        "all connections to be counted",
    )
    clients_go(client)


def busy_until_killed(port: int) -> None:
    """Sends without end; is killed while a command is half sent."""
    peer = socket.create_connection(("127.0.0.1", port), timeout=20)
    command = encode("SET", "victim", "v" * 300000)
    while True:
        peer.sendall(command[: len(command) // 2])
        peer.sendall(command[len(command) // 2 :])


def killed(server: Server, client: Client, chance: random.Random) -> None:
    for _ in range(8):
        process = multiprocessing.Process(target=busy_until_killed, args=(server.port,))
        process.start()
        wait_for(lambda: info(client, "connected_clients") > 2, 20, "the victim to connect")
        time.sleep(chance.random() * 0.05)
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        clients_go(client)
    check(ok(client.call("STRLEN", "victim")) in (0, 300000), "a half sent value was stored")


def blocked(server: Server, client: Client, chance: random.Random) -> None:
    ok(client.call("DEL", "wanted"))
    ok(client.call("XGROUP", "CREATE", "wanted", "g", "$", "MKSTREAM"))
    peers = []
    for i in range(200):
        peer = connect(server)
        words = ["XREADGROUP", "GROUP", "g", f"c{i}", "BLOCK", "0", "STREAMS", "wanted", ">"]
        if i % 4 == 0:
            words = ["XREAD", "BLOCK", "0", "STREAMS", "wanted", "other", "$", "$"]
        peer.sendall(encode(*words))
        peers.append(peer)
    wait_for(lambda: info(client, "blocked_clients") == 200, 20, "200 clients to block")
    chance.shuffle(peers)
    for i, peer in enumerate(peers):
        vanish(peer) if i % 2 else peer.close()
    wait_for(lambda: info(client, "blocked_clients") == 0, 20, "the vanished to be forgotten")
    clients_go(client)
    for _ in range(20):
        ok(client.call("XADD", "wanted", "*", "f", "v"))
    check(ok(client.call("XPENDING", "wanted", "g"))[0] == 0, "an entry went to a client that had left")


ATTACKS: list[Callable[[Server, Client, random.Random], None]] = [
    rubbish, halves, huge, never_reads, connects, killed, blocked,
]  # fmt: skip


def body(server: Server, seed: int) -> None:
    stop, results = multiprocessing.Event(), multiprocessing.SimpleQueue()
    good = multiprocessing.Process(target=witness, args=(server.port, stop, results))
    good.start()
    client = server.client(20)
    try:
        for attack in ATTACKS:
            started = time.monotonic()
            attack(server, client, random.Random(f"{seed}:{attack.__name__}"))
            print(f"{attack.__name__}: {time.monotonic() - started:.1f} s", flush=True)
    except Closed:
        check(False, f"{attack.__name__}: the control connection was closed")
    finally:
        stop.set()
        worst, rounds, problem = results.get()
        good.join()
    print(f"the witness did {rounds} rounds, the slowest took {worst * 1000:.1f} ms")
    check(not problem, f"the witness: {problem}")
    check(worst < WITNESS_SECONDS, f"the witness waited {worst:.1f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    passed = checked(options.server, options.reactors, lambda server: body(server, options.seed))
    print("passed" if passed else f"failed; repeat with --seed {options.seed}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
