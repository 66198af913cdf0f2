#!/usr/bin/env python3
"""Runs an example against a fresh server: run.py <server> <example>."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "lib"))

from server import Server  # noqa: E402

with Server(sys.argv[1]) as server:
    code = subprocess.run([sys.argv[2], str(server.port)], timeout=50).returncode
sys.exit(code)
