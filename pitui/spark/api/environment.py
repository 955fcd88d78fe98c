"""With what an application ran, of `/api/v1/applications/ID/environment`."""

import msgspec

from pitui.spark.json_reader import decode


class _Runtime(msgspec.Struct, rename="camel"):
    java_version: str = ""


class _Environment(msgspec.Struct, rename="camel"):
    spark_properties: list[tuple[str, str]] = []
    runtime: _Runtime = msgspec.field(default_factory=_Runtime)


def parse_spark_properties(body: bytes) -> dict[str, str]:
    """Return the Spark properties of an application.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return dict(decode(body, _Environment)[0].spark_properties)


def parse_java_version(body: bytes) -> str:
    """Return the version of the driver's Java; empty where it does not say.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return decode(body, _Environment)[0].runtime.java_version
