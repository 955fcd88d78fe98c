"""HTTP: Spark's web pages and REST interfaces, and large downloads."""
