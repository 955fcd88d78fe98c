"""Keeping what provisioning came to, as a file."""

import json
from collections.abc import Sequence
from pathlib import Path

from pitui.config.atomic_file import save_as
from pitui.domain.json_version import SCHEMA
from pitui.domain.text.printable import printable
from pitui.provision.engine.provision_report import NodeReport, reports_json
from pitui.provision.engine.report_text import report_text


def save(path: Path, reports: Sequence[NodeReport]) -> Path:
    """Write a report: as `provision --json` prints it where the name ends in .json, else as text.

    Returns:
        The path it was written to, absolute.

    Raises:
        UsageError: something is there already, or it cannot be written there.
    """
    if path.suffix == ".json":
        text = json.dumps({"schema": SCHEMA, **reports_json(reports)}, ensure_ascii=False) + "\n"
    else:
        text = "\n".join(printable(line) for line in report_text(reports)) + "\n"
    return save_as(path, text.encode())
