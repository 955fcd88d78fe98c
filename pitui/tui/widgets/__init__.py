"""Reusable leaves of the screen."""
