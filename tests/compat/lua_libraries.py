#!/usr/bin/env python3
"""The Lua libraries of scripts against those of redis-server 7.0: same values, same error texts.

lua_libraries.py --runner BINARY [--redis BINARY] [--record] [--random COUNT] [--seed N]

tests/unit/lua/cases/*.txt hold expressions ("> ...") and what they give ("< ..."). Where we are
better on purpose, or newer, the answer is "<! ..." and redis-server is not asked. The unit test
reads the same files, so it needs no redis-server. --record writes redis-server's answers into the
files. Then random values and random damage go through cmsgpack, struct, cjson and the patterns.
"""

from __future__ import annotations

import argparse
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "lib"))

from resp import Client, Error  # noqa: E402
from server import Server  # noqa: E402

CASES = ROOT / "unit" / "lua" / "cases"
PRELUDE = (ROOT / "unit" / "lua" / "prelude.lua").read_text()
DEFAULT_RANDOM = 3000
ADDRESS = re.compile(rb"0x[0-9a-f]{8,}")
BINARY = re.compile(r"msgpack.*\\19[678]")  # MessagePack's binary types: we know them


def whole(expression: bytes) -> bytes:
    return PRELUDE.encode().replace(b"EXPRESSION", expression)


class Runner:
    """tests/unit/lua/lua_runner.c"""

    def __init__(self, binary: str) -> None:
        self.process = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, script: bytes) -> bytes:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(b"%d\n" % len(script) + script)
        self.process.stdin.flush()
        head = self.process.stdout.readline()
        if not head:
            raise AssertionError(f"the runner died of {script[-400:]!r}")
        text = self.process.stdout.read(int(head[1:]))
        return text if head[:1] == b"+" else b"failed " + text

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        if self.process.wait(20) != 0:
            raise AssertionError(f"the runner ended with {self.process.returncode}")


def ask_redis(client: Client, script: bytes) -> bytes:
    reply = client.call("EVAL", script, 0)
    if isinstance(reply, Error):
        return b"failed " + str(reply).encode()
    assert isinstance(reply, bytes), reply
    return reply


def read_cases(path: pathlib.Path) -> list[list[str]]:
    """[expression, mark, answer] of each."""
    cases: list[list[str]] = []
    for line in path.read_text().splitlines():
        if line.startswith("> "):
            cases.append([line[2:], "<", ""])
        elif line.startswith("<"):
            mark, _, answer = line.partition(" ")
            cases[-1][1:] = [mark, answer]
    return cases


def run_cases(client: Client, runner: Runner, record: bool) -> int:
    bad = 0
    for path in sorted(CASES.glob("*.txt")):
        cases = read_cases(path)
        for case in cases:
            script = whole(case[0].encode())
            ours = runner.run(script).decode()
            theirs = ask_redis(client, script).decode() if case[1] == "<" else case[2]
            if record and case[1] == "<":
                case[2] = theirs
            if ours != theirs or theirs != case[2]:
                bad += 1
                print(f"{path.name}: {case[0]}\n   ours   {ours[:600]}\n   theirs {theirs[:600]}\n"
                      f"   file   {case[2][:600]}")
        if record:
            path.write_text("".join(f"> {a}\n{m} {b}\n" for a, m, b in cases))
        print(f"{path.name}: {len(cases)} cases")
    return bad


def literal(data: bytes) -> str:
    return '"' + "".join(f"\\{byte:03d}" for byte in data) + '"'


def number(chance: random.Random) -> str:
    kind = chance.randrange(5)
    if kind == 0:
        return str(chance.choice([0, 1, -1, 127, 128, -32, -33, 255, 256, 2**31, 2**32, -(2**31), 2**53, -(2**53)]))
    if kind == 1:
        return str(chance.randrange(-(2 ** chance.randrange(1, 53)), 2 ** chance.randrange(1, 53)))
    if kind == 2:
        return repr(chance.uniform(-10, 10))
    if kind == 3:
        return repr(chance.uniform(-1, 1) * 10.0 ** chance.randrange(-300, 300))
    return str(chance.randrange(100))


def value(chance: random.Random, depth: int = 0) -> str:
    kind = chance.randrange(8 if depth < 4 else 5)
    if kind <= 1:
        return number(chance)
    if kind == 2:
        return chance.choice(["true", "false", "cjson.null"])
    if kind <= 4:
        return literal(bytes(chance.randrange(256) for _ in range(chance.randrange(chance.choice([5, 50])))))
    if kind <= 6:
        return "{" + ",".join(value(chance, depth + 1) for _ in range(chance.randrange(6))) + "}"
    # One pair: the order of pairs in a table is not ours to compare.
    return "{[" + literal(b"k%d" % chance.randrange(9)) + "]=" + value(chance, depth + 1) + "}"


def damaged(chance: random.Random, data: bytes) -> bytes:
    data = bytearray(data)
    for _ in range(chance.randrange(4)):
        kind = chance.randrange(3)
        at = chance.randrange(len(data) + 1)
        if kind == 0:
            data[at:at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del data[at:at + chance.randrange(4)]
        else:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(3)))
    return bytes(data)


def msgpack_bytes(chance: random.Random, depth: int = 0) -> bytes:
    kind = chance.randrange(12)
    count = chance.randrange(4) if depth < 4 else 0
    if kind == 0:
        return bytes([0x90 | count]) + b"".join(msgpack_bytes(chance, depth + 1) for _ in range(count))
    if kind == 1:
        return bytes([0x80 | count]) + b"".join(msgpack_bytes(chance, depth + 1) for _ in range(2 * count))
    if kind == 2:
        return bytes([0xDC, 0, count]) + b"".join(msgpack_bytes(chance, depth + 1) for _ in range(count))
    if kind == 3:
        return bytes([0xA0 | count]) + b"abcd"[:count]
    sizes = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8}
    if kind < 8:
        first = chance.choice(list(sizes))
        return bytes([first]) + bytes(chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
                                      for _ in range(sizes[first]))
    return bytes([chance.choice([0xC0, 0xC2, 0xC3, chance.randrange(128), 0xE0 + chance.randrange(32)])])


def json_text(chance: random.Random, depth: int = 0) -> bytes:
    kind = chance.randrange(7 if depth < 4 else 5)
    blank = chance.choice([b"", b"", b" ", b"\n\t"])
    if kind == 0:
        return blank + number(chance).encode()
    if kind == 1:
        return blank + chance.choice([b"true", b"false", b"null", b"Infinity", b"0x1f", b"-nan"])
    if kind <= 4:
        pieces = [b"a", b"\\n", b"\\u0041", b"\\ud83d\\ude00", b"\\/", b"\xc3\xa9", b"\\\\", b"z" * 20, b"\\ud83d"]
        return blank + b'"' + b"".join(chance.choice(pieces[:-1] if chance.randrange(20) else pieces)
                                       for _ in range(chance.randrange(5))) + b'"'
    if kind == 5:
        return blank + b"[" + b",".join(json_text(chance, depth + 1) for _ in range(chance.randrange(4))) + blank + b"]"
    return blank + b"{" + b",".join(b'"k%d":' % chance.randrange(5) + json_text(chance, depth + 1)
                                    for _ in range(chance.randrange(4))) + b"}"


def struct_format(chance: random.Random, wild: bool) -> str:
    letters = "bBhHlLTfdsx<>! " + ("cijIq0123456789" if wild else "")
    out = ""
    for _ in range(chance.randrange(1, 8)):
        kind = chance.randrange(4)
        if kind == 0:
            out += chance.choice("iI") + str(chance.randrange(1, 9))
        elif kind == 1:
            out += "c" + str(chance.randrange(1, 6))
        elif kind == 2:
            out += "!" + str(chance.choice([1, 2, 4, 8, 16]))
        else:
            out += chance.choice(letters)
    return out


def small_number(chance: random.Random) -> str:
    return str(chance.choice([0, 1, -1, chance.randrange(-2**31, 2**31), chance.randrange(-2**53, 2**53)]))


def struct_case(chance: random.Random) -> str:
    wild = chance.randrange(4) == 0
    layout = struct_format(chance, wild)
    while re.search(r"i(9|[1-3][0-9])", layout):  # redis-server shifts by 64 and more bits there
        layout = struct_format(chance, wild)
    if chance.randrange(2):
        data = bytes(chance.choice([0, 1, 5, 255, chance.randrange(256)]) for _ in range(chance.randrange(40)))
        return f"return struct.unpack({literal(layout.encode())},{literal(data)},{chance.randrange(1, 4)})"
    args = []
    for letter in layout:
        if letter in "bBhHlLTiI":
            args.append(small_number(chance))
        elif letter in "fd":
            args.append(number(chance))
        elif letter in "cs":
            args.append(literal(b"abcdefghijklm"[:chance.randrange(5, 13)]))
    joined = "".join("," + arg for arg in args)
    return f"return struct.pack({literal(layout.encode())}{joined})"


def pattern(chance: random.Random) -> str:
    items = ["a", "b", ".", "%a", "%d", "%s", "[ab]", "[^a]", "[a-c1-3]", "%%", "(", ")", "()", "%b()", "%f[%a]",
             "%1", "^", "$", "x", "%W", "[]", "[^]]", "%", "-", "*", "%z", "1"]
    out = ""
    for _ in range(chance.randrange(1, 7)):
        if chance.randrange(3) == 0:
            out += "(" + chance.choice(items[:9]) + chance.choice(["", "*", "+", "-", "?"]) + ")"
        else:
            out += chance.choice(items[:14] if chance.randrange(3) else items) + chance.choice(["", "", "*", "+", "-", "?"])
    return literal(out.encode())


def pattern_case(chance: random.Random) -> str:
    subject = "".join(chance.choice("aab1 (x)%-\0"[:11]) for _ in range(chance.randrange(12)))
    text = literal(subject.encode())
    kind = chance.randrange(4)
    if kind == 0:
        return f"return string.find({text},{pattern(chance)},{chance.randrange(-3, 5)})"
    if kind == 1:
        return f"return string.match({text},{pattern(chance)})"
    if kind == 2:
        return (f"local r = {{}} for a, b in string.gmatch({text},{pattern(chance)}) do r[#r+1] = a r[#r+1] = b "
                "if #r > 50 then break end end return r")
    change = chance.choice(['"<%0>"', '"%1%%"', "{a='1',b=false}", "function(...) return select('#', ...) end"])
    return f"return string.gsub({text},{pattern(chance)},{change})"


def bit_case(chance: random.Random) -> str:
    name = chance.choice(["tobit", "bnot", "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror",
                          "bswap", "tohex"])
    args = ",".join(chance.choice([small_number(chance), str(chance.randrange(-40, 40)), "0.5", "'7'"])
                    for _ in range(chance.randrange(1, 4)))
    return f"return bit.{name}({args})"


def sort_case(chance: random.Random) -> str:
    items = ",".join(str(chance.randrange(30)) for _ in range(chance.randrange(60)))
    order = chance.choice(["", ", function(a, b) return a > b end", ", function(a, b) return a % 3 < b % 3 end",
                           ", function(a, b) return a <= b end", ", function(a, b) return (a * 7 + b) % 2 == 0 end"])
    return f"local t = {{{items}}} table.sort(t{order}) return table.concat(t, ' ')"


STOCK = {
    "string": ["len", "sub", "byte", "char", "rep", "reverse", "lower", "upper", "format", "find", "match", "gsub"],
    "table": ["concat", "insert", "remove", "maxn", "getn", "sort"],
    "math": ["floor", "ceil", "fmod", "max", "min", "abs", "modf", "pow", "sqrt", "frexp", "ldexp"],
    "bit": ["band", "tohex", "rol"],
    "cjson": ["encode", "decode", "encode_max_depth", "encode_sparse_array", "encode_number_precision"],
    "cmsgpack": ["pack", "unpack", "unpack_one", "unpack_limit"],
    "struct": ["pack", "unpack", "size"],
    "coroutine": ["create", "resume", "wrap", "status"],
    "": ["tostring", "tonumber", "type", "select", "unpack", "rawequal", "rawget", "rawset", "next", "ipairs", "pairs",
         "assert", "error", "pcall", "xpcall", "getmetatable", "setmetatable", "loadstring", "load"],
}


def argument(chance: random.Random) -> str:
    """Of any type, right or wrong."""
    return chance.choice([
        "nil", "true", "false", "{}", "{1,2,3}", "{a=1}", "{{},'x',2.5}", "tostring", "function(...) return ... end",
        "function(...) error('e', 0) end", "''", "'abc'", "'3'", "' 0x10 '", "'a,b;c'", "'%d %s'", "'%5.2f|%q|%x'", "'>i4'",
        "'[1,{\"a\":null}]'", "'\\147\\1\\2\\3'", "0", "1", "-1", "2", "3.7", "-0.5", "1e15", "0/0", "1/0", "-1/0",
        "cjson.null", "string.len", "coroutine.create(function(...) return coroutine.yield(...) end)",
        "setmetatable({}, {__tostring = function() return 'T' end, __index = function(t, k) return k end})", "string",
    ])


def stock_case(chance: random.Random) -> str:
    """Any function with any arguments: the same result or the same complaint."""
    library = chance.choice(list(STOCK) + [""] * 3)
    name = chance.choice(STOCK[library])
    full = f"{library}.{name}" if library else name
    args = [argument(chance) for _ in range(chance.randrange(5))]
    if name == "rep" or name == "concat" or name == "insert":
        args = [arg for arg in args if arg not in ("1e15", "1/0", "-1/0", "0/0")]  # takes for ever there
    if name in ("setmetatable", "rawset"):
        args = [arg for arg in args if arg != "string"]  # which of two complaints comes first
    if name.startswith("encode_") or name == "error":  # redis-server: infinity becomes 0; __index of an error
        args = [arg for arg in args if arg not in ("1/0", "-1/0", "0/0", "1e15") and "meta" not in arg]
    if name == "pcall" and (not args or args[0] != "tostring"):
        return "return pcall(string.len, {})"  # without a function, or of a table, redis-server gives too much
    return f"return {full}({', '.join(args)})"


def format_case(chance: random.Random) -> str:
    layout, args = "", []
    for _ in range(chance.randrange(1, 4)):
        flags = "".join(chance.choice("-+ #0") for _ in range(chance.randrange(3)))
        width = chance.choice(["", "", "5", "20", "99"]) + chance.choice(["", "", ".0", ".3", ".15"])
        letter = chance.choice("diouxXeEfgGcsq%")
        layout += "<%" + ("" if letter in "q%" else flags + width) + letter + ">"
        if letter in "sq":
            args.append(literal(bytes(chance.choice(b'ab"\\n\r\0 z') for _ in range(chance.randrange(12)))))
        elif letter != "%":
            args.append(str(chance.randrange(256)) if letter == "c" else small_number(chance))
    return f"return string.format({literal(layout.encode())}{''.join(', ' + arg for arg in args)})"


ERRORS = ["nil", "1", "{err=1}", "{err='e'}", "'text'"]


def statement(chance: random.Random, depth: int = 0) -> str:
    """A piece of a program that says what it does by add()."""
    inner = (lambda: " ".join(statement(chance, depth + 1) for _ in range(chance.randrange(1, 3)))) if depth < 3 else (
        lambda: "add('x')")
    return chance.choice([
        lambda: f"add(pcall(function() {inner()} end))",
        lambda: f"add(xpcall(function() {inner()} end, function(e) add('handler', e) return e end))",
        lambda: f"for i = 1, {chance.randrange(4)} do add(i) {inner()} end",
        lambda: f"do local c = coroutine.create(function(a) {inner()} local b = coroutine.yield(a) add(b) {inner()} end) "
                "add(coroutine.resume(c, 1)) add(coroutine.resume(c, 2)) add(coroutine.resume(c)) "
                "add(coroutine.status(c)) end",
        lambda: f"do local f = coroutine.wrap(function() {inner()} end) add(f()) end",
        lambda: f"add(loadstring({literal(chance.choice([b'return 1', b'return', b'x =', b'add(1)', b'return ...']))}))",
        lambda: f"error({chance.choice(ERRORS)}{chance.choice(['', ', 0', ', 1', ', 2'])})",
        lambda: f"add({argument(chance)})",
        lambda: f"add({argument(chance)} {chance.choice(['+', '..', '<', '==', '%', '^'])} {argument(chance)})",
        lambda: f"for k, v in {chance.choice(['pairs', 'ipairs'])}({argument(chance)}) do add(k, v) end",
        lambda: f"{chance.choice(['string', 'unknown', '_G', 'x.y'])} = 1",
        lambda: f"add({chance.choice(['unknown', '_G.string == string', 'cjson.nothing', '#string', 'coroutine.running()'])})",
        lambda: "coroutine.yield(5)",
        inner,
    ])()


def program_case(chance: random.Random) -> str:
    body = " ".join(statement(chance) for _ in range(chance.randrange(1, 4)))
    return ("local log = {} local function add(...) for i = 1, select('#', ...) do local v = select(i, ...) "
            "log[#log + 1] = (type(v) == 'string' or type(v) == 'number') and v or type(v) end end "
            f"add(pcall(function() {body} end)) return log")


def random_case(chance: random.Random) -> str:
    if chance.randrange(2):
        return chance.choice([stock_case, format_case, program_case])(chance)
    kind = chance.randrange(10)
    if kind == 0:
        return f"return cmsgpack.pack({value(chance)},{value(chance)})"
    if kind == 1:
        return f"return cmsgpack.unpack(cmsgpack.pack({value(chance)},{value(chance)}))"
    if kind == 2:
        data = b"".join(msgpack_bytes(chance) for _ in range(chance.randrange(3)))
        data = damaged(chance, data)
        name = chance.choice(["unpack({})", "unpack_one({})", "unpack_limit({}, 2)", "unpack_limit({}, 1, 1)"])
        return "return cmsgpack." + name.format(literal(data))
    if kind == 3:
        return f"return cjson.encode({value(chance)})"
    if kind in (4, 5):
        return f"return cjson.decode({literal(damaged(chance, json_text(chance)))})"
    if kind == 6:
        return struct_case(chance)
    if kind == 7:
        return pattern_case(chance)
    if kind == 8:
        return bit_case(chance)
    return sort_case(chance)


def run_random(client: Client, runner: Runner, count: int, seed: int) -> int:
    chance = random.Random(seed)
    bad = 0
    for _ in range(count):
        case = random_case(chance)
        script = whole(case.encode())
        ours = ADDRESS.sub(b"address", runner.run(script))
        theirs = ADDRESS.sub(b"address", ask_redis(client, script))
        if ours != theirs and not (BINARY.search(case) and b"Bad data format" in theirs):
            bad += 1
            if bad < 15:
                print(f"{case}\n   ours   {ours[:500]!r}\n   theirs {theirs[:500]!r}")
    print(f"{count} random cases, seed {seed}")
    return bad


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runner", required=True)
    parser.add_argument("--redis", default="redis-server")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--random", type=int, default=DEFAULT_RANDOM)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    args = parser.parse_args()
    runner = Runner(args.runner)
    with Server(args.redis) as server:
        client = Client(server.port, timeout=60)
        bad = run_cases(client, runner, args.record)
        bad += run_random(client, runner, args.random, args.seed)
        client.close()
    runner.close()
    if bad:
        sys.exit(f"{bad} differ")


if __name__ == "__main__":
    main()
