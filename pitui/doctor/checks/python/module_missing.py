"""python.module-missing: tasks fail where a Python module is not installed."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error, warning

_PACKAGES = {"distutils": "setuptools", "cv2": "opencv"}
"""What follows `python3-` in the name of a package, where that is not the module's name."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.apps.values():
        finding = error if one.app.state.active else warning
        for module in one.modules:
            for name, facts in evidence.spark_facts():
                if facts.logs.modules.get(module, True) or not evidence.nodes[name].is_worker:
                    continue
                package = _PACKAGES.get(module, module.lower())
                yield finding(
                    f"its Python has no module {module}, which tasks of {one.app.name} import",
                    f"pitui exec {{nodes}} -- sudo apt-get install -y python3-{package}",
                    node=name,
                    application=one.app.id,
                    about=module,
                    log=FindingLine((f"No module named '?{module}",)),
                    detail="Python 3.12 left distutils out, which PySpark 3.5 and older use"
                    if module == "distutils"
                    else "What Debian has no package of: submit it in a packed environment "
                    "(spark.archives)",
                    several=f"their Python has no module {module}, which tasks of "
                    f"{one.app.name} import",
                )


CHECK = Check(
    id="python.module-missing",
    title="A Python module is missing on a node",
    why="It is installed where the driver runs; tasks import it on each node: ModuleNotFoundError",
    reads=Reads.INPUTS,
    rule=_rule,
)
