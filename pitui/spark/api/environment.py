"""The settings of an application, of `/api/v1/applications/ID/environment`."""

import msgspec

from pitui.spark.json_reader import decode


class _Environment(msgspec.Struct, rename="camel"):
    spark_properties: list[tuple[str, str]] = []


def parse_spark_properties(body: bytes) -> dict[str, str]:
    """Return the Spark properties of an application.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return dict(decode(body, _Environment)[0].spark_properties)
