"""What the notation of transcripts accepts, and above all what it does not."""

from __future__ import annotations

import unittest
from typing import Any

from notation import Match, Mismatch, parse_expected, show, split_words
from resp import Double, Error, Map, NilArray, Push, Set, Simple, Verbatim

ENTRY = [b"1-1", [b"f", b'a "b"\r\n']]


def fits(expected: str, reply: Any, variables: dict[str, bytes] | None = None, resp3: bool = False) -> bool:
    return Match({} if variables is None else variables, resp3).fits(parse_expected(expected), reply)


class Notation(unittest.TestCase):
    def test_what_is_shown_fits_what_it_shows(self) -> None:
        replies: list[Any] = [
            Simple("OK"), Simple("Background saving started"), b"", b"text", b"\x00\xff \\\"", 12, -1,
            None, NilArray(), [], [1, [b"a", None]], [ENTRY, ENTRY], True, False, Double("3.5"),
            Map([(b"k", 1), (b"l", [Map()])]), Set([b"a", b"b"]), Push([b"message", b"c"]),
            Error("ERR no such key"), [Error('ERR it\'s "bad"'), 1], Verbatim(b"lines\r\nof it"),
        ]  # fmt: skip
        for reply in replies:
            self.assertTrue(fits(show(reply), reply), show(reply))

    def test_each_kind_fits_only_its_own(self) -> None:
        replies: list[Any] = [
            Simple("1"), b"1", 1, None, NilArray(), [], [1], True, Double("1"), Map([(b"1", 1)]),
            Set([1]), Error("1"), [[1]],
        ]  # fmt: skip
        for at, reply in enumerate(replies):
            if reply == Simple("1"):
                continue  # its notation is that of an integer
            for other, foreign in enumerate(replies):
                self.assertEqual(fits(show(reply), foreign), at == other, f"{reply} {foreign}")

    def test_the_null_array_is_any_null_in_resp3(self) -> None:
        self.assertFalse(fits("nil-array", None))
        self.assertTrue(fits("nil-array", None, resp3=True))
        self.assertFalse(fits("nil", NilArray()))

    def test_an_array_stands_for_a_push_but_not_the_other_way_round(self) -> None:
        self.assertTrue(fits("[1]", Push([1])))
        self.assertFalse(fits(">[1]", [1]))

    def test_an_error_fits_by_its_whole_text_or_by_a_prefix(self) -> None:
        error = Error("NOGROUP No such key 's'")
        self.assertTrue(fits("(error) NOGROUP No such key 's'", error))
        self.assertTrue(fits("(error) NOGROUP...", error))
        self.assertFalse(fits("(error) NOGROUP", error))
        self.assertFalse(fits("(error) GROUP...", error))

    def test_arrays_differ_by_length_order_and_depth(self) -> None:
        self.assertFalse(fits("[1 2]", [1]))
        self.assertFalse(fits("[1 2]", [2, 1]))
        self.assertFalse(fits("[1 [2]]", [1, 2]))
        self.assertTrue(fits("~unordered [1 2]", [2, 1]))
        self.assertFalse(fits("~unordered [1 1]", [1, 2]))
        self.assertFalse(fits("~unordered [1 2]", [1, 2, 2]))

    def test_wildcards_say_what_they_take(self) -> None:
        self.assertTrue(fits('[<id> <int> <str> * *]', [b"1-0", 3, b"s", None, [1]]))
        self.assertFalse(fits("<id>", b"1"))
        self.assertFalse(fits("<int>", b"3"))
        self.assertFalse(fits("<int>", True))
        self.assertFalse(fits("<str>", None))
        self.assertRaises(Mismatch, fits, "<number>", 1)

    def test_a_captured_value_stands_for_itself_later(self) -> None:
        known: dict[str, bytes] = {}
        self.assertTrue(fits('[[$id=<id> *] $n=<int>]', [ENTRY, 7], known))
        self.assertEqual(known, {"id": b"1-1", "n": b"7"})
        self.assertTrue(fits("[$id $n]", [b"1-1", 7], known))
        self.assertFalse(fits("$id", b"1-2", known))
        self.assertEqual(split_words("XACK s g $id $other", known), [b"XACK", b"s", b"g", b"1-1", b"$other"])

    def test_nothing_is_captured_from_what_does_not_fit(self) -> None:
        known: dict[str, bytes] = {}
        self.assertFalse(fits("$id=<id>", b"text", known))
        self.assertEqual(known, {})

    def test_words_are_split_as_a_shell_does(self) -> None:
        words = split_words(r"""SET "a b" 'c "d"' "\x00\n\"\\" "" x=1""", {})
        self.assertEqual(words, [b"SET", b"a b", b'c "d"', b'\x00\n"\\', b"", b"x=1"])

    def test_what_cannot_be_read_is_refused(self) -> None:
        for text in ("", "[1", "1]", "{1 2 3}", "[1] 2", "~unordered 1", "~unordered", "[(error) ERR]"):
            self.assertRaises(Mismatch, parse_expected, text)


if __name__ == "__main__":
    unittest.main()
