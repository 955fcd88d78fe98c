"""Programs with one planted bottleneck each; all but the last compute in the JVM alone."""

_BEGIN = """
import time
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.config("spark.sql.adaptive.enabled", "false").getOrCreate()
sc = spark.sparkContext
time.sleep(1)


def costs(column, rounds):
    for _ in range(rounds):
        column = F.sha2(column.cast("string"), 512)
    return column


def work(rows, parts, rounds=60):
    frame = spark.range(0, rows, 1, parts)
    return frame.select(F.max(costs(F.col("id"), rounds))).collect()
"""

BALANCED = _BEGIN + "work(240000, 12)\n"

SLOW_KEY = (
    _BEGIN
    + """
key = F.when(F.col("id") % 20 > 0, 0).otherwise(F.col("id")).alias("key")
rows = spark.range(0, 60000, 1, 6).select(key, "id")
rows = rows.repartition(6, "key")
rows.select(F.max(costs(F.col("id"), 60))).collect()
"""
)

DRIVER_ASLEEP = _BEGIN + "work(6000, 6)\ntime.sleep(9)\nwork(6000, 6)\n"

ONE_TASK = _BEGIN + "work(40000, 1)\n"

EMPTY_TASKS = _BEGIN + "print(spark.range(0, 9000, 1, 9000).count())\n"

SMALL_HEAP = (
    _BEGIN
    + """
spark.conf.set("spark.sql.objectHashAggregate.sortBased.fallbackThreshold", 10**9)
rows = spark.range(0, 1_400_000, 1, 2).select((F.col("id") % 700000).alias("key"), "id")
rows.groupBy("key").agg(F.collect_set("id").alias("set")).select(F.sum(F.size("set"))).collect()
"""
)

PYTHON = (
    _BEGIN
    + """
def burn(number):
    total = 0
    for step in range(1_500_000):
        total += step * number % 7
    return total


print(sc.parallelize(range(48), 12).map(burn).sum())
"""
)
