"""Each failure to reach a node by its own name, with advice."""

import errno
import re
import socket

import asyncssh

from pitui.domain.errors import Failure, LinkError

_ERRNO = re.compile(r"\[Errno (\d+)\]")

_BY_ERRNO = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.EHOSTUNREACH: Failure.NO_ROUTE,
    errno.ENETUNREACH: Failure.NO_ROUTE,
    errno.EHOSTDOWN: Failure.NO_ROUTE,
    errno.ENETDOWN: Failure.NO_ROUTE,
    errno.EADDRNOTAVAIL: Failure.NO_ROUTE,
    errno.ETIMEDOUT: Failure.TIMED_OUT,
    errno.ECONNRESET: Failure.LOST,
    errno.EPIPE: Failure.LOST,
}

_BY_WORDS = (
    ("refused", Failure.REFUSED),
    ("no route", Failure.NO_ROUTE),
    ("unreachable", Failure.NO_ROUTE),
    ("timed out", Failure.TIMED_OUT),
    ("not known", Failure.NAME_NOT_FOUND),
    ("name resolution", Failure.NAME_NOT_FOUND),
)
"""What sshd says when it cannot open a forwarded connection: strerror(3) or gai_strerror(3)."""

_ADVICE = {
    Failure.NAME_NOT_FOUND: "Check `host` in the config, or give the address; "
    "`ping NAME.local` finds a Pi by mDNS.",
    Failure.NO_ROUTE: "Is the node switched on, and on this network?",
    Failure.REFUSED: "The machine is up, but no SSH server listens there: check the port, "
    "and `sudo systemctl enable --now ssh` on the node.",
    Failure.TIMED_OUT: "Is the node switched on? A firewall may be dropping the connection.",
    Failure.LOST: (
        "The server may be busy (MaxStartups) or refusing us for a while "
        "(PerSourcePenalties); pitui tries again by itself."
    ),
    Failure.PROTOCOL: "Is that the port of an SSH server?",
}


def host_and_port(host: str, port: int) -> str:
    """Return an address in words."""
    return f"{host} port {port}"


def connect_error(node: str, where: str, error: Exception) -> LinkError:
    """Return the named failure that an exception of connecting to `where` means."""
    failure, message = _classify(where, error)
    return link_error(node, failure, message)


LOST = (asyncssh.DisconnectError, OSError)
"""What asyncssh raises where a connection ends while the server's answer is waited for: an error
of its own, or the socket's."""


def link_error(node: str, failure: Failure, message: str, advice: str = "") -> LinkError:
    """Return a failure with the usual advice for it, unless there is better."""
    return LinkError(node, failure, message, advice or _ADVICE.get(failure, ""))


def timed_out(node: str, where: str, limit: float, *, answered: bool) -> LinkError:
    """Return the failure of a node that did not let us in within the limit."""
    if answered:
        message = f"{where} accepted the connection but did not finish the login within {limit:g} s"
        advice = "The node may be hung or overloaded: check its console."
        return link_error(node, Failure.TIMED_OUT, message, advice)
    return link_error(node, Failure.TIMED_OUT, f"no answer from {where} within {limit:g} s")


def _classify(where: str, error: Exception) -> tuple[Failure, str]:
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return Failure.NAME_NOT_FOUND, f"the name of {where} was not found"
    if isinstance(error, OSError):
        return _classify_os(where, error)
    if isinstance(error, asyncssh.ChannelOpenError):
        reason = channel_reason(error)
        return by_words(reason), f"cannot reach {where} through the jump host: {reason}"
    if isinstance(error, asyncssh.ConnectionLost):
        return Failure.LOST, f"{where} closed the connection during the login"
    if isinstance(error, asyncssh.Error):
        return Failure.PROTOCOL, (
            f"{where} and pitui could not agree on the connection: {error.reason}"
        )
    return Failure.PROTOCOL, f"{where}: {error}"


def _classify_os(where: str, error: OSError) -> tuple[Failure, str]:
    numbers = [error.errno] if error.errno else [int(n) for n in _ERRNO.findall(str(error))]
    found = [_BY_ERRNO[number] for number in numbers if number in _BY_ERRNO]
    # Of several addresses the one that answered says most.
    for failure in (Failure.REFUSED, Failure.TIMED_OUT, Failure.NO_ROUTE, Failure.LOST):
        if failure in found:
            words = "connection lost" if failure is Failure.LOST else failure.value
            return failure, f"{where}: {words}"
    return Failure.NO_ROUTE, f"{where}: {error.strerror or error}"


def channel_reason(error: asyncssh.ChannelOpenError) -> str:
    """Return why a server did not open a channel: sshd puts a refusal into the code alone."""
    if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return "the SSH server does not forward connections (AllowTcpForwarding)"
    return error.reason


def by_words(reason: str) -> Failure:
    """Return the failure that a server's reason for not opening a connection means."""
    lowered = reason.lower()
    return next((f for words, f in _BY_WORDS if words in lowered), Failure.PROTOCOL)
