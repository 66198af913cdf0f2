"""Starts a server for a test: on a free loopback port, in a fresh folder, ended by its own pid."""

from __future__ import annotations

import ctypes
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


START_ATTEMPTS = 3
START_SECONDS = 20
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """In the child: a test that is killed (by ctest's timeout, say) leaves no server behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running server. Use as a context manager.

    It is killed when the thread that started it ends, so start it in the main thread.
    """

    def __init__(self, binary: str, *options: str) -> None:
        if os.sep in binary:
            binary = os.path.abspath(binary)  # the server starts in another folder
        self.folder = tempfile.mkdtemp(prefix="millstream-test-")
        self.log_path = os.path.join(self.folder, "server.log")
        self.last_log = ""
        for attempt in range(1, START_ATTEMPTS + 1):
            self._launch(binary, options)
            try:
                wait_for(self._answers, START_SECONDS, "the server to answer")
                return
            except BaseException:
                self._end()
                # Between our probe and the server's bind() another process may have taken the port.
                if attempt < START_ATTEMPTS and "already in use" in self.log():
                    continue
                shutil.rmtree(self.folder, ignore_errors=True)
                raise

    def _launch(self, binary: str, options: tuple[str, ...]) -> None:
        self.port = free_port()
        arguments = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder]
        if "redis" in os.path.basename(binary):
            arguments += ["--save", ""]
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [*arguments, *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                preexec_fn=die_with_parent,
            )

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
        """Time its threads have run so far, to the nanosecond."""
        total = 0
        for schedstat in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat"):
            total += int(schedstat.read_text(encoding="ascii").split()[0])
        return total / 1e9

    def resident_bytes(self) -> int:
        """Memory of the process that is in RAM."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """As a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def _end(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()

    def stop(self) -> int:
        """Ends it and returns its exit code; the folder goes, its log stays in last_log."""
        self._end()
        self.last_log = self.log()
        shutil.rmtree(self.folder, ignore_errors=True)
        return self.process.returncode
