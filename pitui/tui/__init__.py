"""The terminal UI; the only place that knows Textual and Rich."""
