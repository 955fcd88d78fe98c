"""Spark on a node: its processes, and what spark-submit would find."""
