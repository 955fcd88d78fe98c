# shellcheck shell=bash
# Sets a checkout up: a virtual environment with the locked packages, and what apt has to bring.
# Sourced by scripts/demo and scripts/test. Fast when nothing is to be done.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
SPARK35=$ROOT/.venv-spark35

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# Installs Debian packages, or says what to type.
apt_install() {
    local become=()
    if ! command -v apt-get >/dev/null; then
        die "Install these with your package manager, by whatever name it has them: $*"
    elif [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null ||
            die "This is missing here. Type: sudo apt-get update && sudo apt-get install -y $*"
        become=(sudo -n)
    fi
    say "installing $*"
    "${become[@]}" apt-get update -q </dev/null >&2 || die "apt-get update failed"
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "$@" </dev/null >&2 || die "apt-get install $* failed"
}

# Prints the first Python that is new enough.
find_python() {
    local name
    for name in "${PITUI_PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    die "Python 3.11 or newer is needed. On Debian 12, Ubuntu 24.04 and later: sudo apt-get install python3 python3-venv"
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
    version=$("$program" -XshowSettings:properties -version 2>&1 |
        sed -n 's/^ *java.specification.version = //p') || return 1
    case $version in '' | *[!0-9]*) return 1 ;; esac # `1.8` is Java 8
    [ "$version" -ge 17 ]
}

setup_system() { # demo | tests
    local missing=()
    java_is_good || missing+=("$(available openjdk-17-jre-headless openjdk-21-jre-headless default-jre-headless)")
    command -v ps >/dev/null || missing+=(procps)
    if [ "$1" = tests ]; then
        [ -x /usr/sbin/sshd ] || command -v sshd >/dev/null || missing+=(openssh-server)
        command -v ssh >/dev/null || missing+=(openssh-client)
        command -v lnav >/dev/null || missing+=(lnav) # benchmarks/logs.py compares with it
        if [ "$(id -u)" = 0 ]; then # the lab of Debian machines (tests/lab) needs root
            [ -x /usr/sbin/debootstrap ] || missing+=(debootstrap)
            command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
            [ -x /usr/sbin/ip ] || [ -x /sbin/ip ] || missing+=(iproute2)
        fi
    fi
    [ ${#missing[@]} -eq 0 ] || apt_install "${missing[@]}"
}

make_venv() { # PYTHON
    if command -v uv >/dev/null; then
        uv venv --quiet --allow-existing --python "$1" "$VENV" </dev/null >&2 || die "uv venv failed"
        return
    fi
    # Debian keeps what venv needs in a package of its own.
    "$1" -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv
    "$1" -m venv "$VENV" </dev/null >&2 || die "$1 -m venv $VENV failed"
}

# Installs into the virtual environment with uv or pip, from the index this machine uses.
install() {
    if command -v uv >/dev/null; then
        uv pip install --quiet --python "$VENV/bin/python" "$@" </dev/null >&2
    else
        "$VENV/bin/python" -m pip --disable-pip-version-check install --quiet --no-input "$@" </dev/null >&2
    fi
}

# Prints what the environment was made from, to see whether that changed.
fingerprint() { # PYTHON
    "$1" -c 'import sys; print(sys.version, sys.prefix)'
    printf '%s\n' "$ROOT"
    cat "$ROOT/pyproject.toml" "$ROOT/uv.lock" "$ROOT/scripts/setup.sh" "$ROOT/scripts/requirements.py"
}

setup_python() {
    local python stamp=$VENV/.pitui-setup wanted
    python=$(find_python) || exit 1
    wanted=$(fingerprint "$python" | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && "$VENV/bin/python" -c 'import pitui' 2>/dev/null; then
        return
    fi
    say "setting up $VENV (Spark alone is 450 MB: the first time takes a few minutes)"
    "$VENV/bin/python" -c '' 2>/dev/null || rm -rf "$VENV" # its Python may be gone
    make_venv "$python"
    "$python" "$ROOT/scripts/requirements.py" >"$VENV/requirements.txt" || die "uv.lock cannot be read"
    install --require-hashes -r "$VENV/requirements.txt" || die "the packages could not be installed"
    install --no-deps --no-build-isolation -e "$ROOT" || die "pitui could not be installed into $VENV"
    printf '%s' "$wanted" >"$stamp"
}

setup_spark35() {
    local stamp=$SPARK35/.pitui-setup wanted
    wanted=$(sha256sum <"$ROOT/scripts/spark35.txt")
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
        say "fetching Spark 3.5 for the tests"
        rm -rf "$SPARK35"
        install --no-deps --require-hashes --target "$SPARK35" -r "$ROOT/scripts/spark35.txt" ||
            die "Spark 3.5 could not be installed into $SPARK35"
        printf '%s' "$wanted" >"$stamp"
    fi
    export PITUI_TEST_SPARK35=$SPARK35/pyspark
}
