#!/usr/bin/env python3
"""The checker of histories finds what is planted, and finds nothing in what is right."""

from __future__ import annotations

import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from history import ERROR, OK, UNKNOWN, Final, History, Operation, Read, check  # noqa: E402


class Made:
    """A right history of a few writers on a clock of its own, and its final state."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.history = History()
        self.final = Final(streams={"s": []}, lists={"l": []})
        self.now = 0.0
        for number in range(200):
            for kind in ("xadd", "rpush", "set"):
                self.append(f"w{self.random.randrange(3)}", number, kind)

    def tick(self) -> float:
        self.now += 1.0
        return self.now

    def append(self, writer: str, number: int, kind: str) -> Operation:
        key = {"xadd": "s", "rpush": "l", "set": f"r:{writer}"}[kind]
        value = str(number) if kind == "set" else f"{writer}:{number}"
        made = Operation(writer, number, kind, key, value, begin=self.tick())
        made.outcome = self.random.choice([OK] * 8 + [ERROR, UNKNOWN])
        if made.outcome == OK or (made.outcome == UNKNOWN and self.random.random() < 0.5):
            made.reply = self.apply(made)
        if made.outcome != OK:
            made.reply = None
        made.end = self.tick()
        self.history.add(made)
        return made

    def apply(self, made: Operation) -> str | int | None:
        if made.kind == "xadd":
            made_id = f"{int(self.now)}-0"
            self.final.streams["s"].append((made.value, made_id))
            self.read("s", len(self.final.streams["s"]))
            return made_id
        if made.kind == "rpush":
            self.final.lists["l"].append(made.value)
            self.read("l", len(self.final.lists["l"]))
            return len(self.final.lists["l"])
        self.final.registers[made.key] = made.value
        self.read(made.key, int(made.value))
        return None

    def read(self, key: str, seen: int) -> None:
        self.history.add_read(Read("first", key, self.tick(), seen))

    def some(self, kind: str, outcome: str = OK) -> Operation:
        """One that is neither the first nor the last."""
        fitting = [o for o in self.history.operations if o.kind == kind and o.outcome == outcome]
        return self.random.choice(fitting[1:-1])

    def stream_place(self, made: Operation) -> int:
        return [value for value, _ in self.final.streams["s"]].index(made.value)


class Checker(unittest.TestCase):
    """Each test plants one fault in a right history."""

    def setUp(self) -> None:
        self.seed = random.randrange(1 << 32)
        self.made = Made(self.seed)

    def faults(self, synchronous: bool = False) -> str:
        faults = check(self.made.history, self.made.final).faults(synchronous)
        return "\n".join(faults) + f"\n(seed {self.seed})" if faults else ""

    def test_a_right_history_has_no_faults(self) -> None:
        for seed in range(50):
            self.made = Made(seed)
            self.assertEqual(self.faults(synchronous=True), "")

    def test_a_lost_append_is_missing(self) -> None:
        lost = self.made.some("xadd")
        del self.made.final.streams["s"][self.made.stream_place(lost)]
        verdict = check(self.made.history, self.made.final)
        self.assertEqual(verdict.missing, [lost])
        self.assertEqual(verdict.faults(synchronous=False), [])
        self.assertIn("acknowledged, yet missing", self.faults(synchronous=True))

    def test_a_lost_tail_is_missing_and_was_seen(self) -> None:
        del self.made.final.lists["l"][-10:]
        verdict = check(self.made.history, self.made.final)
        self.assertGreater(len(verdict.missing), 0)
        self.assertIn("seen, yet missing: l", self.faults(synchronous=True))
        self.assertEqual(self.faults(synchronous=False), "")

    def test_a_lost_append_inside_a_list_moves_what_follows(self) -> None:
        self.made.final.lists["l"].remove(self.made.some("rpush").value)
        self.assertIn("not as acknowledged", self.faults())

    def test_a_duplicate_is_found(self) -> None:
        again = self.made.some("xadd")
        self.made.final.streams["s"].append((again.value, "100000-0"))
        self.assertIn(f"duplicate: '{again.value}' is 2 times in s", self.faults())
        self.made = Made(self.seed)
        self.made.final.lists["l"].append(self.made.some("rpush").value)
        self.assertIn("duplicate", self.faults())

    def test_reordered_appends_are_found(self) -> None:
        made = self.made
        acknowledged = {o.value for o in made.history.operations if o.outcome == OK}
        entries = made.final.streams["s"]
        places = [at for at, (value, _) in enumerate(entries) if value in acknowledged]
        first, second = places[10], places[20]
        # The ids stay where they are, as if the clock's order had been another one.
        (one, one_id), (two, two_id) = entries[first], entries[second]
        entries[first], entries[second] = (two, one_id), (one, two_id)
        self.assertIn("out of order: in s", self.faults())

    def test_order_is_kept_by_what_comes_after_the_acknowledgement_only(self) -> None:
        self.made.history = History()
        self.made.final = Final(lists={"l": ["b", "a"]})
        self.made.history.add(Operation("w", 1, "rpush", "l", "a", 1.0, 3.0, OK, 2))
        self.made.history.add(Operation("v", 1, "rpush", "l", "b", 2.0, 4.0, OK, 1))
        self.assertEqual(self.faults(synchronous=True), "")

    def test_one_of_unknown_outcome_may_come_late(self) -> None:
        self.made.history = History()
        self.made.final = Final(lists={"l": ["b", "a"]})
        self.made.history.add(Operation("w", 1, "rpush", "l", "a", 1.0, 2.0, UNKNOWN))
        self.made.history.add(Operation("w", 2, "rpush", "l", "b", 3.0, 4.0, OK, 1))
        self.assertEqual(self.faults(synchronous=True), "")

    def test_what_nobody_sent_is_found(self) -> None:
        self.made.final.streams["s"].append(("stranger", "100000-0"))
        self.assertIn("never sent: 'stranger' in s", self.faults())
        self.made = Made(self.seed)
        self.made.final.registers["r:w0"] = "12345"
        self.assertIn("never sent: '12345'", self.faults())

    def test_what_was_refused_must_not_be_there(self) -> None:
        refused = self.made.some("rpush", ERROR)
        self.made.final.lists["l"].append(refused.value)
        self.assertIn(f"refused, yet there: {refused}", self.faults())

    def test_an_entry_keeps_the_id_that_was_told(self) -> None:
        made = self.made.some("xadd")
        place = self.made.stream_place(made)
        self.made.final.streams["s"][place] = (made.value, f"{made.reply}1")
        self.assertIn("not as acknowledged", self.faults())

    def test_ids_that_fall_are_found(self) -> None:
        entries = self.made.final.streams["s"]
        entries[10], entries[11] = entries[11], entries[10]
        self.assertIn("the ids of s do not rise", self.faults())

    def test_an_old_value_of_a_register_is_a_loss(self) -> None:
        sent = [o for o in self.made.history.operations if o.key == "r:w0" and o.outcome == OK]
        self.made.final.registers["r:w0"] = sent[-2].value
        self.assertEqual(check(self.made.history, self.made.final).missing, [sent[-1]])
        self.made.final.registers["r:w0"] = None
        self.assertEqual(check(self.made.history, self.made.final).missing, [sent[-1]])

    def test_reads_of_one_reign_never_go_back(self) -> None:
        self.made.read("s", 5)
        self.assertIn("read backwards: s went from", self.faults())

    def test_reads_of_another_reign_may_begin_lower(self) -> None:
        self.made.history.add_read(Read("second", "s", self.made.tick(), 5))
        self.assertEqual(self.faults(), "")

    def test_a_key_that_was_not_read_at_the_end_is_no_proof(self) -> None:
        del self.made.final.streams["s"]
        with self.assertRaises(ValueError):
            check(self.made.history, self.made.final)


if __name__ == "__main__":
    unittest.main()
