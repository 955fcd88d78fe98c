"""A program with all that an application may hold; it goes on when what it waits in is killed."""

from pathlib import Path

MANY = """
import time
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
sc = spark.sparkContext


def slow(x):
    time.sleep(60)
    return x


def bad(x):
    if x == 3:
        raise ValueError("deliberate " + "failure")
    return x


sc.setJobDescription("by remainder")
sc.parallelize(range(2000), 4).map(lambda x: (x % 7, x)).groupByKey(2).mapValues(len).collect()
sc.setJobDescription(None)
spark.range(1000).selectExpr("id % 3 as k").groupBy("k").count().collect()
for name, work in (("fails", bad), ("job", slow), ("stage", slow)):
    sc.setJobDescription(name)
    try:
        sc.parallelize(range(8), 4).map(work).count()
    except Exception as error:
        print("as wanted:", name, type(error).__name__, flush=True)
sc.setJobDescription("last")
sc.parallelize(range(8), 4).map(slow).count()
"""


def write(folder: Path, name: str, text: str) -> Path:
    """Write a program and return its path."""
    path = folder / f"{name}.py"
    path.write_text(text, "utf-8")
    return path
