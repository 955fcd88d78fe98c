"""Provisioning: what a node has to be, step by step, and how it comes to be that."""
