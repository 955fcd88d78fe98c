"""What screens and panes need of the services: a protocol each, and what gives it."""
