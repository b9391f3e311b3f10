"""Secrets that this installation made for itself: the AMI secret and the phones' passwords; for its owner only."""

import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Secrets:
    """`phones` maps an extension to its SIP password."""

    ami: str
    phones: dict[str, str]


def keep(file: Path, extensions: Iterable[str]) -> Secrets:
    """Return the secrets of `file`, making what is missing. The file is written whole, mode 0600."""
    known = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    phones = {**{ext: secrets.token_urlsafe(18) for ext in extensions}, **known.get("phones", {})}
    kept = Secrets(known.get("ami") or secrets.token_urlsafe(24), phones)
    fresh = json.dumps({"ami": kept.ami, "phones": kept.phones})
    if known != json.loads(fresh):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".new")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(fresh)
        part.rename(file)
    return kept
