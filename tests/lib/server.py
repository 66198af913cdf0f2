"""Starts a server for a test: on a free loopback port, in a fresh folder, ended by its own pid."""

from __future__ import annotations

import ctypes
import os
import pathlib
import random
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
PORTS = (10000, 32768)
CLAIMS: list[socket.socket] = []
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent() -> None:
    """In the child: a test that is killed (by ctest's timeout, say) leaves no server behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def free_port() -> int:
    """A loopback port for this process as long as it lives: no other test is given it.

    It is claimed by a name that goes with the process, and is not one of those that the kernel
    picks for outgoing connections: who knocks at a dead server can't get its port.
    """
    while True:
        port = random.randrange(*PORTS)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0millstream-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        CLAIMS.append(claim)
        return port


class Server:
    """A running server. Use as a context manager.

    It is killed when the thread that started it ends, so start it in the main thread. A folder that
    is given stays when it is stopped; `environment` is added to ours.
    """

    def __init__(
        self,
        binary: str,
        *options: str,
        folder: str | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        if os.sep in binary:
            binary = os.path.abspath(binary)  # the server starts in another folder
        self.keeps_folder = folder is not None
        self.folder = folder or tempfile.mkdtemp(prefix="millstream-test-")
        self.log_path = os.path.join(self.folder, "server.log")
        self.last_log = ""
        self.binary, self.options = binary, options
        self.environment = {**os.environ, **(environment or {})}
        for attempt in range(1, START_ATTEMPTS + 1):
            self.launch()
            try:
                wait_for(self._answers, START_SECONDS, "the server to answer")
                return
            except BaseException:
                self._end()
                # Between our probe and the server's bind() another process may have taken the port.
                if attempt < START_ATTEMPTS and "already in use" in self.log():
                    continue
                self._remove()
                raise

    def launch(self, log_mode: str = "wb") -> None:
        """Starts the process only; who calls it waits until it answers."""
        self.port = free_port()
        binary = self.binary
        arguments = [binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder]
        if "redis" in os.path.basename(binary):
            arguments += ["--save", ""]
        with open(self.log_path, log_mode) as log:
            self.process = subprocess.Popen(
                [*arguments, *self.options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self.environment,
                preexec_fn=die_with_parent,
            )

    def restart(self, seconds: float = START_SECONDS) -> None:
        """After its process has ended: another one in the same folder; its log goes on."""
        for attempt in range(1, START_ATTEMPTS + 1):
            begin = len(self.log())
            self.launch("ab")
            try:
                wait_for(self._answers, seconds, "the server to answer again")
                return
            except RuntimeError:
                if attempt == START_ATTEMPTS or "already in use" not in self.log()[begin:]:
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

    def _remove(self) -> None:
        if not self.keeps_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def stop(self) -> int:
        """Ends it and returns its exit code; the folder goes, its log stays in last_log."""
        self._end()
        self.last_log = self.log()
        self._remove()
        return self.process.returncode
