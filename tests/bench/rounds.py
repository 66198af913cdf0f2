"""How long a server works between two waits for events: rounds.c, built and read.

    with Rounds() as rounds:
        with Server(binary, environment=rounds.environment) as server:
            rounds.clear()
            ...
            rounds.longest(), rounds.above_a_millisecond(), rounds.slept()
"""

from __future__ import annotations

import mmap
import pathlib
import struct
import subprocess
import tempfile

THREADS = 64
SLOT = struct.Struct("=QQQ")  # rounds above a millisecond, the longest in ns, those that slept


class Rounds:
    """A context manager. Threads of one server at a time."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="millstream-rounds-")
        library = pathlib.Path(self.folder.name, "rounds.so")
        source = pathlib.Path(__file__).with_suffix(".c")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        counts = pathlib.Path(self.folder.name, "counts")
        counts.write_bytes(bytes(THREADS * SLOT.size))
        with counts.open("r+b") as file:
            self.counts = mmap.mmap(file.fileno(), THREADS * SLOT.size)
        self.environment = {"LD_PRELOAD": str(library), "ROUNDS_FILE": str(counts)}

    def __enter__(self) -> "Rounds":
        return self

    def __exit__(self, *_: object) -> None:
        self.counts.close()
        self.folder.cleanup()

    def clear(self) -> None:
        self.counts[:] = bytes(len(self.counts))

    def longest(self) -> float:
        """Seconds, of the thread that worked longest."""
        return max(longest for _, longest, _ in SLOT.iter_unpack(self.counts[:])) / 1e9

    def above_a_millisecond(self) -> int:
        return sum(long for long, _, _ in SLOT.iter_unpack(self.counts[:]))

    def slept(self) -> int:
        """Above a millisecond of wall-clock, in which the thread slept."""
        return sum(slept for _, _, slept in SLOT.iter_unpack(self.counts[:]))
