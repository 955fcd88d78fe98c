"""security.key-readable: others than their owner can read a private key, or a secret of Spark's."""

from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.secret_names import holds_secret


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        for file in facts.access.private_files:
            if file.use == "key" and not file.closed:
                yield warning(
                    f"others can read the private key {file.path} (mode {file.mode:o})",
                    f"pitui exec {{nodes}} -- chmod 600 {quote(file.path)}",
                    node=name,
                    about=file.path,
                    several=f"others can read the private key {file.path}",
                )
            elif file.use == "login" and file.writable:
                yield warning(
                    f"others can write to {file.path} (mode {file.mode:o}), and so let themselves "
                    "in",
                    f"pitui exec {{nodes}} -- chmod go-w {quote(file.path)}",
                    node=name,
                    about=file.path,
                    several=f"others can write to {file.path}",
                )
            elif file.use == "secret" and file.readable:
                by_step = _is_own_secret_file(evidence, name, file.path)
                fix = Fix.provisioning("secret", on=[name]) if by_step else None
                yield warning(
                    f"everybody with a login can read the secrets in {file.path} "
                    f"(mode {file.mode:o})",
                    fix or f"pitui exec {{nodes}} -- sudo chmod o-r {quote(file.path)}",
                    node=name,
                    about=file.path,
                    several=f"everybody with a login can read the secrets in {file.path}",
                )


def _is_own_secret_file(evidence: Evidence, name: str, path: str) -> bool:
    """Whether it is a file that provisioning writes secrets to: the cluster's, or `spark.env`'s."""
    facts, setting = evidence.facts[name], "spark.authenticate.secret"
    if path != facts.defaults_path:
        own = path == f"{facts.defaults_path.rpartition('/')[0]}/spark-env.sh"
        return own and facts.provisioned and any(map(holds_secret, evidence.nodes[name].env))
    written = is_written_by_step(evidence, name, setting) and setting in facts.defaults
    return written and evidence.config.spark.secure


CHECK = Check(
    id="security.key-readable",
    title="A key or a secret can be read by others",
    why="SSH refuses such keys, and who has read one logs in, or submits, as its owner",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("secret",),
)
