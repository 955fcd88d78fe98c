"""Provisioning: the plan, the board, the report."""
