"""The table of actions, their keys, and what carries them out."""
