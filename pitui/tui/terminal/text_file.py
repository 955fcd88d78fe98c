"""Text in a new file that only its owner can read."""

import os
import tempfile
from pathlib import Path

from pitui.domain.errors import PituiError


def new_text_file(text: str, folder: Path, *, prefix: str, suffix: str) -> Path:
    """Write a text to a file of a new name, whole or not at all; a folder that lacks is made.

    Raises:
        PituiError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(suffix, prefix, folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text + "\n")
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PituiError(f"cannot write to {folder}: {error.strerror}") from error
    return Path(name)
