"""What several checks recognise something by."""
