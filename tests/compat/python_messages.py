"""Debian's python3-redis with several clients at once: pub/sub, transactions, blocking pops,
notifications, invalidations, reconnecting.

Usage: python_messages.py PORT. This version of the library speaks RESP2 only, so the pushes of RESP3
are read with tests/lib/resp.py; the calls that cause them are the library's.
"""

import pathlib
import sys
import threading
import time

import redis

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Client, Push  # noqa: E402
from wait import wait_for  # noqa: E402

SECONDS = 10
MESSAGES = 300
COUNTERS, PER_COUNTER = 4, 50
JOBS, TAKERS = 200, 4


class Background(threading.Thread):
    """Runs a call beside the test and hands out its result, or its error."""

    def __init__(self, call, *arguments, **named):
        super().__init__(daemon=True)
        self.call = lambda: call(*arguments, **named)
        self.answer = self.error = None
        self.start()

    def run(self):
        try:
            self.answer = self.call()
        except Exception as error:  # raised again in result()
            self.error = error

    def result(self):
        self.join(SECONDS)
        assert not self.is_alive(), "a blocked call was not answered"
        if self.error:
            raise self.error
        return self.answer


def next_message(listener):
    """The next message that is no confirmation."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        message = listener.get_message(ignore_subscribe_messages=True, timeout=0.5)
        if message:
            return message
    raise AssertionError("no message came")


def confirmations(listener, count):
    return [
        (message["type"], message["channel"], message["data"])
        for message in (listener.get_message(timeout=SECONDS) for _ in range(count))
    ]


def blocked_clients(client, count):
    wait_for(lambda: client.info("clients")["blocked_clients"] == count, SECONDS, "blocked clients")


def check_channels(client, connect):
    listener, other = client.pubsub(), client.pubsub()
    listener.subscribe("news", b"b\r\n\0")
    assert confirmations(listener, 2) == [("subscribe", b"news", 1), ("subscribe", b"b\r\n\0", 2)]
    listener.psubscribe("n[ae]w?", "*")
    assert [c[0] for c in confirmations(listener, 2)] == ["psubscribe"] * 2
    heard = []
    other.subscribe(news=heard.append)
    assert confirmations(other, 1) == [("subscribe", b"news", 1)]
    assert client.publish("news", b"\0\r\nhello") == 4 and client.publish("b\r\n\0", "x") == 2
    assert client.pubsub_channels("ne*") == [b"news"] and client.pubsub_numpat() == 2
    assert client.pubsub_numsub("news", "none") == [(b"news", 2), (b"none", 0)]
    got = [next_message(listener) for _ in range(5)]
    assert {(m["type"], m["pattern"], m["channel"], m["data"]) for m in got} == {
        ("message", None, b"news", b"\0\r\nhello"),
        ("pmessage", b"n[ae]w?", b"news", b"\0\r\nhello"),
        ("pmessage", b"*", b"news", b"\0\r\nhello"),
        ("message", None, b"b\r\n\0", b"x"),
        ("pmessage", b"*", b"b\r\n\0", b"x"),
    }
    wait_for(lambda: other.get_message(timeout=0.1) or heard, SECONDS, "the handler to be called")
    assert heard[0]["data"] == b"\0\r\nhello"
    listener.ping("alive")
    assert listener.get_message(timeout=SECONDS)["data"] == b"alive"
    listener.unsubscribe("news")
    assert confirmations(listener, 1) == [("unsubscribe", b"news", 3)]
    assert client.publish("news", "less") == 3
    listener.close()
    wait_for(lambda: client.pubsub_numpat() == 0, SECONDS, "the patterns to go with the client")
    other.close()


def check_order(client, connect):
    """Each publisher's messages come in its order, none lost, none twice."""
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(*[f"line:{i}" for i in range(4)])
    wait_for(lambda: dict(client.pubsub_numsub("line:3"))[b"line:3"] == 1, SECONDS)

    def publish(number):
        own = connect()
        pipe = own.pipeline(transaction=False)
        for i in range(MESSAGES):
            pipe.publish(f"line:{i % 4}", f"{number} {i}")
        assert pipe.execute() == [1] * MESSAGES

    publishers = [Background(publish, i) for i in range(3)]
    seen = {0: [], 1: [], 2: []}
    for _ in range(3 * MESSAGES):
        number, i = next_message(listener)["data"].split()
        seen[int(number)].append(int(i))
    for thread in publishers:
        thread.result()
    assert all(numbers == list(range(MESSAGES)) for numbers in seen.values())
    listener.close()


def check_listening_thread(client, connect):
    got = []
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.psubscribe(**{"thread:*": lambda message: got.append(message["data"])})
    thread = listener.run_in_thread(sleep_time=0.05)
    wait_for(lambda: client.publish("thread:1", "one") == 1 or client.publish("thread:2", "one"))
    wait_for(lambda: got, SECONDS, "the listening thread to hear a message")
    thread.stop()
    thread.join(SECONDS)
    assert set(got) == {b"one"}


def check_transactions(client, connect):
    replies = client.pipeline().set("tx", 1).incr("tx").lpush("tx:list", "a").hgetall("tx:h").execute()
    assert replies == [True, 2, 1, {}]
    with client.pipeline() as pipe:
        pipe.set("tx", "word").incr("tx").get("tx")
        results = pipe.execute(raise_on_error=False)
        assert results[0] is True and isinstance(results[1], redis.ResponseError)
        assert results[2] == b"word"
    with client.pipeline() as pipe:
        pipe.set("tx", "not this").execute_command("GET")
        try:
            pipe.execute()
            raise AssertionError("a wrong command was carried out")
        except redis.ResponseError as error:
            assert "wrong number of arguments" in str(error), error
    assert client.get("tx") == b"word"
    with client.pipeline() as pipe:
        pipe.watch("tx")
        client.set("tx", "other")
        pipe.multi()
        pipe.set("tx", "mine")
        try:
            pipe.execute()
            raise AssertionError("a watched key changed and EXEC went on")
        except redis.WatchError:
            pass
    with client.pipeline() as pipe:
        pipe.watch("tx")
        client.set("tx", "other")
        pipe.unwatch()
        pipe.multi()
        assert pipe.set("tx", "mine").execute() == [True]

    def count():
        own = connect()
        for _ in range(PER_COUNTER):
            own.transaction(lambda pipe: add_one(pipe), "tx:count")

    def add_one(pipe):
        now = int(pipe.get("tx:count") or 0)
        pipe.multi()
        pipe.set("tx:count", now + 1).incr("tx:check")

    for thread in [Background(count) for _ in range(COUNTERS)]:
        thread.result()
    assert client.mget("tx:count", "tx:check") == [b"%d" % (COUNTERS * PER_COUNTER)] * 2


def check_locks(client, connect):
    """A lock that needs no script to be taken; its release uses WATCH."""
    other = connect()
    assert client.set("lock", "me", nx=True, px=60_000) and not other.set("lock", "you", nx=True)

    def release(pipe):
        assert pipe.get("lock") == b"me"
        pipe.multi()
        pipe.delete("lock")

    assert client.transaction(release, "lock") == [1] and other.set("lock", "you", nx=True)


def check_blocking(client, connect):
    waiting = [Background(connect().blpop, ["block:a", "block:b"], timeout=SECONDS)]
    blocked_clients(client, 1)
    waiting.append(Background(connect().blpop, "block:b", timeout=SECONDS))
    blocked_clients(client, 2)
    assert client.rpush("block:b", 1, 2) == 2
    assert [one.result() for one in waiting] == [(b"block:b", b"1"), (b"block:b", b"2")]
    assert client.brpop("block:none", timeout=0.02) is None
    # A chain: the move feeds the client that waits for its destination.
    last = Background(connect().brpop, "block:end", timeout=SECONDS)
    blocked_clients(client, 1)
    middle = Background(connect().blmove, "block:start", "block:end", SECONDS, "LEFT", "RIGHT")
    blocked_clients(client, 2)
    client.lpush("block:start", "job")
    assert middle.result() == b"job" and last.result() == (b"block:end", b"job")
    assert client.exists("block:start", "block:end") == 0
    low = Background(connect().bzpopmin, "block:zset", timeout=SECONDS)
    blocked_clients(client, 1)
    high = Background(connect().bzpopmax, ["block:zset"], timeout=SECONDS)
    blocked_clients(client, 2)
    client.zadd("block:zset", {"a": 1, "b": 2.5})
    assert low.result() == (b"block:zset", b"a", 1.0) and high.result() == (b"block:zset", b"b", 2.5)
    several = Background(connect().blmpop, SECONDS, 2, "block:x", "block:y", direction="LEFT", count=2)
    blocked_clients(client, 1)
    client.pipeline().rpush("block:y", 1, 2, 3).execute()
    assert several.result() == [b"block:y", [b"1", b"2"]]
    scored = Background(connect().bzmpop, SECONDS, 1, ["block:z"], max=True)
    blocked_clients(client, 1)
    client.zadd("block:z", {"m": 7})
    assert scored.result() == [b"block:z", [[b"m", b"7"]]]
    patient = connect()
    number = patient.client_id()
    ended = Background(patient.blpop, "block:none", timeout=SECONDS)
    blocked_clients(client, 1)
    assert client.client_unblock(number, error=True)
    try:
        ended.result()
        raise AssertionError("CLIENT UNBLOCK ERROR gave no error")
    except redis.ResponseError as error:
        assert str(error).startswith("UNBLOCKED"), error


def check_reliable_queue(client, connect):
    """Many takers, each job exactly once; what is taken is in its taker's list until it is done."""
    done, lock = [], threading.Lock()

    def take(number):
        own = connect()
        while True:
            job = own.blmove("queue", f"queue:{number}", SECONDS, "RIGHT", "LEFT")
            assert job is not None and own.lrem(f"queue:{number}", 1, job) == 1
            if job == b"end":
                return
            with lock:
                done.append(int(job))

    takers = [Background(take, i) for i in range(TAKERS)]
    for first in range(0, JOBS, 10):
        client.lpush("queue", *range(first, first + 10))
    client.lpush("queue", *["end"] * TAKERS)
    for taker in takers:
        taker.result()
    assert sorted(done) == list(range(JOBS))
    assert client.exists("queue", *[f"queue:{i}" for i in range(TAKERS)]) == 0


def check_notifications(client, connect):
    client.config_set("notify-keyspace-events", "KEA")
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.psubscribe("__keyspace@0__:note*", "__keyevent@0__:expired")
    wait_for(lambda: client.pubsub_numpat() == 2)
    client.rpush("note:l", 1)
    client.pipeline().hset("note:h", "f", 1).sadd("note:s", 1).zadd("note:z", {"m": 1}).execute()
    client.delete("note:l")
    client.set("note", 1, px=15)
    wait_for(lambda: client.get("note") is None)
    expected = [
        ("note:l", b"rpush"), ("note:h", b"hset"), ("note:s", b"sadd"), ("note:z", b"zadd"),
        ("note:l", b"del"), ("note", b"set"), ("note", b"expire"), ("note", b"expired"),
    ]  # fmt: skip
    for key, event in expected:
        message = next_message(listener)
        assert message["channel"] == b"__keyspace@0__:" + key.encode(), (message, key)
        assert message["data"] == event, (message, event)
    assert next_message(listener)["data"] == b"note"
    listener.close()
    client.config_set("notify-keyspace-events", "")


def check_tracking_redirected(client, connect):
    """RESP2: the invalidations go to another connection, which listens to a channel."""
    listener, cached = connect(client_name="listener").pubsub(), connect()
    listener.ignore_subscribe_messages = True
    listener.subscribe("__redis__:invalidate")
    wait_for(lambda: client.pubsub_numsub("__redis__:invalidate")[0][1] == 1)
    found = [item for item in client.client_list() if item["name"] == "listener"]
    assert cached.client_tracking_on(clientid=int(found[0]["id"])) == b"OK"
    assert cached.client_getredir() == int(found[0]["id"])
    assert cached.get("track:a") is None and cached.hgetall("track:h") == {}
    client.set("track:a", 1)
    client.hset("track:h", "f", 1)
    assert next_message(listener)["data"] == [b"track:a"]
    assert next_message(listener)["data"] == [b"track:h"]
    assert cached.get("track:a") == b"1"
    client.flushall()
    assert next_message(listener)["data"] is None
    assert cached.client_tracking_off() == b"OK" and cached.client_getredir() == -1
    listener.close()


def check_tracking_pushed(client, connect):
    """RESP3, read by hand: BCAST with prefixes, OPTIN, NOLOOP."""
    port = client.connection_pool.connection_kwargs["port"]
    cached = Client(port)
    cached.call("HELLO", 3)
    cached.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "user:", "PREFIX", "job:", "NOLOOP")
    client.set("other", 1)
    client.pipeline().set("user:1", 1).rpush("job:1", 1).execute()
    invalid = set()
    while len(invalid) < 2:
        push = cached.read()
        assert isinstance(push, Push) and push[0] == b"invalidate", push
        invalid.update(push[1])
    assert invalid == {b"user:1", b"job:1"}
    cached.call("SET", "user:2", 1)  # its own change: not pushed
    cached.call("CLIENT", "TRACKING", "OFF")
    cached.call("CLIENT", "TRACKING", "ON", "OPTIN")
    cached.call("GET", "user:1")  # not asked for
    cached.call("CLIENT", "CACHING", "YES")
    cached.call("XLEN", "user:stream")
    client.set("user:1", 2)
    client.xadd("user:stream", {"f": "v"})
    assert cached.read() == Push([b"invalidate", [b"user:stream"]])
    assert not cached.pending()
    cached.close()


def check_reconnecting(client, connect):
    """The library makes a new connection by itself; a subscriber takes its channels along."""
    own = connect(client_name="fragile", health_check_interval=0)
    first = own.client_id()
    listener = own.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("again")
    listener.psubscribe("aga*")
    wait_for(lambda: client.publish("again", "before") == 2)
    while next_message(listener)["type"] != "pmessage":
        pass
    for item in client.client_list():
        if item["name"] == "fragile":
            client.client_kill_filter(_id=item["id"])
    assert own.ping() is True and own.client_id() != first
    assert own.client_getname() in ("fragile", b"fragile")

    def back():
        try:
            listener.get_message(timeout=0.01)
        except redis.ConnectionError:
            return False
        return client.publish("again", "after") == 2

    wait_for(back, SECONDS, "the subscriber to come back")
    while next_message(listener)["data"] != b"after":
        pass
    listener.close()


def main():
    port = int(sys.argv[1])

    def connect(**named):
        return redis.Redis(port=port, socket_timeout=2 * SECONDS, **named)

    client = connect()
    checks = [
        check_channels, check_order, check_listening_thread, check_transactions, check_locks,
        check_blocking, check_reliable_queue, check_notifications, check_tracking_redirected,
        check_tracking_pushed, check_reconnecting,
    ]  # fmt: skip
    for check in checks:
        check(client, connect)
    print(f"python3-redis {redis.__version__}: {len(checks)} scenes of several clients went well")


if __name__ == "__main__":
    main()
