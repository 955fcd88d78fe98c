"""Boxes and texts that open over the screen, and close again."""
