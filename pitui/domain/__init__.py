"""Frozen values and pure rules of a Spark cluster; standard library only."""
