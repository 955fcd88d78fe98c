"""What looks wrong inside an application, and what it costs."""
