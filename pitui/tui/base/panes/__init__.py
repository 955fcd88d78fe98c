"""Bases of the panes: tables, lines, text."""
