"""What a node knows of an account."""

from dataclasses import dataclass

from pitui.remote.quoting import quote


@dataclass(frozen=True, slots=True)
class Account:
    """An entry of the user database; empty where there is none."""

    exists: bool = False
    uid: int = -1
    gid: int = -1
    remark: str = ""
    home: str = ""
    home_is_there: bool = False
    """Whether its home is a folder that belongs to it."""
    group_exists: bool = False
    """Whether there is a group of the account's name."""
    password: str = ""
    """`L` locked, `P` set, `NP` none; empty where only root could say and was not asked."""

    def can_log_in(self, made_by: str) -> bool:
        """Whether it has an empty password, or one although its remark says who made it."""
        if self.remark == made_by:
            return self.password in ("P", "NP")
        return self.password == "NP"  # noqa: S105 - a state, not a password


def account_command(user: str) -> str:
    """Return the command whose output `parse_account` reads."""
    name = quote(user)
    return (
        f'e=$(getent passwd {name}) && echo "passwd $e"; '
        f"getent group {name} >/dev/null && echo group; "
        'h=$(echo "$e" | cut -d: -f6); u=$(echo "$e" | cut -d: -f3); '
        '[ -n "$h" ] && [ "$(stat -L -c %u -- "$h" 2>/dev/null)" = "$u" ] && echo home; '
        f'[ "$(id -u)" = 0 ] && echo "password $(passwd -S {name} 2>/dev/null)"; true'
    )


def parse_account(output: str) -> Account:
    """Return the account that `account_command` found."""
    entry: list[str] = []
    password = ""
    lines = output.splitlines()
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "passwd" and rest.count(":") >= 6:
            entry = rest.split(":")
        elif word == "password" and len(rest.split()) > 1:
            password = rest.split()[1]
    if not entry:
        return Account(group_exists="group" in lines)
    return Account(
        exists=True,
        uid=int(entry[2]),
        gid=int(entry[3]),
        remark=entry[4].rstrip(","),
        home=entry[5],
        home_is_there="home" in lines,
        group_exists="group" in lines,
        password=password,
    )


_CLOSED = r"""
d=$p
while [ ! -d "$d" ]; do d=$(dirname -- "$d"); done
if id "$user" >/dev/null 2>&1 && runuser -u "$user" -- test -x "$d" 2>/dev/null; then exit 0; fi
groups=" $(id -Gn "$user" 2>/dev/null) "
passes() { # MODE OWNER GROUP
  [ "$2" = "$user" ] && return
  case $1 in
    *[1357]) ;;
    *[1357]?) case $groups in *" $3 "*) ;; *) return 1 ;; esac ;;
    *) return 1 ;;
  esac
}
while [ "$d" != / ]; do
  passes $(stat -L -c '%a %U %G' -- "$d") || echo "$d"
  d=$(dirname -- "$d")
done
"""


def closed_command(path: str, user: str) -> str:
    """Return the command, for root, that names the folders on the way to a path that are closed.

    That is those that an account, which need not be there yet, cannot pass through.
    """
    return f"p={quote(path)} user={quote(user)}\n{_CLOSED}"
