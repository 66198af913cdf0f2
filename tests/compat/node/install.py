"""Installs package.json's clients into a folder of the build: install.py FOLDER. Copies the programs too."""

import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for path in [HERE / "package.json", *HERE.glob("*.js")]:
        shutil.copy(path, folder / path.name)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(folder)]
    return subprocess.run(command, timeout=300).returncode


if __name__ == "__main__":
    sys.exit(main())
