"""Which settings hold secrets, by their names, and how secrets are compared and not shown."""

import hashlib
import re
from collections.abc import Mapping

SECRET_ID = "SPARK_AUTHENTICATION_ID"  # noqa: S105 - the variable's name
"""The variable of spark-env.sh that tells which shared secret a daemon was started with, without
giving it away; `none` for none."""

SECRET_NAMES = "secret|password|passwd|passphrase|token|credential|(access|api|private)[._-]?key"  # noqa: S105 - a pattern
"""What the names hold, in either case, whose values are hidden, as sed, grep and Python understand
it alike: the defaults of spark.redaction.regex in 3.5 and in 4.3 (which has `credential`, too), and
how variables of the environment are named, which those leave out (`ACCESS_KEY`)."""

_SECRET = re.compile(SECRET_NAMES, re.IGNORECASE)


def holds_secret(name: str) -> bool:
    """Whether the value of a setting, or variable, of this name is hidden."""
    return _SECRET.search(name) is not None


def hide_secrets(env: Mapping[str, str]) -> dict[str, str]:
    """Return variables with a word in the place of each secret, for what only looks.

    What asks whether they are set goes the same way.
    """
    return {name: "set" if holds_secret(name) else value for name, value in env.items()}


def secret_id(value: str) -> str:
    """Return 16 hexadecimal digits by which secrets of 32 random bytes can be compared."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]
