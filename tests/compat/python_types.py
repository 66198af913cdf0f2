"""Debian's python3-redis on every core type: typed replies, pipelines, scan iterators, large values.

Usage: python_types.py PORT. Every check works on keys of its own.
"""

import math
import os
import pathlib
import random
import sys
import time

import redis

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from wait import wait_for  # noqa: E402

MANY = 3000  # elements: beyond every limit of a packed encoding, so that scans take several rounds
LARGE_BYTES = 10_000_000


def refused(prefix, call, *arguments, **named):
    """The call must fail with an error reply that begins like this."""
    try:
        call(*arguments, **named)
    except redis.RedisError as error:
        assert str(error).startswith(prefix), f"{prefix} expected, got {error}"
        return
    raise AssertionError(f"{call} with {arguments} went well, {prefix} expected")


def check_strings(client):
    assert client.set("str", "v", nx=True) is True and client.set("str", "w", nx=True) is None
    assert client.set("str", "w", get=True) == b"v" and client.getset("str", "x") == b"w"
    assert client.append("str", "yz") == 3 and client.strlen("str") == 3
    assert client.getrange("str", 0, -2) == b"xy" and client.setrange("str", 5, "!") == 6
    assert client.get("str") == b"xyz\0\0!" and client.getdel("str") == b"xyz\0\0!"
    assert client.incr("str:n", 10) == 10 and client.decr("str:n", 3) == 7
    assert client.incrbyfloat("str:n", 0.5) == 7.5
    assert client.msetnx({"str:a": 1, "str:n": 1}) is False and client.get("str:a") is None
    client.mset({"str:p": "ohmytext", "str:q": "mynewtext"})
    assert client.lcs("str:p", "str:q") == b"mytext" and client.lcs("str:p", "str:q", len=True) == 6
    refused("value is not an integer", client.incr, "str:p")
    refused("WRONGTYPE", client.lpush, "str:p", "x")
    assert client.copy("str:p", "str:c") and client.rename("str:c", "str:d")
    assert client.type("str:d") == b"string" and client.exists("str:d", "str:c") == 1
    assert client.unlink("str:d", "str:p") == 2 and client.touch("str:q", "str:d") == 1


def check_lists(client):
    assert client.rpush("list", *"abcde") == 5 and client.lpushx("list:absent", "x") == 0
    assert client.lrange("list", -2, -1) == [b"d", b"e"] and client.llen("list") == 5
    assert client.lindex("list", 1) == b"b" and client.lindex("list", 9) is None
    assert client.linsert("list", "before", "c", "C") == 6 and client.lset("list", 0, "A") is True
    assert client.lpos("list", "d") == 4 and client.lpos("list", "zz") is None
    assert client.lrem("list", 1, "C") == 1 and client.ltrim("list", 1, -1) is True
    assert client.lmove("list", "list:2", "LEFT", "RIGHT") == b"b"
    assert client.rpoplpush("list", "list:2") == b"e"
    assert client.lmpop(1, "list:2", direction="LEFT", count=9) == [b"list:2", [b"e", b"b"]]
    assert client.exists("list:2") == 0 and client.lmpop(1, "list:2", direction="LEFT") is None
    assert client.lpop("list", 9) == [b"c", b"d"] and client.lpop("list") is None
    refused("no such key", client.lset, "list:absent", 0, "x")
    client.rpush("list:sort", 3, 1, 2)
    assert client.sort("list:sort", desc=True) == [b"3", b"2", b"1"]
    client.mset({"weight_1": 9, "weight_2": 8, "weight_3": 7})
    assert client.sort("list:sort", by="weight_*", get=["#", "weight_*"], groups=True) == [
        (b"3", b"7"),
        (b"2", b"8"),
        (b"1", b"9"),
    ]
    assert client.sort("list:sort", store="list:sorted", alpha=True) == 3


def check_hashes(client):
    assert client.hset("hash", "a", 1) == 1
    assert client.hset("hash", mapping={"b": "2", "c": "x"}) == 2
    assert client.hgetall("hash") == {b"a": b"1", b"b": b"2", b"c": b"x"}
    assert client.hgetall("hash:absent") == {} and client.hget("hash", "zz") is None
    assert client.hmget("hash", "a", "zz") == [b"1", None]
    assert client.hexists("hash", "a") is True and client.hsetnx("hash", "a", 5) == 0
    assert client.hincrby("hash", "a", 4) == 5 and client.hincrbyfloat("hash", "a", 0.25) == 5.25
    assert client.hkeys("hash") == [b"a", b"b", b"c"] and client.hlen("hash") == 3
    assert client.hvals("hash") == [b"5.25", b"2", b"x"] and client.hstrlen("hash", "a") == 4
    pairs = client.hrandfield("hash", 3, withvalues=True)
    assert dict(zip(pairs[::2], pairs[1::2])) == client.hgetall("hash")
    assert client.hdel("hash", "a", "zz") == 1
    refused("hash value is not an integer", client.hincrby, "hash", "c")


def check_sets(client):
    assert client.sadd("set", 1, 2, 3) == 3 and client.sadd("set", "x", 1) == 1
    client.sadd("set:2", 2, 3, 4)
    assert client.smembers("set") == {b"1", b"2", b"3", b"x"} and client.scard("set") == 4
    assert client.sismember("set", 1) and not client.sismember("set", 9)
    assert client.smismember("set", 1, 9) == [True, False]
    assert client.sinter("set", "set:2") == {b"2", b"3"}
    assert client.sunion("set", "set:2") == {b"1", b"2", b"3", b"4", b"x"}
    assert client.sdiff("set", "set:2") == {b"1", b"x"}
    assert client.sintercard(2, ["set", "set:2"], limit=1) == 1
    assert client.sinterstore("set:3", "set", "set:2") == 2 and client.smove("set", "set:2", "x")
    assert set(client.srandmember("set", 10)) == {b"1", b"2", b"3"}
    assert len(client.srandmember("set", -10)) == 10
    assert client.spop("set:3", 5) and client.exists("set:3") == 0 and client.spop("set:3") is None
    assert client.srem("set:2", "x", "nobody") == 1


def check_sorted_sets(client):
    assert client.zadd("zset", {"a": 1, "b": 2.5, "c": math.inf}) == 3
    assert client.zadd("zset", {"a": 3}, gt=True, ch=True) == 1
    assert client.zadd("zset", {"a": 1}, incr=True) == 4.0
    assert client.zadd("zset", {"a": 1}, nx=True, incr=True) is None
    assert client.zrange("zset", 0, -1, withscores=True) == [
        (b"b", 2.5), (b"a", 4.0), (b"c", math.inf),
    ]  # fmt: skip
    assert client.zscore("zset", "c") == math.inf and client.zscore("zset", "zz") is None
    assert client.zmscore("zset", ["b", "zz"]) == [2.5, None]
    assert client.zrank("zset", "a") == 1 and client.zrevrank("zset", "a") == 1
    assert client.zrank("zset", "zz") is None and client.zcount("zset", "(2.5", "+inf") == 2
    assert client.zrangebyscore("zset", "-inf", 4, start=1, num=5) == [b"a"]
    assert client.zrevrangebyscore("zset", 4, 0, withscores=True) == [(b"a", 4.0), (b"b", 2.5)]
    assert client.zrange("zset", "(9", "(0", byscore=True, desc=True, offset=0, num=1) == [b"a"]
    client.zadd("zset:lex", dict.fromkeys("abcde", 0))
    assert client.zrangebylex("zset:lex", "(b", "[d") == [b"c", b"d"]
    assert client.zlexcount("zset:lex", "-", "+") == 5
    assert client.zunionstore("zset:u", {"zset": 2, "zset:lex": 1}, aggregate="MAX") == 5
    assert client.zinter(["zset", "zset:lex"], withscores=True) == [
        (b"b", 2.5), (b"a", 4.0), (b"c", math.inf),
    ]  # fmt: skip
    assert client.zdiff(["zset:lex", "zset"]) == [b"d", b"e"]
    assert client.zrangestore("zset:r", "zset:lex", 0, 1) == 2
    assert client.zincrby("zset", 0.25, "b") == 2.75
    assert client.zpopmin("zset") == [(b"b", 2.75)] and client.zpopmax("zset") == [(b"c", math.inf)]
    assert client.zmpop(2, ["zset:absent", "zset"], min=True) == [b"zset", [[b"a", b"4"]]]
    assert client.zremrangebyrank("zset:lex", 0, 1) == 2 and client.zrem("zset:lex", "c") == 1
    refused("value is not a valid float", client.zadd, "zset", {"a": "word"})


def check_bits_and_estimates(client):
    assert client.setbit("bits", 7, 1) == 0 and client.getbit("bits", 7) == 1
    client.set("bits:2", b"\xff\xf0\x00")
    assert client.bitcount("bits:2") == 12 and client.bitcount("bits:2", 0, 0) == 8
    assert client.bitpos("bits:2", 0) == 12
    assert client.bitop("AND", "bits:3", "bits", "bits:2") == 3
    assert client.get("bits:3") == b"\x01\0\0"
    field = client.bitfield("bits:4", default_overflow="SAT")
    assert field.set("u8", 0, 250).incrby("u8", 0, 10).get("u4", 0).execute() == [0, 255, 15]
    assert client.pfadd("hll", *range(1000)) == 1 and client.pfadd("hll", 1) == 0
    client.pfadd("hll:2", *range(500, 1500))
    assert abs(client.pfcount("hll") - 1000) < 30
    assert client.pfmerge("hll:3", "hll", "hll:2") is True
    assert abs(client.pfcount("hll:3") - 1500) < 45
    refused("WRONGTYPE", client.pfadd, "bits:2", "x")


def check_geo(client):
    added = client.geoadd("geo", [13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania"])
    assert added == 2 and abs(client.geodist("geo", "Palermo", "Catania", "km") - 166.2742) < 0.001
    assert client.geohash("geo", "Palermo") in (["sqc8b49rny0"], [b"sqc8b49rny0"])
    place, nothing = client.geopos("geo", "Palermo", "Rome")
    assert abs(place[0] - 13.361389) < 1e-5 and abs(place[1] - 38.115556) < 1e-5 and nothing is None
    found = client.geosearch(
        "geo", longitude=15, latitude=37, radius=200, unit="km", withdist=True, sort="ASC"
    )
    assert [name for name, _ in found] == [b"Catania", b"Palermo"]
    assert abs(found[0][1] - 56.4413) < 0.001
    assert client.geosearchstore("geo:2", "geo", member="Catania", width=50, height=50, unit="km") == 1
    assert client.georadius("geo", 15, 37, 100, unit="km") == [b"Catania"]


def check_generic(client):
    """DUMP and RESTORE, OBJECT, expiry in all its forms."""
    contents = {
        "list:sorted": lambda key: client.lrange(key, 0, -1),
        "hash": client.hgetall,
        "set": client.smembers,
        "zset:u": lambda key: client.zrange(key, 0, -1, withscores=True),
        "hll": client.pfcount,
        "geo": lambda key: client.geopos(key, "Palermo", "Catania"),
    }
    for key, content in contents.items():
        assert client.restore("again", 0, client.dump(key), replace=True) == b"OK"
        assert client.type("again") == client.type(key) and content("again") == content(key)
    refused("BUSYKEY", client.restore, "again", 0, client.dump("hash"))
    refused("DUMP payload version or checksum", client.restore, "bad", 0, b"nonsense")
    assert client.object("encoding", "hash") == b"listpack" and client.object("refcount", "hash") == 1
    assert client.randomkey() is not None
    client.set("gone", "v")
    assert client.ttl("gone") == -1 and client.ttl("nothing") == -2
    assert client.expire("gone", 100, nx=True) == 1 and client.expire("gone", 200, lt=True) == 0
    assert 0 < client.ttl("gone") <= 100 and client.persist("gone") is True
    assert client.pexpireat("gone", int(time.time() * 1000) + 50_000) == 1
    assert abs(client.expiretime("gone") - time.time() - 50) < 3
    assert client.getex("gone", persist=True) == b"v" and client.ttl("gone") == -1
    client.pexpire("gone", 20)
    wait_for(lambda: client.get("gone") is None, what="a key to expire")
    client.hset("fields", mapping={"stays": 1, "goes": 2})
    try:
        assert client.execute_command("HPEXPIRE", "fields", 20, "FIELDS", 2, "goes", "zz") == [1, -2]
    except redis.ResponseError as error:
        assert str(error).startswith("unknown command"), error  # a Redis before 7.4
        return
    wait_for(lambda: client.hgetall("fields") == {b"stays": b"1"}, what="a field to expire")
    assert client.execute_command("HTTL", "fields", "FIELDS", 1, "stays") == [-1]


def check_pipelines(client):
    pipe = client.pipeline(transaction=False)
    for i in range(MANY):
        pipe.rpush("pipe:list", i).hset("pipe:hash", f"f{i}", i).sadd("pipe:set", f"m{i}")
        pipe.zadd("pipe:zset", {f"z{i}": i}).set(f"pipe:key:{i}", i)
    assert pipe.execute() == [
        reply for i in range(MANY) for reply in (i + 1, 1, 1, 1, True)
    ]
    replies = (
        client.pipeline(transaction=False)
        .get("pipe:key:1")
        .lpush("pipe:key:1", "x")
        .zscore("pipe:zset", "z2")
        .execute(raise_on_error=False)
    )
    assert replies[0] == b"1" and replies[2] == 2.0
    assert isinstance(replies[1], redis.ResponseError), replies


def check_scans(client):
    """Whatever stays from beginning to end is given, while other elements come and go."""
    names = {f"pipe:key:{i}".encode() for i in range(MANY)}
    seen, noise = set(), 0
    for key in client.scan_iter("pipe:key:*", count=100):
        seen.add(key)
        noise += 1
        client.set(f"pipe:noise:{noise}", 1)
    assert seen == names, f"{len(names - seen)} keys not given"
    assert {*client.scan_iter("pipe:*", _type="zset")} == {b"pipe:zset"}
    fields = {f"f{i}".encode(): str(i).encode() for i in range(MANY)}
    assert dict(client.hscan_iter("pipe:hash", count=50)) == fields
    members = {f"m{i}".encode() for i in range(MANY)}
    seen = set()
    for i, member in enumerate(client.sscan_iter("pipe:set", match="m*", count=50)):
        seen.add(member)
        client.sadd("pipe:set", f"noise{i}")
    assert seen == members
    scores = {f"z{i}".encode(): float(i) for i in range(MANY)}
    assert dict(client.zscan_iter("pipe:zset", count=50)) == scores
    assert list(client.sscan_iter("pipe:absent")) == []
    assert client.llen("pipe:list") == MANY


def check_large_and_binary(client):
    seed = random.randrange(1 << 30)
    large = random.Random(seed).randbytes(LARGE_BYTES)
    assert client.set("large", large) and client.get("large") == large, f"seed {seed}"
    assert client.strlen("large") == LARGE_BYTES
    assert client.getrange("large", LARGE_BYTES - 7, -1) == large[-7:]
    client.rpush("large:list", large, b"small")
    assert client.lindex("large:list", 0) == large and client.lrange("large:list", 1, 1) == [b"small"]
    client.hset("large:hash", large[:1000], large)
    assert client.hgetall("large:hash") == {large[:1000]: large}
    assert client.delete("large", "large:list", "large:hash") == 3
    every = bytes(range(256))
    awkward = [b"", b"\r\n", b"\0", b"*1\r\n$4\r\nPING\r\n", b"$-1\r\n", every, os.urandom(64)]
    for i, value in enumerate(awkward):
        key = b"binary:" + value
        assert client.set(key, value) and client.get(key) == value
        assert client.hset("binary:hash", value, value) == 1 and client.sadd("binary:set", value) == 1
        assert client.zadd("binary:zset", {value: i}) == 1 and client.rpush("binary:list", value)
    assert client.hgetall("binary:hash") == {value: value for value in awkward}
    assert client.smembers("binary:set") == set(awkward)
    assert client.zrange("binary:zset", 0, -1) == awkward
    assert client.lrange("binary:list", 0, -1) == awkward
    assert {*client.scan_iter(b"binary:*", _type="string")} == {b"binary:" + v for v in awkward}
    # The client's own text form of a value goes over the wire as its encoding.
    text = redis.Redis(connection_pool=redis.ConnectionPool(
        **{**client.connection_pool.connection_kwargs, "decode_responses": True}
    ))  # fmt: skip
    assert text.set("caf\u00e9", "\u20ac") and text.get("caf\u00e9") == "\u20ac"
    text.close()


def main():
    client = redis.Redis(port=int(sys.argv[1]), socket_timeout=20)
    checks = [
        check_strings, check_lists, check_hashes, check_sets, check_sorted_sets,
        check_bits_and_estimates, check_geo, check_generic, check_pipelines, check_scans,
        check_large_and_binary,
    ]  # fmt: skip
    for check in checks:
        check(client)
    print(f"python3-redis {redis.__version__}: {len(checks)} groups of calls as they should be")


if __name__ == "__main__":
    main()
