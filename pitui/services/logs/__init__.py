"""Logs: found, followed over lost connections, merged, saved."""
