"""Time stamps of RFC 3161: asked of a server that is named, and verified without any.

A stamp says that a server saw a digest at a time. It is kept as the server's reply, which `openssl
ts` reads; the certificates that the server is trusted by come from whoever verifies.
"""

from __future__ import annotations

import re
import tempfile
import urllib.request
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.runs.signatures.tools import ask

__all__ = ["SUFFIX", "Stamp", "ask_for_stamp", "check_stamp", "lock_stamp_name"]

SUFFIX = ".tsr"
SECONDS = 30
LARGEST_REPLY = 1_000_000
NAME_LENGTH = 12
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
TIME = re.compile(r"^Time stamp: (.+) GMT$", re.MULTILINE)
# Of whole seconds or of parts of them.
TIME_FORMATS = ("%b %d %H:%M:%S %Y", "%b %d %H:%M:%S.%f %Y")
IMPRINT_LINE = re.compile(r"^ +[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -])+)", re.MULTILINE)


@frozen
class Stamp:
    """A time stamp: when, and whether the named roots vouch for it.

    `time` is None where the file is no stamp of these bytes; `trusted` is None where no roots
    were named; `why_not` says why it is not trusted.
    """

    time: datetime | None
    trusted: bool | None
    why_not: str = ""


def lock_stamp_name(lock_name: str, lock_sha256: str) -> str:
    """The name of the stamp of a lock: a lock that is made anew leaves the former one its stamp."""
    return f"{lock_name}.{lock_sha256[:NAME_LENGTH]}{SUFFIX}"


def ask_for_stamp(content: bytes, server: str) -> bytes:
    """The reply of the server to the digest of `content`; the content itself is not sent.

    Raises StudyError where the server cannot be asked, or gives no stamp of this digest.
    """
    if not server.startswith(("https://", "http://")):
        raise _no_stamp(server, "no address that begins with https:// or http://")
    with tempfile.TemporaryDirectory() as folder:
        file, query = Path(folder) / "file", Path(folder) / "query.tsq"
        file.write_bytes(content)
        made = ask(
            "openssl", "ts", "-query", "-data", str(file), "-sha256", "-cert", "-out", str(query)
        )
        if not made.agreed:
            raise _no_stamp(server, made.words)
        # The scheme was looked at above, and no redirection leads to a file.
        request = urllib.request.Request(  # noqa: S310
            server, data=query.read_bytes(), headers={"Content-Type": QUERY, "Accept": REPLY}
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as reply:  # noqa: S310
                answer: bytes = reply.read(LARGEST_REPLY)
        except (OSError, ValueError) as error:
            raise _no_stamp(server, str(getattr(error, "reason", error))) from error
    stamp = check_stamp(content, answer, None)
    if stamp.time is None:
        raise _no_stamp(server, stamp.why_not)
    return answer


def _no_stamp(server: str, found: str) -> StudyError:
    return StudyError(
        Problem(
            "the server gave no time stamp",
            path="--timestamp",
            found=f"{server}: {found}",
            expected="a server that answers time-stamp queries of RFC 3161",
            code="timestamp",
        )
    )


def check_stamp(content: bytes, reply: bytes, roots: Path | None) -> Stamp:
    """Whether `reply` is a stamp of `content`, of what time, and whether the roots vouch for it.

    Certificates are judged as of the time of the stamp: a server's certificate that ran out later
    was good then. Raises StudyError where openssl is not there.
    """
    with tempfile.TemporaryDirectory() as folder:
        file, stamp = Path(folder) / "file", Path(folder) / "reply.tsr"
        file.write_bytes(content)
        stamp.write_bytes(reply)
        read = ask("openssl", "ts", "-reply", "-in", str(stamp), "-text")
        time = _time(read.output)
        if not read.agreed or time is None:
            return Stamp(None, None, "it is no time stamp that was granted")
        if _imprint(read.output) != sha256(content).hexdigest():
            return Stamp(None, None, "it is the stamp of another file")
        if roots is None:
            return Stamp(time, None, "no roots were named (--tsa-roots)")
        verified = ask(
            *("openssl", "ts", "-verify", "-data", str(file), "-in", str(stamp)),
            *("-CAfile", str(roots.resolve()), "-attime", str(int(time.timestamp()))),
        )
    if verified.agreed:
        return Stamp(time, trusted=True)
    return Stamp(time, trusted=False, why_not=f"{roots.name} does not vouch for it")


def _time(text: str) -> datetime | None:
    match = TIME.search(text)
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(match.group(1), form).replace(tzinfo=UTC) if match else None
        except ValueError:
            continue
    return None


def _imprint(text: str) -> str:
    """The digest that was stamped, from the dump of its bytes."""
    return "".join(re.sub("[ -]", "", part) for part in IMPRINT_LINE.findall(text))
