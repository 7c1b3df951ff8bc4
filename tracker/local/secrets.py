"""Secrets of one machine, made once and kept for the owner's eyes."""

import json
from pathlib import Path
from secrets import token_hex

NAMES = ("secret_key", "postgres", "valkey")


def local_secrets(var: Path) -> dict[str, str]:
    """Name → secret, from `var/secrets.json` (0600), made at the first start."""
    path = var / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if any(name not in known for name in NAMES):
        known = {name: known.get(name) or token_hex(32) for name in NAMES}
        draft = path.with_suffix(".part")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(known))
        draft.replace(path)
    return known
