"""Who may do what on a node, as it told the checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pitui.facts.node_facts.reach import Reach


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file or folder that others should not read, or not write."""

    use: str
    """`key` (a private key), `login` (who may log in), `secret` (one of Spark's), `hidden` (the
    same, in a folder that others may not enter)."""
    path: str
    mode: int
    owner: str

    @property
    def readable(self) -> bool:
        """Whether everybody may read it."""
        return bool(self.mode & 0o004)

    @property
    def closed(self) -> bool:
        """Whether nobody but its owner may do anything with it."""
        return not self.mode & 0o077

    @property
    def writable(self) -> bool:
        """Whether its group, or everybody, may write it."""
        return bool(self.mode & 0o022)


@dataclass(frozen=True, slots=True)
class OwnedFolder:
    """A folder that Spark writes to."""

    use: str
    """`work`, `logs`, `local` or `pid`."""
    path: str
    mode: int
    owner: str
    group: str

    def open_to(self, user: str, groups: frozenset[str]) -> bool:
        """Whether an account may make files in it."""
        if user == "root":
            return True
        bits = 0o030 if self.group in groups else 0o003
        if user == self.owner:
            bits = 0o300
        return self.mode & bits == bits


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """Logins, keys, firewalls, sessions and owners of one node."""

    host_keys: frozenset[str] = frozenset()
    """Public keys that its SSH server shows, as `TYPE BASE64`."""
    private_files: tuple[PrivateFile, ...] = ()
    passwords_seen: bool = False
    """Whether it could look at the hashes of passwords."""
    default_passwords: tuple[str, ...] = ()
    """Accounts with a password that everybody knows."""
    firewall: str = ""
    """What keeps a firewall there, as far as that is seen without root; empty where nothing is."""
    in_session: frozenset[int] = frozenset()
    """Daemons that belong to somebody's login session, by pid."""
    kills_processes: bool = False
    """Whether the end of a session ends its processes (KillUserProcesses)."""
    lingering: frozenset[str] = frozenset()
    """Accounts whose own services run without a session."""
    owned: tuple[OwnedFolder, ...] = ()
    in_work: Mapping[str, int] = field(default_factory=dict)
    """By account how many folders in work are its own, where work is another's."""
    may_write: frozenset[tuple[str, str]] = frozenset()
    """The account that looked, and a folder of Spark's that it may write to."""
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of the accounts that were asked for; an account that does not exist has none."""
    round_trips_ms: tuple[float, ...] = ()
    """Least time of a packet to the master and back, of each connection to it."""
    probes: tuple[Reach, ...] = ()
    """Tries to connect to ports on which nothing listens."""
