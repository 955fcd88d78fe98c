"""Runs benchmark programs in turn in one application; each argument is `NAME ARGUMENT...`.

Prints each result as `NAME JSON`. Starting Spark for each of them would take most of the time.
"""

import argparse
import importlib
import json
import shlex
import sys

import harness
from pyspark.sql import SparkSession


def program_of(module: str) -> harness.Program:
    kinds = vars(importlib.import_module(module)).values()
    (kind,) = [
        k for k in kinds
        if isinstance(k, type) and issubclass(k, harness.Program) and k.__module__ == module
    ]  # fmt: skip
    return kind()


def main() -> None:
    spark = SparkSession.builder.appName("all programs").getOrCreate()
    for line in sys.argv[1:]:
        module, *words = shlex.split(line)
        program = program_of(module)
        parser = argparse.ArgumentParser()
        program.options(parser)
        parser.add_argument("--repeats", type=int, default=1)
        parser.add_argument("--no-warm-up", action="store_true")
        parser.add_argument("--executors", type=int)
        result = harness.measure(program, spark, parser.parse_args(words))
        print(module, json.dumps(result), flush=True)
        spark.catalog.clearCache()
    harness.end(spark)


if __name__ == "__main__":
    main()
