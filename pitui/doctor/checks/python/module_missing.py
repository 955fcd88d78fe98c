"""python.module-missing: tasks fail where a Python module is not installed."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error, warning

_OTHER_NAME = {"distutils": "setuptools", "sklearn": "scikit-learn", "cv2": "opencv-python",
               "yaml": "pyyaml", "PIL": "pillow", "bs4": "beautifulsoup4"}  # fmt: skip
"""What pip calls some modules."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.apps.values():
        finding = error if one.app.state.active else warning
        for module in one.modules:
            for name, facts in evidence.spark_facts():
                if facts.logs.modules.get(module, True) or not evidence.nodes[name].is_worker:
                    continue
                package = _OTHER_NAME.get(module, module)
                yield finding(
                    f"its Python has no module {module}, which tasks of {one.app.name} import",
                    f"pitui exec {{nodes}} -- sudo python3 -m pip install {package}  (or apt "
                    f"install python3-{package}); or submit a packed environment (spark.archives)",
                    node=name,
                    application=one.app.id,
                    about=module,
                    log=FindingLine((f"No module named '?{module}",)),
                    detail="Python 3.12 left distutils out, which PySpark 3.5 and older use"
                    if module == "distutils"
                    else "",
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
