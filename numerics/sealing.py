"""JSON on disk under a seal that tells whether a file is whole.

A file without its seal, or with another, is not trusted: what it would hold is made again. Where the folder
takes nothing, nothing is kept. Simulators keep their programs so; nothing of theory is imported here.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from numerics import evidence, provenance


def write(file: Path, body: Any) -> None:
    """Keeps what JSON can hold."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        evidence.overwrite(file, sealed(body))


def read(file: Path) -> Any:
    """What is kept in a file; None if there is none, or if its seal is broken."""
    try:
        return unsealed(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def sealed(body: Any) -> str:
    return json.dumps({"body": body, "seal": provenance.fingerprint(body)})


def unsealed(text: str) -> Any:
    """ValueError for a text that is not whole."""
    content = json.loads(text)
    if not isinstance(content, dict) or set(content) != {"body", "seal"}:
        raise ValueError("it has no body under a seal")
    if provenance.fingerprint(content["body"]) != content["seal"]:
        raise ValueError("its seal does not fit its content")
    return content["body"]
