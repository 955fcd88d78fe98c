"""The secret that nodes share: which one, when it comes, and that it is never shown."""

from pathlib import Path

import pytest
from support.recorded_site import PI, RecordedSite, config

from pitui.provision.engine.step import State
from pitui.provision.network.addresses import KnownAddress
from pitui.provision.spark.shared_secret import keep_secret, shared_secret
from pitui.provision.steps import step
from pitui.spark.properties import parse_properties

DEFAULTS = "/opt/spark/conf/spark-defaults.conf"
ENV = "/opt/spark/conf/spark-env.sh"
CONF = (
    "# >>> managed by pitui: conf >>>\nspark.master spark://x:7077\n"
    "# <<< managed by pitui: conf <<<\n"
)
RUNS = "enabled enabled\nprocess 12 unit 0\n"


class Cluster:
    """Two recorded nodes of one provisioning; pi1 runs the master."""

    def __init__(
        self,
        folder: Path,
        spark: str = "",
        *,
        conf: str = "",
        runs: str = "",
        names: tuple[str, ...] = ("pi1", "pi2"),
    ) -> None:
        text = config(f"spark: {{user: spark{spark}}}\n")
        answers = {
            "unit=$1 class": runs,
            "id -gn": "pi\n",
            "stat -L -c": f"640 spark:pi {DEFAULTS}\n",
        }
        files = {DEFAULTS: conf} if conf else {}
        self.pi1, self.pi2 = (
            RecordedSite(folder, PI, answers, files=files, name=name, config_text=text)
            for name in ("pi1", "pi2")
        )
        self.pi2.context = self.pi1.context
        self.pi1.context.contexts["pi2"] = self.pi2
        self.pi1.context.taking_part = frozenset(names)

    async def provision(self) -> list[State]:
        """Provision both, the master's node first, and return what was found."""

        async def known() -> dict[str, KnownAddress]:
            return {"pi1": KnownAddress("192.168.1.11"), "pi2": KnownAddress("192.168.1.12")}

        await self.pi1.context.once("addresses", known)
        found = []
        for ctx in (self.pi1, self.pi2):
            finding = await step("secret").check(ctx)
            found.append(finding)
            if finding.state is State.WOULD_CHANGE:
                await step("secret").apply(ctx, finding)
        self.findings = found
        return [finding.state for finding in found]

    def secrets(self) -> list[str | None]:
        """Return what each node has now."""
        texts = [ctx._files.get(DEFAULTS, "") for ctx in (self.pi1, self.pi2)]
        return [parse_properties(text).get("spark.authenticate.secret") for text in texts]


async def test_a_fresh_cluster_gets_one_secret_that_nobody_is_shown(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, conf="spark.mine 1\n")
    assert await cluster.provision() == [State.WOULD_CHANGE] * 2
    first, second = cluster.secrets()
    assert first == second
    assert first is not None
    assert len(first) == 64
    shown = repr(cluster.findings[0].diff) + cluster.findings[0].detail
    assert "+spark.authenticate.secret (hidden)" in shown
    assert "+export SPARK_AUTHENTICATION_ID=(hidden)" in shown
    assert first not in shown
    assert first not in repr(await shared_secret(cluster.pi1.context))
    assert not any(first in command for command in cluster.pi1.did)
    assert await cluster.provision() == [State.OK] * 2

    # One that is set up anew takes what the others have.
    again = Cluster(tmp_path, conf=cluster.pi1._files[DEFAULTS])
    del again.pi1._files[DEFAULTS]
    await again.provision()
    assert again.secrets() == [first, first]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"runs": RUNS}, "it stays off: daemons run on pi1, pi2; `pitui provision --rolling`"),
        ({"names": ("pi1",)}, "it changes on all nodes at once, and this run leaves out pi2"),
        ({"spark": ", secure: false"}, "Spark asks for no secret"),
        (
            {"spark": ", defaults: {spark.authenticate: false}"},
            "spark.authenticate as you set it",
        ),
    ],
)
async def test_where_it_does_not_come(tmp_path: Path, how: dict[str, str], said: str) -> None:
    cluster = Cluster(tmp_path, conf=CONF, **how)  # type: ignore[arg-type]
    assert await cluster.provision() == [State.OK] * 2
    assert cluster.secrets() == [None, None]
    assert said in cluster.findings[0].detail


async def test_a_rolling_run_moves_a_cluster_and_back(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, conf=CONF, runs=RUNS)
    cluster.pi1.context.restarts = True
    assert await cluster.provision() == [State.WOULD_CHANGE] * 2
    assert "applications that run end with it" in cluster.findings[0].detail
    (secret, _) = cluster.secrets()
    assert secret
    back = Cluster(tmp_path, ", secure: false", conf=cluster.pi1._files[DEFAULTS], runs=RUNS)
    back.pi1._files[ENV] = back.pi2._files[ENV] = cluster.pi1._files[ENV]
    assert await back.provision() == [State.OK] * 2, "nothing is restarted: it stays"
    back = Cluster(tmp_path, ", secure: false", conf=cluster.pi1._files[DEFAULTS], runs=RUNS)
    back.pi1._files[ENV] = back.pi2._files[ENV] = cluster.pi1._files[ENV]
    back.pi1.context.restarts = True
    assert await back.provision() == [State.WOULD_CHANGE] * 2
    assert back.secrets() == [None, None]
    # By this a daemon that was started before is told.
    assert "SPARK_AUTHENTICATION_ID=none\n" in back.pi1._files[ENV]


async def test_a_persons_own_secret_is_left_alone(tmp_path: Path) -> None:
    own = "spark.authenticate true\nspark.authenticate.secret own\n"
    cluster = Cluster(tmp_path, conf=own)
    assert await cluster.provision() == [State.OK] * 2
    assert cluster.secrets() == ["own", "own"]
    assert "as you set it" in cluster.findings[0].detail


async def test_the_way_back_to_another_spark_keeps_the_secret(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    await cluster.provision()
    (secret, _) = cluster.secrets()

    async def go_back() -> str:
        cluster.pi1._files = {DEFAULTS: CONF}
        return "back"

    assert await keep_secret(cluster.pi1, go_back) == "back"
    assert cluster.secrets()[0] == secret
    assert cluster.pi1._files[DEFAULTS].startswith(CONF)
    assert "SPARK_AUTHENTICATION_ID" in cluster.pi1._files[ENV]
    states = await step("secret").check(cluster.pi1)
    assert states.state is State.OK


async def test_secrets_of_the_environment_are_closed_too(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path, ", secure: false, env: {AWS_SECRET_ACCESS_KEY: hunter2}")
    cluster.pi1._files[ENV] = "export AWS_SECRET_ACCESS_KEY=hunter2\n"
    assert await cluster.provision() == [State.WOULD_CHANGE] * 2
    assert f"lets only spark:pi read {ENV}" in cluster.findings[0].detail
    assert any(f"chown -- spark:pi {ENV} && chmod 750 -- {ENV}" in did for did in cluster.pi1.did)
    assert not any(DEFAULTS in did for did in cluster.pi1.did)
