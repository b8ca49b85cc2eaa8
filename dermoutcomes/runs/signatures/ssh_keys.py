"""Signatures by ssh keys: made by `ssh-keygen -Y sign`, and held against allowed signers."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.runs.signatures.tools import ask

__all__ = [
    "NAMESPACE",
    "KeyCheck",
    "Signers",
    "allowed_signers",
    "check_key",
    "fingerprint",
    "sign_file",
]

# A signature that was made for something else, as a commit, is none of a run.
NAMESPACE = "dermoutcomes-run"
GOOD = re.compile(r"with (\S+) key (SHA256:\S+)")
# ssh-keygen also takes a file that goes on behind the end of the signature.
ARMOR = re.compile(
    rb"-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END SSH SIGNATURE-----\s*"
)


@frozen
class Signers:
    """Who may sign: a file of allowed signers as OpenSSH has it, and one of revoked keys."""

    allowed: Path
    revoked: Path | None = None


@frozen
class KeyCheck:
    """What the keys say of a signature.

    `key` is None where it is no signature of these bytes. `signer` is the name that the allowed
    signers have for the key; `why_not` says why there is none.
    """

    key: str | None
    kind: str
    signer: str | None
    why_not: str


def fingerprint(key: Path) -> str:
    """The fingerprint of a key, or of the public key beside it, as SHA256:….

    Raises StudyError for what is no key.
    """
    answer = ask("ssh-keygen", "-l", "-f", str(key.resolve())) if key.is_file() else None
    found = answer and answer.agreed and re.search(r"SHA256:\S+", answer.output)
    if not found:
        raise StudyError(
            Problem(
                "this is no key that can sign",
                path="--key",
                found=f"{key}" + (f": {answer.words}" if answer else ": no such file"),
                expected="a key of OpenSSH, as ~/.ssh/id_ed25519; its public half (.pub) where the "
                "key is with ssh-agent or on a token",
                hint="`ssh-keygen -t ed25519 -f signing_key` makes one",
                code="sign-key",
            )
        )
    return found.group(0)


def sign_file(path: Path, key: Path) -> Path:
    """Sign a file; the signature stands beside it, as PATH.sig.

    ssh-keygen asks for the passphrase on the terminal. Raises StudyError where it does not sign.
    """
    answer = ask(
        "ssh-keygen", "-Y", "sign", "-f", str(key.resolve()), "-n", NAMESPACE, str(path.resolve())
    )
    signature = path.with_name(f"{path.name}.sig")
    if not answer.agreed or not signature.is_file():
        raise StudyError(
            Problem(
                "ssh-keygen did not sign",
                path="--key",
                found=answer.words,
                expected="a private key whose passphrase is known, or the public half of one that "
                "ssh-agent or a token has",
                code="sign-key",
            )
        )
    return signature


def check_key(
    content: bytes, signature: Path, signers: Signers | None, at: datetime | None
) -> KeyCheck:
    """Whether `signature` is one of `content`, and whose.

    `at` is the time for which `valid-after`, `valid-before` and their like are asked.
    """
    if not _is_one_signature(signature.read_bytes()):
        why = "it is no signature of this statement: more or less than a signature stands there"
        return KeyCheck(None, "", None, why)
    where = str(signature.resolve())
    good = ask("ssh-keygen", "-Y", "check-novalidate", "-n", NAMESPACE, "-s", where, stdin=content)
    match = GOOD.search(good.output)
    if not good.agreed or match is None:
        return KeyCheck(None, "", None, f"it is no signature of this statement: {good.words}")
    kind, key = match.groups()
    if signers is None:
        return KeyCheck(key, kind, None, "no allowed signers were named")
    time = [] if at is None else [f"-Overify-time={at.astimezone(UTC):%Y%m%d%H%M%SZ}"]
    allowed = str(signers.allowed.resolve())
    found = ask("ssh-keygen", "-Y", "find-principals", "-s", where, "-f", allowed, *time)
    names = found.output.splitlines() if found.agreed else []
    if not names:
        return KeyCheck(key, kind, None, _why_unknown(key, signers.allowed, found.complaints))
    whose = ("-f", allowed, "-I", names[0], "-n", NAMESPACE, "-s", where, *time)
    verified = ask("ssh-keygen", "-Y", "verify", *whose, stdin=content)
    if not verified.agreed:
        return KeyCheck(key, kind, None, _reason(verified.complaints, verified.words))
    if signers.revoked is not None:
        revoked = ("-r", str(signers.revoked.resolve()))
        if not ask("ssh-keygen", "-Y", "verify", *whose, *revoked, stdin=content).agreed:
            return KeyCheck(key, kind, None, f"the key is revoked in {signers.revoked.name}")
    return KeyCheck(key, kind, names[0], "")


def _is_one_signature(content: bytes) -> bool:
    """Whether a file holds a signature of OpenSSH and nothing else, written as it is written once."""
    match = ARMOR.fullmatch(content)
    if match is None:
        return False
    body = b"".join(match[1].split())
    try:
        return base64.b64encode(base64.b64decode(body, validate=True)) == body
    except binascii.Error:
        return False


def _why_unknown(key: str, allowed: Path, complaints: str) -> str:
    """Whether the list has the key and does not let it sign then, or has it not at all."""
    if key in _fingerprints(allowed):
        return _reason(complaints, "the allowed signers do not let this key sign")
    return f"the allowed signers in {allowed.name} do not have its key"


def _reason(complaints: str, otherwise: str) -> str:
    """The complaint of ssh-keygen without the path before it."""
    for line in complaints.splitlines():
        _, separator, rest = line.partition(": ")
        if separator and "key" in rest:
            return rest.strip()
    return otherwise


def _fingerprints(allowed: Path) -> set[str]:
    text = allowed.read_text(encoding="utf-8", errors="replace")
    prints = set()
    for word in text.split():
        try:
            blob = base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            continue
        digest = base64.b64encode(sha256(blob).digest()).decode().rstrip("=")
        prints.add(f"SHA256:{digest}")
    return prints


def allowed_signers(allowed: Path | None, revoked: Path | None) -> Signers | None:
    """The signers that were named. Raises StudyError for a list without a key."""
    if allowed is None:
        return None
    if not _fingerprints(allowed):
        raise StudyError(
            Problem(
                "no allowed signer stands in this file",
                str(allowed),
                path="--signers",
                expected="a line a key, as: anna.meier@clinic.example ssh-ed25519 AAAAC3… "
                "(man ssh-keygen, ALLOWED SIGNERS)",
                code="signers",
            )
        )
    return Signers(allowed, revoked)
