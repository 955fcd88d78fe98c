"""Programs with planted bottlenecks; `until` in the first is what it waits for at its end."""

_BEGIN = """
import os
import time
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.config("spark.sql.adaptive.enabled", "false").getOrCreate()
sc = spark.sparkContext


def costs(column, rounds=60):
    for _ in range(rounds):
        column = F.sha2(column.cast("string"), 512)
    return column


def work(rows, parts):
    frame = spark.range(0, rows, 1, parts)
    return frame.select(F.max(costs(F.col("id")))).collect()


def burn(number):
    total = 0
    for step in range(ROUNDS):
        total += step * number % 7
    return total


work(4000, 4)
"""

MANY = (
    _BEGIN.replace("ROUNDS", "600_000")
    + """
sc.setJobDescription("slow key")
key = F.when(F.col("id") % 20 > 0, 0).otherwise(F.col("id")).alias("key")
rows = spark.range(0, 12000, 1, 4).select(key, "id").repartition(4, "key")
rows.select(F.max(costs(F.col("id")))).collect()
sc.setJobDescription("one task")
work(6000, 1)
sc.setJobDescription("empty tasks")
spark.range(0, 2000, 1, 2000).count()
sc.setJobDescription("balanced")
work(30000, 12)
sc.setJobDescription("python")
sc.parallelize(range(24), 12).map(burn).sum()
while not os.path.exists("UNTIL"):
    time.sleep(0.1)
"""
)
"""Several in one application, a job each, by their descriptions."""

DRIVER_ASLEEP = _BEGIN + "time.sleep(15)\nwork(4000, 4)\n"

SLOW_KEY = (
    _BEGIN
    + """
key = F.when(F.col("id") % 20 > 0, 0).otherwise(F.col("id")).alias("key")
rows = spark.range(0, 100000, 1, 4).select(key, "id").repartition(4, "key")
rows.select(F.max(costs(F.col("id")))).collect()
"""
)

ONE_TASK = _BEGIN + "work(80000, 1)\n"

EMPTY_TASKS = _BEGIN + "spark.range(0, 9000, 1, 9000).count()\n"

BALANCED = _BEGIN + "work(240000, 12)\n"

PYTHON = _BEGIN.replace("ROUNDS", "3_000_000") + "sc.parallelize(range(48), 12).map(burn).sum()\n"

SMALL_HEAP = (
    _BEGIN
    + """
spark.conf.set("spark.sql.objectHashAggregate.sortBased.fallbackThreshold", 10**9)
spark.conf.set("spark.sql.shuffle.partitions", "2")
rows = spark.range(0, 2 * KEYS, 1, 2).select((F.col("id") % KEYS).alias("key"), "id")
rows.groupBy("key").agg(F.collect_set("id").alias("set")).select(F.sum(F.size("set"))).collect()
""".replace("KEYS", "550_000")
)

LARGER_THAN_HEAP = (
    _BEGIN
    + """
many = F.when(F.col("id") % 200000 == 199999, 10_000_000).otherwise(1).cast("int")
rows = spark.range(0, 400000, 1, 2).select(costs(F.col("id")).alias("text"), many.alias("many"))
rows.select(F.max(F.expr("length(repeat(text, many))"))).collect()
"""
)
"""Each task computes for a while, then wants 1.3 GB at once."""
