"""Who runs pitui."""

import os
import pwd


def current_user() -> str:
    """Return the login name of who runs this, or the number of one without a name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
