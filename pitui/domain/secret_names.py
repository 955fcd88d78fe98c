"""Which settings hold secrets, by their names."""

import re

# Spark's own default of spark.redaction.regex (3.5 to 4.3).
_SECRET = re.compile(r"secret|password|token|access[.]?key", re.IGNORECASE)


def holds_secret(name: str) -> bool:
    """Whether Spark itself would hide the value of a setting of this name."""
    return _SECRET.search(name) is not None
