"""Users in files: `aclfile` with ACL LOAD and ACL SAVE, and `user` lines with CONFIG REWRITE.

    acl_files.py --server SERVER
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

from common import Error, Server, check, ok
from resp import Closed
from server import die_with_parent, free_port

HASH = "30c952fab122c3f9759f02a6d95c3758b246b4fee239957b2d4fee46e26170c4"  # of "pw"
DEFAULT = "user default on nopass sanitize-payload ~* &* +@all"


class Configured(Server):
    """A server with a configuration file, which has to come first."""

    def launch(self, log_mode: str = "wb") -> None:
        self.port = free_port()
        path, *options = self.options
        arguments = [self.binary, path, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.folder]
        with open(self.log_path, log_mode) as log:
            self.process = subprocess.Popen(
                [*arguments, *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                preexec_fn=die_with_parent,
            )


def lines(reply: Any) -> list[str]:
    return [line.decode() for line in reply]


def is_closed(client: Any) -> bool:
    try:
        client.call("PING")
    except (Closed, OSError):
        return True
    return False


def refused(binary: str, *options: str) -> str:
    """What a server says that must not start."""
    ran = subprocess.run([binary, *options], capture_output=True, timeout=20, check=False)
    check(ran.returncode != 0, f"{options} starts")
    return (ran.stdout + ran.stderr).decode("latin-1")


def load_keeps_and_ends_connections(server: Server, path: pathlib.Path) -> None:
    admin = server.client()
    path.write_text(f"user kept on #{HASH} ~* &* +@all\nuser gone on nopass +@all\nuser sub on nopass &a +@all\n")
    ok(admin.call("ACL", "LOAD"))
    check(lines(admin.call("ACL", "USERS")) == ["default", "gone", "kept", "sub"], "users are loaded")
    kept, gone, deaf, sub = (server.client() for _ in range(4))
    ok(kept.call("AUTH", "kept", "pw"))
    ok(gone.call("AUTH", "gone", "x"))
    ok(deaf.call("AUTH", "sub", "x"))
    ok(sub.call("AUTH", "sub", "x"))
    check(sub.call("SUBSCRIBE", "a") is not None, "subscribed")
    path.write_text(f"user kept on #{HASH} ~k +get +ping\nuser sub on nopass &b +@all\n")
    ok(admin.call("ACL", "LOAD"))
    check(is_closed(gone), "a user who is in the file no more is ended")
    check(is_closed(sub), "a subscriber of what is forbidden now is ended")
    check(not is_closed(deaf), "who listens to nothing stays")
    check(not is_closed(kept), "a user whose rules changed stays")
    reply = kept.call("GET", "x")
    check(isinstance(reply, Error) and reply.text.startswith("NOPERM"), "the new rules hold")


def a_bad_file_changes_nothing(server: Server, path: pathlib.Path) -> None:
    admin = server.client()
    before = lines(admin.call("ACL", "LIST"))
    for text, part in [
        ("user a on foo\n", f"{path}:1: "),
        ("user a on\n\nuser b +nosuch\n", f"{path}:3: "),
        ("foo a on\n", "should start with user keyword"),
        ("user\n", "should start with user keyword"),
        ("user a on\nuser a off\n", "Duplicate user 'a' found on line 2"),
        ("user a on (~x +get\n", "Unmatched parenthesis"),
        ("user a on #secret\n", "'(a password)': The password hash must be exactly 64 characters"),
        ("user a on <secret\n", "'(a password)': The password you are trying to remove"),
    ]:
        path.write_text(text)
        reply = admin.call("ACL", "LOAD")
        check(isinstance(reply, Error) and part in reply.text, f"{text!r}: {reply}")
        check(reply.text.endswith("no change to the previously active ACL rules was performed"), str(reply))
        check(lines(admin.call("ACL", "LIST")) == before, "nothing changes")
    check("secret" not in server.log(), "a password is not logged")
    path.unlink()
    reply = admin.call("ACL", "LOAD")
    check(isinstance(reply, Error) and "No such file" in reply.text, str(reply))


def what_is_saved_loads_the_same(server: Server, path: pathlib.Path) -> None:
    admin = server.client()
    rules = ["on", ">pw", "~a*", "%R~b", "&c", "+@read", "-get", "+select|0", "(%W~x +set)", "(~* &* +@all)"]
    ok(admin.call("ACL", "SETUSER", "saved", *rules))
    ok(admin.call("ACL", "SETUSER", 'od"d', "(", "+get", "~)x", ")"))
    ok(admin.call("ACL", "SETUSER", "", "on", "nopass", "+get"))
    before = lines(admin.call("ACL", "LIST"))
    ok(admin.call("ACL", "SAVE"))
    check(path.read_text().splitlines() == before, "the file has the lines of ACL LIST")
    check([p for p in path.parent.iterdir() if p.suffix == ".tmp"] == [], "no file is left over")
    ok(admin.call("ACL", "DELUSER", "saved"))
    ok(admin.call("ACL", "LOAD"))
    check(lines(admin.call("ACL", "LIST")) == before, "what was saved is loaded")


def acl_file(binary: str, folder: pathlib.Path) -> None:
    path = folder / "users.acl"
    path.write_text("")
    with Server(binary, "--aclfile", str(path), "--reactors", "2") as server:
        check(lines(server.client().call("ACL", "LIST")) == [DEFAULT], "an empty file has the default user")
        load_keeps_and_ends_connections(server, path)
        a_bad_file_changes_nothing(server, path)
        what_is_saved_loads_the_same(server, path)
    path.write_text("user a on foo\n")
    check(f"{path}:1" in refused(binary, "--port", "0", "--aclfile", str(path)), "a bad file is named")
    text = refused(binary, "--port", "0", "--aclfile", str(path), "--user", "a", "on")
    check("only one of both" in text, text)


def configuration_file(binary: str, folder: pathlib.Path) -> None:
    path = folder / "server.conf"
    path.write_text(
        "# users\nuser a on >pw ~* +get\nuser b on nopass (+set ~x)\n"
        'user c on ">with blanks" +@all\nrename-command FLUSHALL ""\n'
    )
    with Configured(binary, str(path)) as server:
        admin = server.client()
        client = server.client()
        ok(client.call("AUTH", "c", "with blanks"))
        check(isinstance(admin.call("FLUSHALL"), Error), "a renamed command is gone")
        ok(admin.call("ACL", "SETUSER", "a", "+@all", "-debug"))
        ok(admin.call("ACL", "DELUSER", "b"))
        before = lines(admin.call("ACL", "LIST"))
        ok(admin.call("CONFIG", "REWRITE"))
    text = path.read_text()
    check(text.startswith("# users\n"), text)
    check([line for line in text.splitlines() if line.startswith("user ")] == before, text)
    with Configured(binary, str(path)) as server:
        check(lines(server.client().call("ACL", "LIST")) == before, "the users are those before")
        check(isinstance(server.client().call("FLUSHALL"), Error), "a renamed command is still gone")
    for line, part in [
        ("user a on foo", "Error in user declaration 'a'"),
        ("user a on\nuser a off", "Duplicate user found"),
        ("user a (+get", "Unmatched parenthesis"),
        ("rename-command nosuch x", "No such command in rename-command"),
        ("rename-command get set", "Target command name already exists"),
    ]:
        path.write_text("port 0\n" + line + "\n")
        check(part in refused(binary, str(path)), line)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--server", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        acl_file(options.server, pathlib.Path(folder))
        configuration_file(options.server, pathlib.Path(folder))
    print("users in files: all well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
