"""The parts of the checks' command that ask who may do what on a node; sh texts.

Nothing secret leaves the node: of keys and passwords only whose they are, and who may read them.
"""

from collections.abc import Sequence

from pitui.remote.quoting import quote, quote_all

# The hashes go from one program to the next on the node. What stands here is no secret: these are
# the passwords that images come with.
_DEFAULT_LOGINS = r"""
default_passwords() {
  command -v perl >/dev/null || return
  $1 getent shadow pi ubuntu debian dietpi "$(id -un)" 2>/dev/null | perl -e '
    my ($seen, %done) = (0);
    while (my $line = <STDIN>) {
      my ($name, $hash) = split /:/, $line;
      $seen = 1;
      next if $done{$name}++ or $hash !~ /^[\$.\/0-9A-Za-z]{13,}$/;
      for my $word ("raspberry", $name) {
        my $made = crypt($word, $hash);
        if (defined $made and $made eq $hash) { print "default-password $name\n"; last }
      }
    }
    print "passwords-seen\n" if $seen;'
}
if [ "$(id -u)" = 0 ]; then default_passwords
elif [ -n "$may_sudo" ] && sudo -n true 2>/dev/null; then default_passwords "sudo -n"; fi
"""

_LOGIN_FILES = r"""
private() { echo "private $1 $(stat -L -c '%a %U' -- "$2") $2"; }
for file in "$HOME"/.ssh/*; do
  case $file in *.pub) continue ;; esac
  [ -f "$file" ] && head -c 64 -- "$file" 2>/dev/null | grep -qa 'PRIVATE KEY' &&
    private key "$file"
done
for file in "$HOME/.ssh" "$HOME/.ssh/authorized_keys"; do
  [ -e "$file" ] && private login "$file"
done
for file in /etc/ssh/ssh_host_*_key.pub; do
  [ -r "$file" ] && read -r kind key _ < "$file" && echo "host-key $kind $key"
done
"""

_FIREWALL = r"""
if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null; then echo "firewall ufw"; else
  for name in firewalld nftables netfilter-persistent; do
    systemctl is-active -q "$name" 2>/dev/null && echo "firewall $name" && break
  done
fi
"""

# A session's processes may be ended with it (KillUserProcesses), a user's units without lingering.
_SESSIONS = r"""
for pid in {pids}; do
  grep -qs '/session-[^/]*[.]scope' "/proc/$pid/cgroup" && echo "in-session $pid"
done
for file in /var/lib/systemd/linger/*; do [ -e "$file" ] && echo "lingers ${{file##*/}}"; done
kills=$(timeout 3 busctl get-property org.freedesktop.login1 /org/freedesktop/login1 \
  org.freedesktop.login1.Manager KillUserProcesses 2>/dev/null)
[ "$kills" = "b true" ] && echo kills-processes
"""

# A folder above that others may not enter hides it. `secrets` and `file` are what the part before
# has: names of secrets, and spark-defaults.conf. A variable may also name a file that holds one.
_PROTECTED_FILES = r"""
protected() {
  use=secret up=$(readlink -f -- "$1")
  while [ "$up" != / ]; do
    up=$(dirname -- "$up")
    case $(stat -c %a -- "$up") in *[1357]) ;; *) use=hidden ;; esac
  done
  echo "private $use $(stat -L -c '%a %U' -- "$1") $1"
}
grep -qisE "^[[:space:]]*[^#[:space:]=:]*($secrets)[^[:space:]=:]*[[:space:]=:]+[^[:space:]]" \
  "$file" && protected "$file"
name="[^#[:space:]=]*($secrets)[^[:space:]=]*" some="[\"']?[^[:space:]\"'$]"
grep -isE "^[[:space:]]*(export[[:space:]]+)?$name=$some" "${file%/*}/spark-env.sh" |
  grep -qviE "^[^=]*_(file|path|dir)=" &&
  protected "${file%/*}/spark-env.sh"
"""

# `work`, `logs`, `local` and `pids` are Spark's folders here, `ifs` is what IFS was.
OWNERS_OF_FOLDERS = r"""
owned() {
  [ -d "$2" ] && echo "owned $1 $(stat -L -c '%a %U %G' -- "$2") $2"
  # An access control list says more than the mode.
  [ -w "$2" ] && [ -x "$2" ] && echo "may-write $(id -un) $2"
}
# Who made what is in it, where that is not its owner.
[ -d "$work" ] && find "$work" -mindepth 1 -maxdepth 1 -type d \
  ! -user "$(stat -L -c %U -- "$work")" -printf 'of-others %u %p\n' 2>/dev/null | head -n 500
owned work "$work"; owned logs "$logs"; owned pid "$pids"
IFS=,
for one in $local; do IFS=$ifs; owned local "$one"; done
IFS=$ifs
"""
"""Asks whose Spark's folders are; sh."""

# The least time that a packet and its answer took, in ms, of what is connected to a port there.
_ROUND_TRIPS = r"""
if command -v ss >/dev/null; then
  ss -Htin state established "( dport = :{port} )" 2>/dev/null |
    sed -n 's/.*minrtt:\([0-9.]*\).*/round-trip \1/p' | head -n 4
fi
"""


def login_facts(pids: Sequence[int], *, sudo: bool) -> str:
    """Return the sh that asks about logins, keys, firewalls and sessions."""
    numbers = " ".join(map(str, pids))
    may_sudo = f"may_sudo={'yes' if sudo else ''}"
    return "\n".join(
        [_LOGIN_FILES, _FIREWALL, _SESSIONS.format(pids=numbers), may_sudo, _DEFAULT_LOGINS]
    )


def protected_files(users: Sequence[str]) -> str:
    """Return the sh that asks who may read Spark's secrets, and which groups accounts have."""
    groups = (
        f'for user in {quote_all(users)}; do echo "groups $user $(id -Gn -- "$user" 2>/dev/null)"; '
        "done"
    )
    return f"{_PROTECTED_FILES}{groups if users else ''}"


def round_trips(port: int) -> str:
    """Return the sh that asks how long packets to a port take."""
    return _ROUND_TRIPS.format(port=port)


def probing(targets: Sequence[tuple[str, int]]) -> str:
    """Return the sh that tries ports on which nothing listens: a refusal comes from the machine.

    Silence, or word of a router, comes from a firewall.
    """
    tries = [
        f"{{ said=$(timeout 3 bash -c 'exec 3<>/dev/tcp/$0/$1' {quote(host, port)} 2>&1); "
        f'echo probe {quote(host, port)} $? "${{said##*: }}"; }} &'
        for host, port in targets
    ]
    return "\n".join(tries)
