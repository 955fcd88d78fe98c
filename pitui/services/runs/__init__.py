"""Runs of benchmarks and jobs: submitted, followed, found again."""
