"""The notation of transcripts (README.md): commands, and replies as patterns.

A pattern is a pair (kind, value); what the value is depends on the kind. Expected text is cut into
tokens first, so brackets may nest as deeply as a reply does.
"""

from __future__ import annotations

import pathlib
import re
import sys
from typing import Any, Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from resp import Double, Error, Map, NilArray, Push, Set, Simple, Verbatim  # noqa: E402

Pattern = tuple[str, Any]
Variables = dict[str, bytes]

ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "a": b"\a", "b": b"\b"}
STRING = r'"(?:[^"\\]|\\.)*"'
WORD = re.compile(rf"({STRING})(?!\S)|'([^']*)'(?!\S)|(\S+)", re.S)
TOKEN = re.compile(rf"\s*((?:\$\w+=)?(?:{STRING}|[~>](?=\[)|[\[\]{{}}]|[^\s\[\]{{}}]+))", re.S)


class Mismatch(Exception):
    """A reply that is not what the transcript says, or a line that can't be read."""


# --- Text to bytes.


def unescape(quoted: str) -> bytes:
    """The bytes that "..." with its escapes stands for."""
    out, at, text = b"", 0, quoted[1:-1]
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode("utf-8")
            at += 1
        elif text[at + 1] == "x":
            out += bytes([int(text[at + 2 : at + 4], 16)])
            at += 4
        else:
            out += ESCAPES.get(text[at + 1], text[at + 1].encode("utf-8"))
            at += 2
    return out


def split_words(text: str, variables: Variables) -> list[bytes]:
    """Words of a command: blanks separate, "..." and '...' quote, $name is a captured value."""
    words: list[bytes] = []
    for double, single, bare in WORD.findall(text):
        if double:
            words.append(unescape(double))
        elif bare.startswith("$") and bare[1:] in variables:
            words.append(variables[bare[1:]])
        else:
            words.append((bare or single).encode("utf-8"))
    return words


# --- Text to pattern.


def tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if not match:
            raise Mismatch(f"can't read the expected reply from: {text[at:]!r}")
        found.append(match.group(1))
        at = match.end()
    return found


def parse_items(words: list[str], end: str) -> list[Pattern]:
    """Patterns up to the closing bracket, which goes too."""
    items = []
    while words and words[0] != end:
        items.append(parse(words))
    if not words:
        raise Mismatch(f"{end} is missing in the expected reply")
    words.pop(0)
    return items


def parse_string(words: list[str]) -> str:
    """The text behind an (error) inside of another reply, which must be quoted."""
    if not words or not words[0].startswith('"'):
        raise Mismatch('an error inside of a reply is written (error) "text"')
    return unescape(words.pop(0)).decode("latin-1")


def parse(words: list[str]) -> Pattern:
    """One pattern from the front of the tokens."""
    if not words:
        raise Mismatch("the expected reply ends too early")
    word = words.pop(0)
    capture = re.match(r"\$(\w+)=(.*)", word, re.S)
    if capture:
        words.insert(0, capture.group(2))
        return "capture", (capture.group(1), parse(words))
    if word in ("~unordered", "~", ">"):
        kind = {"~": "set", ">": "push"}.get(word, "unordered")
        inner = parse(words)
        if inner[0] != "array":
            raise Mismatch(f"{word} must stand before [")
        return kind, inner[1]
    if word == "[":
        return "array", parse_items(words, "]")
    if word == "{":
        items = parse_items(words, "}")
        if len(items) % 2:
            raise Mismatch("a map needs a value for each key")
        return "map", list(zip(items[::2], items[1::2]))
    if word in ("]", "}"):
        raise Mismatch(f"{word} too many in the expected reply")
    if word == "(error)":
        return "error", parse_string(words)
    if word.startswith('"'):
        return "bulk", unescape(word)
    if word.strip("()") in ("nil", "nil-array"):
        return word.strip("()"), None
    if re.fullmatch(r"-?\d+", word):
        return "integer", int(word)
    if re.fullmatch(r"<\w+>|\*", word):
        return "any", word
    if word in ("#t", "#f"):
        return "boolean", word == "#t"
    if word.startswith(","):
        return "double", word[1:]
    return "simple", word


def parse_expected(text: str) -> Pattern:
    """The pattern a whole line stands for: an error's or a status's text needs no quotes there."""
    if text.startswith("(error) "):
        return "error", text[len("(error) ") :]
    words = tokens(text)
    pattern = parse(words)
    if words and pattern[0] == "simple":  # a status of several words
        return "simple", text.strip()
    if words:
        raise Mismatch(f"left over in the expected reply: {words}")
    return pattern


# --- Pattern against reply.


def is_integer(reply: Any) -> bool:
    return isinstance(reply, int) and not isinstance(reply, bool)


WILDCARDS: dict[str, Callable[[Any], bool]] = {
    "*": lambda reply: True,
    "<int>": is_integer,
    "<id>": lambda reply: isinstance(reply, bytes) and bool(re.fullmatch(rb"\d+-\d+", reply)),
    "<str>": lambda reply: isinstance(reply, (bytes, Simple, Verbatim)),
}


def plain(reply: Any) -> bytes:
    """The bytes of a reply that has no parts, as a later command would send them."""
    if isinstance(reply, bytes):
        return reply
    if isinstance(reply, Verbatim):
        return reply.data
    return str(reply.text if isinstance(reply, (Simple, Error, Double)) else reply).encode("latin-1")


class Match:
    """One reply held against one pattern. Captures go into the variables when the reply fits."""

    def __init__(self, variables: Variables, resp3: bool) -> None:
        self.variables = variables
        self.resp3 = resp3  # there the null array and the null string are one

    def fits(self, pattern: Pattern, reply: Any) -> bool:
        kind, value = pattern
        return bool(getattr(self, "_" + kind.replace("-", "_"))(value, reply))

    def _each(self, patterns: list[Pattern], replies: list[Any]) -> bool:
        return len(patterns) == len(replies) and all(map(self.fits, patterns, replies))

    def _in_any_order(self, patterns: list[Pattern], replies: list[Any]) -> bool:
        left = list(replies)
        for pattern in patterns:
            at = next((i for i, reply in enumerate(left) if self.fits(pattern, reply)), None)
            if at is None:
                return False
            del left[at]
        return not left

    def _capture(self, value: tuple[str, Pattern], reply: Any) -> bool:
        name, pattern = value
        if not self.fits(pattern, reply):
            return False
        self.variables[name] = plain(reply)
        return True

    def _any(self, value: str, reply: Any) -> bool:
        if value not in WILDCARDS:
            raise Mismatch(f"unknown wildcard {value}")
        return WILDCARDS[value](reply)

    def _nil(self, _: None, reply: Any) -> bool:
        return reply is None

    def _nil_array(self, _: None, reply: Any) -> bool:
        return isinstance(reply, NilArray) or (self.resp3 and reply is None)

    def _bulk(self, value: bytes, reply: Any) -> bool:
        return value == (reply.data if isinstance(reply, Verbatim) else reply)

    def _integer(self, value: int, reply: Any) -> bool:
        return is_integer(reply) and reply == value

    def _boolean(self, value: bool, reply: Any) -> bool:
        return isinstance(reply, bool) and reply == value

    def _double(self, value: str, reply: Any) -> bool:
        if not isinstance(reply, Double):
            return False
        return value in ("*", reply.text) or float(reply.text) == float(value)

    def _simple(self, value: str, reply: Any) -> bool:
        if value.startswith("$") and value[1:] in self.variables:
            return not isinstance(reply, list) and plain(reply) == self.variables[value[1:]]
        return isinstance(reply, Simple) and reply.text == value

    def _error(self, value: str, reply: Any) -> bool:
        if not isinstance(reply, Error):
            return False
        if value.endswith("..."):
            return reply.text.startswith(value[:-3])
        return reply.text == value

    def _map(self, value: list[tuple[Pattern, Pattern]], reply: Any) -> bool:
        return isinstance(reply, Map) and len(reply) == len(value) and all(
            self.fits(key, got[0]) and self.fits(item, got[1])
            for (key, item), got in zip(value, reply)
        )

    def _array(self, value: list[Pattern], reply: Any) -> bool:
        is_array = isinstance(reply, list) and not isinstance(reply, (Map, Set))
        return is_array and self._each(value, reply)

    def _push(self, value: list[Pattern], reply: Any) -> bool:
        return isinstance(reply, Push) and self._each(value, reply)

    def _set(self, value: list[Pattern], reply: Any) -> bool:
        return isinstance(reply, Set) and self._in_any_order(value, reply)

    def _unordered(self, value: list[Pattern], reply: Any) -> bool:
        is_array = isinstance(reply, list) and not isinstance(reply, Map)
        return is_array and self._in_any_order(value, reply)


# --- Reply to text.


def quote(data: bytes) -> str:
    text = (chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in data)
    return '"' + "".join(text) + '"'


def show(reply: Any, inside: bool = False) -> str:
    """The reply as a transcript would expect it."""
    if reply is None:
        return "nil"
    if isinstance(reply, NilArray):
        return "nil-array"
    if isinstance(reply, bool):
        return "#t" if reply else "#f"
    if isinstance(reply, int):
        return str(reply)
    if isinstance(reply, Simple):
        return reply.text
    if isinstance(reply, Error):
        return f"(error) {quote(reply.text.encode('latin-1')) if inside else reply.text}"
    if isinstance(reply, Double):
        return f",{reply.text}"
    if isinstance(reply, (bytes, Verbatim)):
        return quote(plain(reply))
    if isinstance(reply, Map):
        return "{" + " ".join(f"{show(k, True)} {show(v, True)}" for k, v in reply) + "}"
    sign = "~" if isinstance(reply, Set) else ">" if isinstance(reply, Push) else ""
    return f"{sign}[{' '.join(show(item, True) for item in reply)}]"
