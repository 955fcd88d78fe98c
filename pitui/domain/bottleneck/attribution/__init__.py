"""Core-time divided into parts: computing, waiting, idle, and what for."""
