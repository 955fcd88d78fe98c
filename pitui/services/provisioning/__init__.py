"""Provisioning, removal and rolling restarts, as the command line and the UI use them."""
