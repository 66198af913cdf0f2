"""Runs a client program on a server of its own: run.py --server BINARY -- PROGRAM [ARGUMENT ...] PORT.

The program gets the port as its last argument. It has passed if both it and the server end with 0.
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from server import Server  # noqa: E402

PROGRAM_SECONDS = 90


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--reactors", default="4")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    extra = () if "redis" in pathlib.Path(options.server).name else ("--reactors", options.reactors)
    server = Server(options.server, *extra)
    try:
        code = subprocess.run([*options.program, str(server.port)], timeout=PROGRAM_SECONDS).returncode
    except subprocess.TimeoutExpired:
        print(f"the program did not end within {PROGRAM_SECONDS} s")
        code = 1
    except OSError as problem:
        print(f"the program cannot be run: {problem}")
        code = 1
    ended = server.stop()
    if code != 0 or ended != 0:
        print(f"the program ended with {code}, the server with {ended}; the server's log:")
        print(server.last_log[-3000:])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
