"""Debian's python3-redis works a stream: producers, a group of workers, one of them killed.

Usage: python_redis.py PORT. The worker that is killed is a process and gets SIGKILL while its
messages are pending; the others take them over by XAUTOCLAIM. Nothing may be lost.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time

import redis

STREAM, GROUP = "jobs", "workers"
PRODUCERS, PER_PRODUCER, WORKERS = 2, 500, 3
TAKEN_BY_THE_DEAD = 50
TOTAL = PRODUCERS * PER_PRODUCER
DEADLINE_SECONDS = 60


def connect(port):
    return redis.Redis(port=port, decode_responses=True, socket_timeout=20)


def produce(port, number):
    client = connect(port)
    for first in range(0, PER_PRODUCER, 50):
        pipe = client.pipeline(transaction=False)
        for i in range(first, first + 50):
            pipe.xadd(STREAM, {"job": f"{number}:{i}", "text": "some work"})
        assert len(pipe.execute()) == 50


def doomed(port, ready):
    client = connect(port)
    taken = 0
    while taken < TAKEN_BY_THE_DEAD:
        reply = client.xreadgroup(
            GROUP, "doomed", {STREAM: ">"}, count=TAKEN_BY_THE_DEAD - taken, block=5000
        )
        taken += len(reply[0][1]) if reply else 0
    ready.send(taken)
    signal.pause()


def work(port, name, done, lock, deadline):
    client = connect(port)
    while len(done) < TOTAL and time.monotonic() < deadline:
        entries = client.xautoclaim(STREAM, GROUP, name, min_idle_time=200, count=20)[1]
        reply = client.xreadgroup(GROUP, name, {STREAM: ">"}, count=10, block=100)
        if reply:
            assert reply[0][0] == STREAM
            entries = entries + reply[0][1]
        if not entries:
            continue
        with lock:
            for _, fields in entries:
                done.setdefault(fields["job"], []).append(name)
        client.xack(STREAM, GROUP, *[entry_id for entry_id, _ in entries])


def check_commands(client):
    """Replies of other kinds, through the client's own parsing."""
    assert client.ping() is True
    assert client.set("k", "v", px=100000) is True
    assert client.get("k") == "v" and client.get("absent") is None
    assert client.incrby("n", 5) == 5 and client.incrbyfloat("f", 1.5) == 1.5
    assert client.mset({"a": "1", "b": "2"}) and client.mget("a", "b", "c") == ["1", "2", None]
    assert sorted(client.scan_iter("[ab]")) == ["a", "b"]
    assert 0 < client.pttl("k") <= 100000
    assert client.info("server")["tcp_port"] > 0
    assert client.config_get("maxmemory") == {"maxmemory": "0"}
    assert any(int(item["id"]) == client.client_id() for item in client.client_list())
    assert client.xinfo_stream(STREAM)["length"] == TOTAL
    assert client.xinfo_groups(STREAM)[0]["name"] == GROUP
    assert {item["pending"] for item in client.xinfo_consumers(STREAM, GROUP)} == {0}
    assert len(client.xrange(STREAM, count=3)) == 3 and len(client.xrevrange(STREAM, count=3)) == 3
    assert client.xtrim(STREAM, maxlen=10, approximate=False) == TOTAL - 10
    try:
        client.xadd("k", {"f": "v"})
        raise AssertionError("XADD to a string went well")
    except redis.ResponseError as error:
        assert str(error).startswith("WRONGTYPE"), error


def main():
    port = int(sys.argv[1])
    deadline = time.monotonic() + DEADLINE_SECONDS
    client = connect(port)
    assert client.xgroup_create(STREAM, GROUP, id="0", mkstream=True) is True
    receiver, sender = multiprocessing.Pipe(duplex=False)
    victim = multiprocessing.Process(target=doomed, args=(port, sender))
    victim.start()
    threads = [threading.Thread(target=produce, args=(port, i)) for i in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    assert receiver.poll(30), "the doomed worker got nothing"
    assert receiver.recv() == TAKEN_BY_THE_DEAD
    os.kill(victim.pid, signal.SIGKILL)
    victim.join()
    assert client.xpending(STREAM, GROUP)["pending"] == TAKEN_BY_THE_DEAD
    done, lock = {}, threading.Lock()
    workers = [
        threading.Thread(target=work, args=(port, f"w{i}", done, lock, deadline))
        for i in range(WORKERS)
    ]
    for thread in workers:
        thread.start()
    for thread in threads + workers:
        thread.join()
    missing = {f"{p}:{i}" for p in range(PRODUCERS) for i in range(PER_PRODUCER)} - set(done)
    assert not missing, f"{len(missing)} jobs lost, such as {sorted(missing)[:5]}"
    assert client.xpending(STREAM, GROUP)["pending"] == 0
    check_commands(client)
    print(f"python3-redis {redis.__version__}: {len(done)} jobs done, none lost")


if __name__ == "__main__":
    main()
