"""Keeping what provisioning came to, as a file."""

import json
from collections.abc import Sequence
from pathlib import Path

from pitui.config.whole_file import create_file
from pitui.domain.errors import UsageError
from pitui.domain.json_version import SCHEMA
from pitui.domain.text.printable import printable
from pitui.provision.engine.report import NodeReport, reports_json
from pitui.provision.engine.report_text import report_text


def save(path: Path, reports: Sequence[NodeReport]) -> Path:
    """Write a report: as `provision --json` prints it where the name ends in .json, else as text.

    Returns:
        The path it was written to, absolute.

    Raises:
        UsageError: something is there already, or it cannot be written there.
    """
    target = path.expanduser().absolute()
    if target.suffix == ".json":
        text = json.dumps({"schema": SCHEMA, **reports_json(reports)}, ensure_ascii=False) + "\n"
    else:
        text = "\n".join(printable(line) for line in report_text(reports)) + "\n"
    try:
        create_file(target, text.encode())
    except FileExistsError as error:
        raise UsageError(f"{target} already exists", "Choose another name.") from error
    except OSError as error:
        message = f"cannot write {target}: {error.strerror}"
        raise UsageError(message, "Choose another place.") from error
    return target
