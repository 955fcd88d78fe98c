"""~/.ssh/config as ssh reads it: asked of ssh itself, or read where it is not installed."""
