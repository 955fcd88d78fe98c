"""Carrying out what mends findings."""
