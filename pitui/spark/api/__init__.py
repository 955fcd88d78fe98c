"""Answers of masters, workers, drivers and history servers as domain values."""
