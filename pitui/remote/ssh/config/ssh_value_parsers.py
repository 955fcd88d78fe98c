"""What a line of ssh_config(5) may say after its keyword, as in OpenSSH's readconf.c."""

import re
import socket
from collections.abc import Callable, Mapping

from pitui.remote.ssh.config.ssh_match import CriteriaError
from pitui.remote.ssh.config.ssh_tokens import expand_dollar

_HOP = re.compile(r"(?:(?P<user>.+)@)?(?P<host>\[[^\]]+\]|[^\[\]:/@]+)(?::(?P<port>\w*))?")
_URI = re.compile(r"ssh://(?:(?P<user>[^@]+)@)?(?P<host>[^\[\]:/@]+)(?::(?P<port>\d+))?/?")
MAX_HOST_FILES = 32
"""As in OpenSSH's readconf.h."""

_YES_NO = {"yes": "yes", "true": "yes", "no": "no", "false": "no"}
_PUBLIC_KEY = {
    "yes": "true",
    "true": "true",
    "no": "false",
    "false": "false",
    "unbound": "unbound",
    "host-bound": "host-bound",
}
_FAMILIES = {name: name for name in ("any", "inet", "inet6")}

Value = Callable[[str, list[str], str], list[str]]
"""Returns the values of a line: keyword, words, text. It raises CriteriaError where they make no
sense to ssh."""


def single_value(keyword: str, words: list[str], _text: str) -> list[str]:
    """Return the only word of a line.

    Raises:
        CriteriaError: there is none, or more.
    """
    if not words or not words[0]:
        raise CriteriaError("missing argument.")
    if len(words) > 1:
        raise CriteriaError(f'keyword "{keyword}" extra arguments at end of line')
    return words


def _several_values(keyword: str, words: list[str], _text: str) -> list[str]:
    if not words or "" in words:
        raise CriteriaError(f"keyword {keyword} empty argument")
    if len(words) > MAX_HOST_FILES:
        raise CriteriaError(f"too many files of known hosts; at most {MAX_HOST_FILES}")
    if len(words) > 1 and "none" in (word.lower() for word in words):
        raise CriteriaError(f"keyword {keyword} 'none' argument must appear alone.")
    return words


def _port_value(keyword: str, words: list[str], text: str) -> list[str]:
    (word,) = single_value(keyword, words, text)
    if word.isascii() and word.isdigit() and 0 < int(word) < 2**16:
        return [str(int(word))]
    try:
        return [str(socket.getservbyname(word, "tcp"))]
    except OSError as error:
        raise CriteriaError(f"Bad port '{word}'.") from error


def _choice(choices: Mapping[str, str]) -> Value:
    def value(keyword: str, words: list[str], text: str) -> list[str]:
        (word,) = single_value(keyword, words, text)
        if word.lower() not in choices:
            raise CriteriaError(f'unsupported option "{word}".')
        return [choices[word.lower()]]

    return value


def _agent_value(keyword: str, words: list[str], text: str) -> list[str]:
    (word,) = single_value(keyword, words, text)
    expand_dollar(word)
    if word.startswith("$") and not re.fullmatch(r"\$\{.*|\$\w+", word):
        raise CriteriaError(f"Invalid environment name {word}.")
    return [word]


def _command(_keyword: str, _words: list[str], text: str) -> list[str]:
    return [text.lstrip(" \t\r\n=")]


def _jump(_keyword: str, _words: list[str], text: str) -> list[str]:
    text = text.partition("#")[0].split(maxsplit=1)[0]
    if text.lower() == "none":
        return [text]
    *before, last = text.split(",")
    hops = [jump_host(hop) for hop in (*before, last)]
    if None in hops or hops[-1] is None:
        raise CriteriaError(f'Invalid ProxyJump "{text}"')
    user, host, port = hops[-1]
    host = f"[{host}]" if ":" in host or not host.strip("0123456789.") else host
    shown = f"{user}@" * bool(user) + host + f":{port}" * bool(port)
    return [",".join([*before, shown])]


def jump_host(text: str) -> tuple[str, str, str] | None:
    """Return user, host and port of a jump host; None where it is not valid."""
    match = _URI.fullmatch(text) if text.startswith("ssh://") else _HOP.fullmatch(text)
    if match is None:
        return None
    port = match["port"] or ""
    try:
        (port,) = _port_value("port", [port], "") if port else ("",)
    except CriteriaError:
        return None
    return match["user"] or "", match["host"].strip("[]"), port


VALUES: Mapping[str, Value] = {
    **dict.fromkeys(
        (
            "user", "hostname", "hostkeyalias", "bindaddress", "bindinterface", "tag",
            "identityfile", "certificatefile", "ciphers", "macs", "kexalgorithms",
            "hostkeyalgorithms", "pubkeyacceptedalgorithms",
        ),
        single_value,
    ),
    **dict.fromkeys(("userknownhostsfile", "globalknownhostsfile"), _several_values),
    **dict.fromkeys(("identitiesonly", "proxyusefdpass"), _choice(_YES_NO)),
    "pubkeyauthentication": _choice(_PUBLIC_KEY),
    "addressfamily": _choice(_FAMILIES),
    "port": _port_value,
    "identityagent": _agent_value,
    "proxycommand": _command,
    "proxyjump": _jump,
}  # fmt: skip
"""By keyword; those that are not here are of no use to pitui."""
