"""Texts without addresses, names of people and hosts, and secrets: each has a stable stand-in."""
