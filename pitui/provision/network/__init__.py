"""Addresses, firewalls, and the way back from a change of the network."""
