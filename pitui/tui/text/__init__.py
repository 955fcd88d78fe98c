"""Domain values as text on the screen; pure."""
