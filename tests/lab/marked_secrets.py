"""Secrets that can be told from everything else, and the search for them on a machine and here."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab.machine import Machine
from tests.lab.pitui import Answer, at_terminal, pitui
from tests.lab.recipe import USER
from tests.lab.shown_texts import ShownTexts
from tests.lab.steps import Person

# The patterns are in a file: an argument would be found.
_WATCH = r"""
cat > /root/watch <<'END'
while [ -e /root/marks ]; do
  for file in $(grep -laF -f /root/marks /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null); do
    tr '\0' '\n' < "$file" 2>/dev/null | grep -aF -f /root/marks | cut -c 1-30 |
      sed "s|=.*||; s|^|${file##*/} $(tr '\0' ' ' < "${file%/*}/comm") |" >> /root/hits
  done
  echo >> /root/looks
  sleep 0.1
done
END
: > /root/hits
setsid sh /root/watch </dev/null >/dev/null 2>&1 &
"""
_SHARED = r"""
sed -n 's/^spark.authenticate.secret //p' /opt/spark/conf/spark-defaults.conf > /root/new
cat /root/new >> /root/marks
stat -c '%a %U:%G' /opt/spark/conf/spark-defaults.conf
cat /root/new
"""
_SEARCH = r"""
mv /root/marks /root/patterns
journalctl --sync
journalctl -q -o export | grep -aF -f /root/patterns && echo in the journal
grep -rlaF -f /root/patterns /etc /home /opt /tmp /var --exclude=*.jar
true
"""
_PROGRAM = """
from pyspark import SparkContext

with SparkContext(appName="marked") as context:
    assert context.getConf().get("spark.my.password").startswith("MARKED")
    print("sum", context.parallelize(range(8), 2).map(lambda n: n + 1).sum())
"""
# Spark itself gives it to executors and what they start; only their own account can read that.
_OF_EXECUTORS = "environ", "_SPARK_AUTH_SECRET"


@contextmanager
def _looking(marks: list[str]) -> Iterator[set[tuple[str, str]]]:
    """Look at the arguments and environments of all of this machine's processes meanwhile.

    A lab's machines are namespaces of it. What is found is the file and the variable's name.
    """
    found: set[tuple[str, str]] = set()
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            secrets = [mark.encode() for mark in marks]
            for process in Path("/proc").iterdir():
                if process.name.isdecimal():
                    for name in ("cmdline", "environ"):
                        found.update(_holding(process / name, secrets))
            ended.wait(0.2)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        ended.set()
        watcher.join()


def _holding(path: Path, secrets: list[bytes]) -> Iterator[tuple[str, str]]:
    try:
        data = path.read_bytes()
    except OSError:
        return  # it has ended meanwhile
    held = [secret for secret in secrets if secret in data]
    for word in data.split(b"\0") if held else ():
        if any(secret in word for secret in held):
            yield path.name, word.partition(b"=")[0].decode(errors="replace")


class Knowing(Person):
    """Knows the marked password and passphrase."""

    def __init__(self, password: str, passphrase: str) -> None:
        super().__init__(password=password)
        self.unlocked = 0
        self._passphrase = passphrase

    async def passphrase(self, identity: Path) -> str | None:
        self.unlocked += 1
        return self._passphrase


class MarkedSecrets:
    """The secrets of one machine; `said` is what pitui printed."""

    password = "MARKED-sudo-Pq8"
    passphrase = "MARKED-phrase-Zt4"
    conf = "MARKED-conf-Lw6"

    def __init__(self, machine: Machine, home: Path) -> None:
        self._machine = machine
        self._home = home
        self._marks = [self.password, self.passphrase, self.conf]
        self.said: list[str] = []
        machine.root(f"echo {USER}:{self.password} | chpasswd")

    def person(self) -> Knowing:
        """Return who answers with them."""
        return Knowing(self.password, self.passphrase)

    def configuration(self, identity: Path) -> dict[str, Any]:
        """Return what a configuration needs: a locked key, and a job with a secret."""
        locked = self._home / "locked"
        shutil.copy(identity, locked)
        words = ["ssh-keygen", "-q", "-p", "-P", "", "-N", self.passphrase, "-f", str(locked)]
        subprocess.run(words, check=True, timeout=30)
        program = self._home / "marked.py"
        program.write_text(_PROGRAM)
        jobs = {"marked": {"app": str(program), "conf": {"spark.my.password": self.conf}}}
        return {"ssh": {"identity": str(locked)}, "jobs": jobs}

    def watch(self) -> None:
        """Look from now on at the arguments and environments of the machine's processes."""
        marks = "".join(f"{mark}\n" for mark in self._marks)
        (self._machine.disk.root / "root" / "marks").write_text(marks)
        self._machine.root(_WATCH)

    @contextmanager
    def looking_here(self) -> Iterator[None]:
        """Look at this machine's processes, too, among them pitui's own and what it starts."""
        with _looking(self._marks) as found:
            yield
        assert found <= {_OF_EXECUTORS}, found

    def add_shared(self) -> None:
        """Look for the secret that provisioning made, too, once it is there."""
        state, secret = self._machine.root(_SHARED).split("\n")[:2]
        assert state == f"640 spark:{USER}"
        assert len(secret) == 64
        self._marks.append(secret)

    def use(self, config: Path) -> None:
        """Do with a running cluster what a person does, and keep what is said of it."""
        done = self._run(config, "submit", "marked", limit=150)
        assert done.status == 0, done.stderr
        assert "sum 36" in done.stdout
        for words in (
            ("status", "--json"),
            ("jobs", "--json"),
            ("doctor", "--json"),
            ("events", "--json"),
            ("bench", "history", "--json"),
            ("provision", "--plan", "--json", "--only", "conf,secret"),
            ("logs", "pi1", "master", "-n", "all"),
        ):
            self._run(config, *words)
        running = self._machine.root("wc -l < /root/looks")
        assert int(running) > 20

    def changed(self) -> dict[str, Any]:
        """Return a section `spark` with secrets in it, for a plan that shows what would be."""
        settings = {"spark.my.password": self.conf, "spark.reducer.maxReqsInFlight": "9"}
        return {"defaults": settings, "env": {"MY_ACCESS_KEY": self.conf}}

    def plan(self, config: Path) -> None:
        """Show what provisioning would change, as text and as JSON, and keep what is said."""
        for words in ((), ("--json",)):
            done, asked = at_terminal(
                config, "provision", "--plan", "--only", "conf,secret", *words, typed=self.password
            )
            assert (done.status, asked) == (0, 1), done
            assert "+spark.reducer.maxReqsInFlight" in done.stdout, done
            assert "+spark.my.password (hidden)" in done.stdout, done
            assert "+export MY_ACCESS_KEY=(hidden)" in done.stdout, done
            self.said += [done.stdout, done.stderr]

    async def show(self, config: Path) -> None:
        """Go through the UI, and keep what it shows."""
        texts = await ShownTexts(config, self.password).collect()
        for words in ("marked", "spark.my.password (hidden)", "score", "pi1"):
            assert any(words in text for text in texts), words
        self.said += texts

    def check(self) -> None:
        """See that they are nowhere but in the files that are theirs."""
        hits = set(self._machine.root("sort -u /root/hits").splitlines())
        told = {(line.split()[0], line.split()[-1]) for line in hits}
        assert told <= {_OF_EXECUTORS}, hits
        found = self._machine.root(_SEARCH, limit=120).split("\n")
        theirs = {path for path in found if path.endswith("/conf/spark-defaults.conf")}
        assert theirs
        assert set(filter(None, found)) == theirs, found
        for mark in self._marks:
            assert not any(mark in text for text in self.said)
        own = {self._home / "locked"}
        files = [path for path in self._home.rglob("*") if path.is_file() and path not in own]
        assert any(path.name == "audit.jsonl" for path in files), files
        for path in files:
            data = path.read_bytes()
            assert not [mark for mark in self._marks if mark.encode() in data], path

    def _run(self, config: Path, *words: str, limit: float = 60) -> Answer:
        done = pitui(config, *words, limit=limit)
        self.said += [done.stdout, done.stderr]
        return done
