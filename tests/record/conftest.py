"""Keys, allowed signers and a server of time stamps, all made here and of this test alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from .signing_kit import Key, edit, make_key, run_program

SETTINGS = """\
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/ca.pem
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


@pytest.fixture
def study(small_study: Path) -> Path:
    """The small study without reports, which take most of a run's time."""
    edit(small_study, ('reports = ["report", "annex", "csv"]', "reports = []"))
    return small_study


@pytest.fixture
def new_key(tmp_path: Path) -> Callable[[str], Key]:
    return lambda name: make_key(tmp_path, name)


@pytest.fixture
def anna(new_key: Callable[[str], Key]) -> Key:
    return new_key("anna@clinic.example")


@pytest.fixture
def signers(tmp_path: Path, anna: Key) -> Path:
    file = tmp_path / "allowed_signers"
    file.write_text(anna.line(), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an authority for time stamps: ca.pem is the root that vouches for it."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "settings").write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    (folder / "serial").write_text("01\n", encoding="utf-8")
    (folder / "use").write_text("extendedKeyUsage = critical,timeStamping\n", encoding="utf-8")
    new = ("openssl", "req", "-newkey", "rsa:2048", "-nodes")
    run_program(
        *(*new, "-x509", "-days", "30", "-subj", "/CN=Root of the test"),
        *("-keyout", folder / "ca.key", "-out", folder / "ca.pem"),
    )
    run_program(
        *(*new, "-subj", "/CN=Stamps of the test", "-keyout", folder / "tsa.key"),
        *("-out", folder / "tsa.csr"),
    )
    run_program(
        *("openssl", "x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem"),
        *("-CAkey", folder / "ca.key", "-set_serial", "2", "-days", "30"),
        *("-extfile", folder / "use", "-out", folder / "tsa.pem"),
    )
    return folder


@pytest.fixture(scope="session")
def server(authority: Path) -> Iterator[str]:
    """The address of a server on this machine that gives the authority's stamps."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query, reply = authority / "query.tsq", authority / "reply.tsr"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            run_program(
                *("openssl", "ts", "-reply", "-config", authority / "settings"),
                *("-queryfile", query, "-out", reply),
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(reply.read_bytes())

        def log_message(self, *_: object) -> None:
            pass

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/"
    listening.shutdown()
    listening.server_close()
