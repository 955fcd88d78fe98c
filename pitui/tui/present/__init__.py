"""From domain values to what a screen shows; pure, tested without a screen."""
