"""The rules of CONTRIBUTING.md that a machine can check. Prints every breach; ends with 0 if none.

Each function whose name begins with `rule_` is one rule and yields breaches as text. An exception
to a rule is an entry in one of the tables here, with its reason.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import fnmatch
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
from typing import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "lib"))

from server import Server  # noqa: E402

# DESIGN section 1: who may include whom. A folder includes itself and what is named here.
LAYERS = {
    "core": set(),
    "storage": {"core"},
    "streams": {"storage", "core"},
    "groups": {"streams", "storage", "core"},
    "types": {"storage", "core"},
    "broker": {"groups", "streams", "types", "storage", "core"},
    "clients": {"core"},
    "examples": {"clients", "core"},
}
# Inside types/ a data type knows only these others. `generic` is the commands of every type.
TYPES = {
    "hll": {"string"},
    "bitmap": {"string"},
    "geo": {"zset"},
    "zset": {"set"},
    "sort": {"list", "set", "zset", "hash", "string"},
    "search": {"hash", "json", "geo", "vector"},
}
# Foreign headers (a file, or all of a folder) that one of our folders hides from all others.
HIDDEN = {"ev.h": "broker/net", "openssl/": "broker/net", "lua.h": "broker/script"}
HIDDEN_BUT = {  # "path includes": why it may all the same
    "broker/acl/acl_hash.c openssl/evp.h": "SHA-256 of passwords: a digest, no TLS",
    "broker/script/engine.h openssl/evp.h": "SHA-1 of scripts: likewise",
}

FUNCTION_LINES = 70
FILE_LINES = 900
LONG_FUNCTIONS: dict[str, str] = {}  # "path:function": why it is better so
LONG_FILES: dict[str, str] = {}  # "path": why it is better so

# Commands no transcript can hold, and why.
NO_TRANSCRIPT = {
    "shutdown": "ends the server; every test that stops a server proves the graceful end",
}

FLAGS = ("-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes "
         "-Wvla -Wwrite-strings -Wundef -Wformat=2 -Werror").split()  # fmt: skip
# Headers of programs that use these need them first, as their manuals say.
NEEDED_BEFORE = {"cmocka.h": ["stdarg.h", "stddef.h", "stdint.h", "setjmp.h"]}

INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def all_files() -> list[pathlib.Path]:
    """What git knows or would add; without git, everything outside build folders."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"]
    try:
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        paths = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
        names = [str(path) for path in paths if not re.match(r"build|\.git/|.*/node_modules/", str(path))]
    return sorted(path for name in set(names) if (path := ROOT / name).is_file())


FILES = all_files()
SOURCES = [path for path in FILES if path.suffix in (".c", ".h")]
HEADERS = [path for path in SOURCES if path.suffix == ".h"]


def name_of(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT))


def read(path: pathlib.Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def includes(path: pathlib.Path) -> list[tuple[str, str]]:
    """(quote or angle, what) of each include line."""
    return INCLUDE.findall(read(path))


# Directives whose field nothing reads, and why.
UNREAD_FIELDS = {"list-compress-depth": "COMPATIBILITY.md says so beside the lists"}

DIRECTIVE = re.compile(r'\{("[^"]*"(?:"[^"]*"|[^"}])*)\}')


def directives() -> list[tuple[str, str]]:
    """Name and text of each entry of the table."""
    table = read(ROOT / "broker/config/directives.c").split("directives[] = {")[1]
    return [(entry.split('"')[1], " ".join(entry.split())) for entry in DIRECTIVE.findall(table)]


def rule_no_directive_is_ignored_in_silence() -> Iterator[str]:
    """It has a field that is read somewhere, or is read as text, or COMPATIBILITY.md has its name."""
    section = read(ROOT / "COMPATIBILITY.md").split("## Directives without effect")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.M)
    named = {name: False for row in rows for name in re.findall(r"`([^`]*)`", row)}
    code = "".join(
        read(path)
        for path in SOURCES
        if name_of(path) != "broker/config/directives.c" and not name_of(path).startswith("tests/")
    )
    for name, entry in directives():
        field = re.search(r"\bFIELD\((?:\w+\.)*(\w+)\)", entry)
        matches = [each for each in named if fnmatch.fnmatch(name, each)]
        if field:
            if not re.search(rf"(\.|->){field[1]}\b", code) and name not in UNREAD_FIELDS:
                yield f"{name}: nothing reads {field[1]}; make it NO_FIELD and say so in COMPATIBILITY.md"
        elif "DIRECTIVE_TEXT" in entry:
            if name not in ("include", "save", "user") and f'"{name}"' not in code:
                yield f"{name}: nothing asks for its text"
        elif "DIRECTIVE_IGNORED" not in entry and not matches:
            yield f"{name} has no effect, and COMPATIBILITY.md does not say so"
        for each in matches:
            named[each] = True
            if field or "DIRECTIVE_TEXT" in entry:
                yield f"{name} has an effect, and COMPATIBILITY.md says it has none"
    for each in [name for name, used in named.items() if not used]:
        yield f"COMPATIBILITY.md: there is no directive {each}"


# --- Structure.


def rule_layers_go_one_way() -> Iterator[str]:
    for path in SOURCES:
        layer = path.relative_to(ROOT).parts[0]
        if layer not in LAYERS:
            continue
        for _, target in includes(path):
            other = target.split("/")[0]
            if "/" in target and other in LAYERS and other not in LAYERS[layer] | {layer}:
                yield f"{name_of(path)} includes {target}: {layer} may not know {other}"


def rule_types_know_only_the_types_of_the_design() -> Iterator[str]:
    for path in SOURCES:
        parts = path.relative_to(ROOT).parts
        if parts[0] != "types" or len(parts) < 3:
            continue
        for _, target in includes(path):
            other = target.split("/")
            if other[0] != "types" or len(other) < 3 or other[1] == parts[1]:
                continue
            if other[1] not in TYPES.get(parts[1], set()):
                yield f"{name_of(path)} includes {target}: types/{parts[1]} may not know {other[1]}"


def rule_an_internal_header_stays_in_its_folder() -> Iterator[str]:
    for path in SOURCES:
        folder = path.relative_to(ROOT).parent
        for _, target in includes(path):
            home = pathlib.Path(target).parent
            if target.endswith("_internal.h") and "/" in target and home != folder and folder.parts[0] != "tests":
                yield f"{name_of(path)} includes {target}"


def rule_libev_and_openssl_are_known_in_one_folder() -> Iterator[str]:
    for path in SOURCES:
        if path.relative_to(ROOT).parts[0] in ("tests", "examples"):
            continue
        for _, target in includes(path):
            home = HIDDEN.get(target) or HIDDEN.get(target.split("/")[0] + "/")
            if f"{name_of(path)} {target}" in HIDDEN_BUT:
                continue
            if home and path.relative_to(ROOT).parts[0] != "clients" and not name_of(path).startswith(home + "/"):
                yield f"{name_of(path)} includes <{target}>, which only {home} may"


def rule_a_source_includes_its_own_header_first() -> Iterator[str]:
    for path in SOURCES:
        own = path.with_suffix(".h")
        if path.suffix != ".c" or not own.exists():
            continue
        first = next((target for _, target in includes(path)), "").replace("_internal.h", ".h")
        if first not in (name_of(own), own.name):
            yield f"{name_of(path)} includes {first or 'nothing'} first, not {name_of(own)}"


@functools.cache
def lua_flags() -> list[str]:
    """Debian has several Luas beside each other, so the headers are in a folder of their own."""
    return subprocess.run(["pkg-config", "--cflags", "lua5.1"], capture_output=True, text=True, check=True).stdout.split()


def compile_alone(path: pathlib.Path) -> str:
    before = [word for _, target in includes(path) for word in NEEDED_BEFORE.get(target, [])]
    text = "".join(f"#include <{word}>\n" for word in before) + f'#include "{path}"\n'
    command = ["cc", "-fsyntax-only", "-xc", *FLAGS, *lua_flags(), "-I", str(ROOT), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{name_of(path)} does not compile alone:\n{done.stderr[:800]}"


def rule_every_header_compiles_alone() -> Iterator[str]:
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from filter(None, pool.map(compile_alone, HEADERS))


# --- Size.


def functions(text: str) -> Iterator[tuple[str, int, int]]:
    """(name, line, number of lines) of each function: Linux braces put both in the first column."""
    lines = text.splitlines()
    start = 0
    for at, line in enumerate(lines):
        if line == "{":
            start = at
            while start > 0 and lines[start - 1] and not re.match(r"[};#/*]| \*|.*[;}]$", lines[start - 1]):
                start -= 1
        elif line == "}" and start:
            names = re.findall(r"(\w+)\(", " ".join(lines[start : start + 4]))
            yield (names[0] if names else "?"), start + 1, at - start + 1
            start = 0


def rule_functions_are_short() -> Iterator[str]:
    for path in SOURCES:
        for name, line, count in functions(read(path)):
            if count > FUNCTION_LINES and f"{name_of(path)}:{name}" not in LONG_FUNCTIONS:
                yield f"{name_of(path)}:{line}: {name} has {count} lines, more than {FUNCTION_LINES}"


def rule_files_are_short() -> Iterator[str]:
    for path in FILES:
        if path.suffix not in (".c", ".h", ".py") or name_of(path) in LONG_FILES:
            continue
        count = len(read(path).splitlines())
        if count > FILE_LINES:
            yield f"{name_of(path)} has {count} lines, more than {FILE_LINES}"


# --- Completeness.


def rule_every_folder_says_what_it_is() -> Iterator[str]:
    for folder in sorted({path.relative_to(ROOT).parts[0] for path in SOURCES}):
        if not (ROOT / folder / "README.md").exists():
            yield f"{folder}/ has no README.md"


def commands_of(binary: str) -> list[str]:
    """Every command of a running server, and container|subcommand of its containers."""
    with Server(binary, "--enable-debug-command", "yes") as server:
        client = server.client()
        names = []
        for details in client.call("COMMAND"):
            subcommands = [sub[0].decode() for sub in details[9]] if len(details) > 9 else []
            names += subcommands or [details[0].decode()]
        client.close()
    return sorted(names)


def rule_every_command_has_a_transcript(binary: str) -> Iterator[str]:
    text = "\n".join(read(path) for path in FILES if path.suffix == ".t")
    lines = re.findall(r'^(?:\w+>|wait \d+) *"?([\w.-]+)"?(?: +"?([\w-]+)"?)?', text, re.M)
    sent = {name.lower() for name, _ in lines} | {f"{a}|{b}".lower() for a, b in lines}
    for name in commands_of(binary):
        if name not in sent and name not in NO_TRANSCRIPT:
            yield f"no transcript under tests/wire sends {name.replace('|', ' ').upper()}"


def rule_the_root_has_what_newcomers_look_for() -> Iterator[str]:
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md"):
        if not (ROOT / name).is_file():
            yield f"there is no {name}"


# --- Text.


def rule_no_path_of_one_machine() -> Iterator[str]:
    foreign = re.compile("/" + r"(work/|tmp/ms\b|root/)")
    for path in FILES:
        for number, line in enumerate(read(path).splitlines(), 1):
            if foreign.search(line):
                yield f"{name_of(path)}:{number}: a path of one machine: {line.strip()[:80]}"


def rule_every_todo_names_its_issue() -> Iterator[str]:
    loose = re.compile(r"\b(TO" + r"DO(?!\(#\d+\))|FIX" + r"ME|XX" + r"X\b)")  # not mkstemp's X
    for path in SOURCES:
        for number, line in enumerate(read(path).splitlines(), 1):
            if loose.search(line):
                yield f"{name_of(path)}:{number}: {line.strip()[:80]}"


def rule_clang_format_decides_the_layout() -> Iterator[str]:
    tool = shutil.which("clang-format-14")
    if not tool:
        print("clang-format-14 is not here: the layout is not checked")
        return
    for path in SOURCES:
        done = subprocess.run([tool, "--dry-run", "-Werror", str(path)], capture_output=True, check=False)
        if done.returncode != 0:
            yield f"{name_of(path)}: run clang-format-14 -i on it"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", help="the server whose commands must have transcripts")
    parser.add_argument("--only", default="", help="rules with this in their name")
    options = parser.parse_args()
    breaches = 0
    for name, rule in list(globals().items()):
        if not name.startswith("rule_") or options.only not in name:
            continue
        if name == "rule_every_command_has_a_transcript":
            found = list(rule(options.server)) if options.server else []
        else:
            found = list(rule())
        breaches += len(found)
        print(f"{name[5:].replace('_', ' ')}: {len(found) or 'kept'}")
        for breach in found:
            print(f"  {breach}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
