"""Hosts of a small network that can be cut: a network namespace each, joined by a bridge, cut by nft.

The calling process moves into a namespace of its own, in which the bridge is, and from which every
host is reached. Nothing of this has a name outside: a namespace is held by a process of ours (or is
ours), so all of it goes when the test ends, however it ends, and tests don't meet each other.

    +----------- the test, HUB -----------+
    |  bridge 10.77.0.254                 |      each host drops by source and destination address
    +--|-----------|-----------|----------+      what the cuts say; the test itself is never cut off
     10.77.0.1   10.77.0.2   10.77.0.3
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from dataclasses import dataclass

from server import die_with_parent

CLONE_NEWNET = 0x40000000
NETWORK = "10.77.0"
HUB = f"{NETWORK}.254"
TOOLS = ("ip", "nft", "nsenter", "unshare")
COMMAND_SECONDS = 20


def why_not() -> str:
    """Why this machine can't do it; empty if it can. Cheap: nothing is kept of what is tried."""
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    if absent:
        return f"no {', '.join(absent)} on this machine"
    if os.geteuid() != 0:
        return "only root makes network namespaces"
    tried = (
        "ip link add port1 type veth peer name eth1 && ip link add hub type bridge && "
        "nft add table inet t && nft add chain inet t i '{ type filter hook input priority 0; }'"
    )
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", tried],
        capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)  # fmt: skip
    return f"network namespaces don't work here: {done.stderr.strip()[:200]}" if done.returncode else ""


def run(*command: str, text: str | None = None) -> None:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


@dataclass
class Host:
    """A namespace with an address. `prefix` runs a command inside it."""

    address: str
    holder: subprocess.Popen[bytes]

    @property
    def prefix(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]

    def run(self, *command: str, text: str | None = None) -> None:
        run(*self.prefix, *command, text=text)


class Network:
    """Use as a context manager, in the main thread, before other threads are started.

    The process stays in the namespace of the first Network it made, for all that follow.
    """

    entered = False

    def __init__(self, count: int) -> None:
        self.hosts: list[Host] = []
        self.count = count

    def __enter__(self) -> "Network":
        if not Network.entered:
            if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "unshare")
            Network.entered = True
            run("ip", "link", "set", "lo", "up")
        try:
            run("ip", "link", "add", "hub", "type", "bridge")
            run("ip", "address", "add", f"{HUB}/24", "dev", "hub")
            run("ip", "link", "set", "hub", "up")
            for number in range(1, self.count + 1):
                self._add_host(number)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _add_host(self, number: int) -> None:
        # The holder says when it is in its namespace, and ends with us or when its input ends.
        holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; read line"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=die_with_parent)  # fmt: skip
        host = Host(f"{NETWORK}.{number}", holder)
        self.hosts.append(host)
        assert holder.stdout
        holder.stdout.readline()
        port = f"port{number}"
        run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", str(holder.pid))
        run("ip", "link", "set", port, "master", "hub", "up")
        host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        host.run("ip", "link", "set", "lo", "up")

    def __exit__(self, *_: object) -> None:
        # A port would go with its namespace too, but some time after the last process in it.
        for number, host in enumerate(self.hosts, 1):
            subprocess.run(["ip", "link", "delete", f"port{number}"], capture_output=True, check=False)
            host.holder.kill()
            host.holder.wait()
            for pipe in (host.holder.stdin, host.holder.stdout):
                if pipe:
                    pipe.close()
        self.hosts.clear()
        subprocess.run(["ip", "link", "delete", "hub"], capture_output=True, check=False)

    def cut(self, some: list[str], others: list[str], both_ways: bool = True) -> None:
        """From now on nothing goes between the two sets of addresses (or not from `some` to `others`).

        Packets are dropped, as in a network that fails: nobody is told that a connection has ended.
        Cuts replace each other.
        """
        for host in self.hosts:
            from_us: list[str] = []
            to_us: list[str] = []
            if host.address in some:
                from_us, to_us = others, others if both_ways else []
            elif host.address in others:
                from_us, to_us = some if both_ways else [], some
            rules = ["flush ruleset", "table inet cuts {"]
            for hook, field, addresses in (("output", "daddr", from_us), ("input", "saddr", to_us)):
                rules.append(f"chain {hook} {{ type filter hook {hook} priority 0; policy accept;")
                if addresses:
                    rules.append(f"ip {field} {{ {', '.join(addresses)} }} drop")
                rules.append("}")
            host.run("nft", "-f", "-", text="\n".join([*rules, "}", ""]))

    def heal(self) -> None:
        for host in self.hosts:
            host.run("nft", "flush", "ruleset")
