"""How names, hosts, users and keys may be spelled; each rule says what is wrong, or nothing."""

import re
from collections.abc import Callable

from pitui.config.yaml.problem import quoted
from pitui.domain.sizing import LEAST_MEMORY, SMALLEST_EXECUTOR_MIB
from pitui.domain.text.memory_amount import parse_memory

RESERVED = frozenset({"all", "errors", "journal", "master", "workers"})
"""Words that mean something else on the command line."""

_NODE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_HOST = re.compile(r"\w([\w.-]{0,251}\w)?\.?")
_DOTTED_FIGURES = re.compile(r"[0-9.]+")
_USER = re.compile(r"[^\s:/@'\"-][^\s:/@'\"]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROPERTY = re.compile(r"[A-Za-z0-9][\w.$/-]*")
_ACTION = re.compile(r"[a-z][a-z0-9_.-]*")
_KEY = re.compile(r"([a-z0-9_]+\+)*([A-Za-z0-9_]+|[^\s\w,])")


def node_name_problem(text: str) -> str:
    """Return what is wrong with the name of a node, or nothing."""
    if text.casefold() in RESERVED:
        return f"{quoted(text)} means something on the command line; allowed: another name"
    if _NODE_NAME.fullmatch(text):
        return ""
    return (
        f"{quoted(text)} cannot name a node; allowed: up to 63 letters, digits, dots, dashes and "
        "underscores, a letter or digit first and last"
    )


def host_problem(text: str) -> str:
    """Return what is wrong with the name or address of a host, or nothing."""
    allowed = "allowed: a host name, an alias of ~/.ssh/config, an IP address or local"
    if ":" in text or _DOTTED_FIGURES.fullmatch(text):
        return _address_problem(text, allowed)
    if _HOST.fullmatch(text):
        return ""
    if "@" in text:
        return f"found {quoted(text)}; set the user with its own key (user: ...), {allowed}"
    return f"found {quoted(text)}, {allowed}"


def _address_problem(text: str, allowed: str) -> str:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        name, _, port = text.rpartition(":")
        if port.isdecimal() and name.count(":") == 0:
            return f"found {quoted(text)}; set the port with its own key (port: {port}), {allowed}"
        if text.startswith("["):
            return f"found {quoted(text)}; write IPv6 addresses without brackets, {allowed}"
        return f"found {quoted(text)}, {allowed}"
    return ""


def interface_problem(text: str) -> str:
    """Return what is wrong with a fixed address and its prefix, or nothing."""
    from ipaddress import IPv4Interface

    allowed = "allowed: an IPv4 address with its prefix, such as 192.168.1.11/24"
    try:
        found = IPv4Interface(text)
    except ValueError:
        return f"found {quoted(text)}, {allowed}"
    network = found.network
    reserved = (network.network_address, network.broadcast_address)
    if "/" not in text or network.prefixlen > 30 or found.ip in reserved or found.is_loopback:
        return f"found {quoted(text)}, {allowed}"
    return ""


def v4_address_problem(text: str) -> str:
    """Return what is wrong with an IPv4 address, or nothing."""
    from ipaddress import IPv4Address

    return _unless_parsed(text, IPv4Address, "an IPv4 address")


def any_address_problem(text: str) -> str:
    """Return what is wrong with an IP address, or nothing."""
    from ipaddress import ip_address

    return _unless_parsed(text, ip_address, "an IP address")


def _unless_parsed(text: str, parse: Callable[[str], object], what: str) -> str:
    try:
        parse(text)
    except ValueError:
        return f"found {quoted(text)}, allowed: {what} such as 192.168.1.1"
    return ""


def user_problem(text: str) -> str:
    """Return what is wrong with a user name, or nothing."""
    if _USER.fullmatch(text):
        return ""
    return f"found {quoted(text)}, allowed: a user name such as pi"


def memory_problem(text: str) -> str:
    """Return what is wrong with a worker's memory, or nothing."""
    if text == "auto":
        return ""
    allowed = f"allowed: auto, or {LEAST_MEMORY}, such as 768m or 2g"
    try:
        mib = parse_memory(text)
    except ValueError:
        return f"found {quoted(text)}, {allowed}"
    if mib < SMALLEST_EXECUTOR_MIB:
        return f"found {quoted(text)}, less than Spark's smallest executor; {allowed}"
    return ""


def variable_problem(text: str) -> str:
    """Return what is wrong with the name of an environment variable, or nothing."""
    if _VARIABLE.fullmatch(text):
        return ""
    return f"{quoted(text)} cannot name a variable; allowed: letters, digits and underscores"


def spark_property_problem(text: str) -> str:
    """Return what is wrong with the name of a Spark property, or nothing."""
    if _PROPERTY.fullmatch(text):
        return ""
    return f"{quoted(text)} cannot name a property; allowed: names such as spark.executor.memory"


def one_line_problem(text: str) -> str:
    """Return what is wrong with a value that must be on one line, or nothing."""
    if text.isprintable():
        return ""
    return f"found {quoted(text)}, allowed: one line without control characters"


def action_problem(text: str) -> str:
    """Return what is wrong with the id of an action, or nothing."""
    if _ACTION.fullmatch(text):
        return ""
    return f"{quoted(text)} cannot be an action; allowed: ids such as start or zoom"


def key_names_problem(text: str) -> str:
    """Return what is wrong with keys of the keyboard, or nothing."""
    keys = [key.strip() for key in text.split(",")]
    if all(_KEY.fullmatch(key) for key in keys):
        return ""
    return f"found {quoted(text)}, allowed: keys such as s, ctrl+s or f5, several with commas"
