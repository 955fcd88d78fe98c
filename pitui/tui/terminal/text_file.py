"""Text in a new file that only its owner can read."""

import secrets
from pathlib import Path

from pitui.config.atomic_file import create_file
from pitui.domain.errors import PituiError


def new_text_file(text: str, folder: Path, *, prefix: str, suffix: str) -> Path:
    """Write a text to a file of a new name, whole or not at all; a folder that lacks is made.

    Raises:
        PituiError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{prefix}{secrets.token_hex(4)}{suffix}"
        create_file(path, f"{text}\n".encode(errors="replace"), private=True)
    except OSError as error:
        raise PituiError(f"cannot write to {folder}: {error.strerror}") from error
    return path
