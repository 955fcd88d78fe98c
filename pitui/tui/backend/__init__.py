"""What the UI needs of the services, and what gives it."""
