# shellcheck shell=bash
# Sets a checkout up: a virtual environment with the locked packages, and what apt has to bring.
# Sourced by scripts/demo and scripts/test. Fast when nothing is to be done.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
SPARK35=$ROOT/.venv-spark35
LOG=$ROOT/.setup.log

# shellcheck source=scripts/pythons.sh
. "$ROOT/scripts/pythons.sh"

# Where Debian keeps sshd, debootstrap and ip is on root's path alone.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# pip unpacks Spark, and Spark shuffles, where temporary files are: on the disk, as /tmp may be RAM.
if [ -z "${TMPDIR:-}" ] && [ -d /var/tmp ] && [ -w /var/tmp ]; then export TMPDIR=/var/tmp; fi

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }

log_named=

# Runs a command with its output in the log, of which the end is shown where it fails.
logged() { # COMMAND...
    local start status=0
    [ -n "$log_named" ] || printf '   (what the tools say goes to %s)\n' "$LOG" >&2
    log_named=yes
    printf '\n$ %s\n' "$*" >>"$LOG"
    start=$(wc -l <"$LOG")
    "$@" </dev/null >>"$LOG" 2>&1 || status=$?
    [ "$status" = 0 ] || {
        tail -n "+$((start + 1))" "$LOG" | tail -n 25 >&2
        printf '%s ended with %s; all of it is in %s\n' "$1" "$status" "$LOG" >&2
    }
    return "$status"
}

# What runs a command as root without a question: nothing for root, `sudo -n` where that works.
BECOME=()
may_become_root() {
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        BECOME=(sudo -n)
    fi
}

# Installs Debian packages, or says what to type.
apt_install() {
    local options=(-o DPkg::Lock::Timeout=300)
    command -v apt-get >/dev/null ||
        die "Install these with your package manager, by whatever name it has them: $*"
    may_become_root ||
        die "This is missing here. Type: sudo apt-get update && sudo apt-get install -y $*"
    say "apt-get install $*"
    logged "${BECOME[@]}" apt-get "${options[@]}" update || die "apt-get update failed"
    logged "${BECOME[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get "${options[@]}" install -y --no-install-recommends "$@" || die "apt-get install $* failed"
}

# Prints the first of the named packages that this distribution has.
available() {
    local name
    for name in "$@"; do
        if [ -n "$(apt-cache show "$name" 2>/dev/null)" ]; then
            printf '%s\n' "$name"
            return
        fi
    done
    printf '%s\n' "$1"
}

java_is_good() {
    local program=java version
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then program=$JAVA_HOME/bin/java; fi
    version=$("$program" -XX:-UsePerfData -XshowSettings:properties -version 2>&1 |
        sed -n 's/^ *java.specification.version = //p') || return 1
    case $version in '' | *[!0-9]*) return 1 ;; esac # `1.8` is Java 8
    [ "$version" -ge 17 ]
}

setup_system() { # demo | tests
    local missing=() shell
    : >"$LOG"
    PYTHON=$(oldest_python) || exit 1
    java_is_good || missing+=("$(available openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless)")
    command -v ps >/dev/null || missing+=(procps)
    # Debian keeps what makes environments in a package of its own.
    command -v uv >/dev/null || "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
        missing+=(python3-venv)
    if [ "$1" = tests ]; then
        command -v ip >/dev/null || missing+=(iproute2)
        command -v sshd >/dev/null || missing+=(openssh-server)
        command -v ssh >/dev/null || missing+=(openssh-client)
        ls /usr/lib/*/libnss_wrapper.so >/dev/null 2>&1 || missing+=(libnss-wrapper) # gives ssh -G another home
        for shell in zsh fish tcsh; do # logins of the nodes in tests/remote and tests/spark
            command -v "$shell" >/dev/null || missing+=("$shell")
        done
        command -v lnav >/dev/null || missing+=(lnav) # benchmarks/logs.py compares with it
        if may_become_root; then # the lab of Debian machines (tests/lab) needs root
            command -v debootstrap >/dev/null || missing+=(debootstrap)
            command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
        fi
    fi
    [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

make_venv() { # PYTHON FOLDER
    "$2/bin/python" -c '' 2>/dev/null || rm -rf "$2" # its Python may be gone
    if command -v uv >/dev/null; then
        logged uv venv --quiet --allow-existing --python "$1" "$2"
    else
        logged "$1" -m venv "$2"
    fi
}

# Installs into a virtual environment with uv or pip, from the index this machine uses. A wheel that
# has to be made is not compressed: Spark's is, and most of it are jars.
install() { # FOLDER OPTIONS...
    local folder=$1
    local -x DIST_EXTRA_CONFIG=$ROOT/scripts/wheels.cfg
    shift
    if command -v uv >/dev/null; then
        logged uv pip install --python "$folder/bin/python" "$@"
    else
        logged "$folder/bin/python" -m pip --disable-pip-version-check install --no-input "$@"
    fi
}

# Runs a command as root: this machine's indexes and proxies hold for it too, and what it keeps
# goes to this user's cache. Nothing of it is written into the checkout.
as_root() { # COMMAND...
    local name kept=()
    if [ "$(id -u)" = 0 ]; then
        "$@"
        return
    fi
    for name in $(compgen -e); do
        case $name in
            PATH | TMPDIR | CI | LANG | PITUI_* | PIP_* | *_proxy | *_PROXY | SSL_CERT_* | REQUESTS_CA_BUNDLE)
                kept+=("$name=${!name}") ;;
        esac
    done
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}
    mkdir -p "$cache" # only what is root's own in it is to be root's
    "${BECOME[@]}" -H env "${kept[@]}" PYTHONDONTWRITEBYTECODE=1 "XDG_CACHE_HOME=$cache" "$@"
}

# Prints what the environment was made from, to see whether that changed.
fingerprint() { # PYTHON
    "$1" -c 'import sys; print(sys.version, sys.prefix)'
    printf '%s\n' "$ROOT"
    cat "$ROOT/pyproject.toml" "$ROOT/uv.lock" "$ROOT/scripts/setup.sh" "$ROOT/scripts/requirements.py"
}

is_from() { # FOLDER FINGERPRINT
    [ "$(cat "$1/.pitui-setup" 2>/dev/null)" = "$2" ] && "$1/bin/python" -c 'import pitui' 2>/dev/null
}

setup_python() {
    local wanted
    wanted=$(fingerprint "$PYTHON" | sha256sum)
    if is_from "$VENV" "$wanted"; then return; fi
    say "$("$PYTHON" -V) ($PYTHON): installing what uv.lock names into .venv; Spark alone is 450 MB"
    make_venv "$PYTHON" "$VENV" || die "$VENV could not be made"
    "$PYTHON" "$ROOT/scripts/requirements.py" >"$VENV/requirements.txt" || die "uv.lock cannot be read"
    install "$VENV" --require-hashes -r "$VENV/requirements.txt" || die "the packages could not be installed"
    install "$VENV" --no-deps --no-build-isolation -e "$ROOT" || die "pitui could not be installed into $VENV"
    printf '%s' "$wanted" >"$VENV/.pitui-setup"
}

setup_spark35() {
    local stamp=$SPARK35/.pitui-setup wanted
    wanted=$(sha256sum <"$ROOT/scripts/spark35.txt")
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        say "installing Spark 3.5 into .venv-spark35, 300 MB"
        rm -rf "$SPARK35"
        install "$VENV" --no-deps --no-compile --require-hashes --target "$SPARK35" -r "$ROOT/scripts/spark35.txt" ||
            die "Spark 3.5 could not be installed into $SPARK35"
        printf '%s' "$wanted" >"$stamp"
    fi
    export PITUI_TEST_SPARK35=$SPARK35/pyspark
}
