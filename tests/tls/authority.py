"""Certificates for tests, made with the openssl command in a folder of the test's own."""

from __future__ import annotations

import datetime
import pathlib
import subprocess

CONFIGURATION = """
[ca]
default_ca = own
[own]
dir = {folder}
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
certificate = {folder}/ca.crt
private_key = {folder}/ca.key
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
x509_extensions = leaf
[any]
commonName = optional
[leaf]
basicConstraints = CA:FALSE
"""


def openssl(*arguments: str) -> str:
    done = subprocess.run(
        ["openssl", *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60
    )
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def stamp(days: float) -> str:
    """So many days from now, as openssl writes times."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return moment.strftime("%Y%m%d%H%M%SZ")


class Pair:
    """A certificate and its key, as paths."""

    def __init__(self, certificate: pathlib.Path, key: pathlib.Path) -> None:
        self.certificate, self.key = str(certificate), str(key)


class Authority:
    """Signs certificates; `certificate` is its own."""

    def __init__(self, folder: str | pathlib.Path, name: str = "test authority") -> None:
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.certificate = str(self.folder / "ca.crt")
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "ca.cnf").write_text(CONFIGURATION.format(folder=self.folder))
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", str(self.folder / "ca.key"), "-out", self.certificate,
                "-days", "30", "-subj", f"/CN={name}")  # fmt: skip

    def issue(
        self,
        label: str,
        subject: str,
        *,
        names: str = "",
        begins: float = -1,
        ends: float = 30,
        password: str = "",
        rsa: bool = False,
    ) -> Pair:
        """`names` as in subjectAltName; `begins` and `ends` in days from now."""
        pair = Pair(self.folder / f"{label}.crt", self.folder / f"{label}.key")
        request = str(self.folder / f"{label}.csr")
        kind = ["rsa:2048"] if rsa else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        secret = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        extra = ["-addext", f"subjectAltName={names}"] if names else []
        openssl("req", "-newkey", *kind, *secret, "-keyout", pair.key, "-out", request,
                "-subj", f"/CN={subject}" if subject else "/", *extra)  # fmt: skip
        openssl("ca", "-batch", "-notext", "-config", str(self.folder / "ca.cnf"),
                "-startdate", stamp(begins), "-enddate", stamp(ends),
                "-in", request, "-out", pair.certificate)  # fmt: skip
        return pair
