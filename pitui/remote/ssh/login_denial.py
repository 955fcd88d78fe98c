"""Why a machine does not let us in, in words."""

from collections.abc import Sequence

from pitui.domain.errors import Failure, LinkError
from pitui.remote import ssh_errors
from pitui.remote.quoting import quote
from pitui.remote.ssh.config.ssh_options import Endpoint, SshTarget
from pitui.remote.ssh.keys.keyring import OfferedKeys


def of_keys(
    wanted: SshTarget, endpoint: Endpoint, tried: Sequence[str], keys: OfferedKeys
) -> LinkError:
    """Return the error of a machine that takes none of our keys.

    Args:
        wanted: the machine as it was named.
        endpoint: the machine.
        tried: names of keys that it refused.
        keys: all that there were, and why some could not be offered.
    """
    who = f"{endpoint.user} at {endpoint.where}"
    passed_over = keys.passed_over
    if keys.locked_out:
        file = keys.locked_out[0]
        refused = f"{who} accepts none of the other keys, and " if len(tried) > 1 else ""
        message = f"{refused}the key {file} is locked with a passphrase"
        advice = f"Unlock it for everything with `ssh-add {quote(file)}`."
        return ssh_errors.link_error(wanted.node, Failure.AUTH_FAILED, message, advice)
    others = f"; not offered: {'; '.join(passed_over)}" if passed_over else ""
    if not tried:
        message = f"there is no key to log in as {who}{others}"
        advice = (
            "Create one with `ssh-keygen -t ed25519`, and copy it to the node with `ssh-copy-id`."
        )
        if passed_over:
            advice = f"Fix that, or {advice[0].lower()}{advice[1:]}"
    else:
        message = f"{who} accepts none of these keys: {', '.join(tried)}{others}"
        target = f"{endpoint.user}@{wanted.host}"
        advice = f"Check `user`, or install the key: ssh-copy-id -p {endpoint.port} {target}"
    return ssh_errors.link_error(wanted.node, Failure.AUTH_FAILED, message, advice)


def of_password(wanted: SshTarget, endpoint: Endpoint, *, asked: bool) -> LinkError:
    """Return the error of a machine that did not take our password; `asked` for it or not."""
    who = f"{endpoint.user} at {endpoint.where}"
    if asked:
        message = f"{who} does not accept this password"
        return ssh_errors.link_error(wanted.node, Failure.AUTH_FAILED, message)
    message = f"{who} accepts no passwords, only keys"
    advice = "Install a key from a machine that can log in, or at the node's console."
    return ssh_errors.link_error(wanted.node, Failure.KEY_ONLY, message, advice)
