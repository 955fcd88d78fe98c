"""Keys to log in with, host keys, and known_hosts."""
