"""Event logs, as Spark's applications write them."""
