"""Starts a server for a test: on a free loopback port, in a fresh folder, ended by its own pid."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from resp import Client, Closed, Simple  # noqa: E402
from wait import wait_for  # noqa: E402


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running server. Use as a context manager."""

    def __init__(self, binary: str, *options: str) -> None:
        self.folder = tempfile.mkdtemp(prefix="millstream-test-")
        self.port = free_port()
        self.log_path = os.path.join(self.folder, "server.log")
        arguments = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder]
        if "redis" in os.path.basename(binary):
            arguments += ["--save", ""]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*arguments, *options], stdout=log, stderr=subprocess.STDOUT, cwd=self.folder
            )
        try:
            wait_for(self._answers, 20, "the server to answer")
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"the server ended at start:\n{self.log()}")
        try:
            client = Client(self.port, timeout=5)
        except OSError:
            return False
        try:
            return client.call("PING") == Simple("PONG")
        except (OSError, Closed):
            return False
        finally:
            client.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def client(self, timeout: float = 10.0) -> Client:
        return Client(self.port, timeout=timeout)

    def log(self) -> str:
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def cpu_seconds(self) -> float:
        """User and system time of the process so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """As a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ends it and returns its exit code; the folder goes."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
        self.last_log = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.process.returncode
