# shellcheck shell=bash
# Finds the Pythons of this machine, for scripts/setup.sh: tests run on the oldest and the newest.

NEWEST=$ROOT/.venv-newest

# Prints `VERSION PATH` where a Python is one that pitui supports.
_DESCRIBE='
import sys, sysconfig
free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
if sys.version_info >= (3, 11) and sys.version_info.releaselevel == "final" and not free_threaded:
    print("%d.%d.%d" % sys.version_info[:3], sys.executable)
'

# Prints the supported Pythons, oldest first; the system's own before others of its version.
pythons() {
    local path
    {
        printf '%s\n' /usr/bin/python3
        type -ap python3 python3.{11..19} || true
        printf '%s\n' "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.[1-9][0-9]*/bin/python3
        if command -v uv >/dev/null; then
            uv python list --only-installed --no-python-downloads 2>/dev/null | awk '{ print $2 }'
        fi
    } | grep -v /shims/ | awk '!seen[$0]++' | while read -r path; do
        if [ -x "$path" ]; then "$path" -I -c "$_DESCRIBE" 2>/dev/null || true; fi
    done | awk '!seen[$2]++' | sort -s -V -k 1,1
}

# Prints the Python that .venv is made of: the oldest supported one, as that breaks first.
oldest_python() {
    local found
    if [ -n "${PITUI_PYTHON:-}" ]; then
        found=$("$PITUI_PYTHON" -I -c "$_DESCRIBE" 2>/dev/null | cut -d ' ' -f 2-)
        [ -n "$found" ] || die "PITUI_PYTHON=$PITUI_PYTHON is no Python 3.11 or newer"
    else
        found=$(pythons | head -n 1 | cut -d ' ' -f 2-)
        [ -n "$found" ] ||
            die "Python 3.11 or newer is needed. On Debian 12, Ubuntu 24.04 and later: sudo apt-get install python3 python3-venv"
    fi
    printf '%s\n' "$found"
}

# Prints the Pythons that are newer than .venv's by a minor version, newest first.
newer_pythons() {
    local version path own
    if [ -n "${PITUI_NEWEST_PYTHON:-}" ]; then
        command -v "$PITUI_NEWEST_PYTHON" || die "PITUI_NEWEST_PYTHON=$PITUI_NEWEST_PYTHON is not there"
        return
    fi
    own=$("$VENV/bin/python" -c 'import sys; print(sys.version_info[1])')
    pythons | tac | while read -r version path; do
        version=${version#*.}
        if [ "${version%%.*}" -gt "$own" ]; then printf '%s\n' "$path"; fi
    done
}

# Makes .venv-newest: the newest Python there is, with the newest release of each package.
# Where no Python is newer than .venv's, that one with the newest packages has to do, but in CI.
setup_newest() {
    local python wanted made=
    while read -r python; do
        # What is newest changes: it is looked up again each week.
        wanted=$({
            fingerprint "$python"
            cat "$ROOT/scripts/pythons.sh" "$ROOT/pyproject.toml"
            date +%G-%V
        } | sha256sum)
        if is_from "$NEWEST" "$wanted"; then return; fi
        say "$("$python" -V) ($python): installing the newest packages into .venv-newest"
        if make_newest "$python"; then
            printf '%s' "$wanted" >"$NEWEST/.pitui-setup"
            made=yes
            break
        fi
        rm -rf "$NEWEST"
    done < <(newer_pythons; [ -n "${CI:-}" ] || printf '%s\n' "$VENV/bin/python")
    [ -n "$made" ]
}

make_newest() { # PYTHON
    local site name
    rm -rf "$NEWEST"
    make_venv "$1" "$NEWEST" || return
    "$VENV/bin/python" "$ROOT/scripts/requirements.py" --newest >"$NEWEST/requirements.txt" || return
    install "$NEWEST" --no-compile --only-binary :all: -r "$NEWEST/requirements.txt" || return
    install "$NEWEST" --no-deps --no-build-isolation -e "$ROOT" || return
    site=$("$NEWEST/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))') || return
    for name in pyspark py4j; do # 450 MB that .venv has already
        ln -s "$("$VENV/bin/python" -c "import $name; print($name.__path__[0])")" "$site/$name" || return
    done
}
