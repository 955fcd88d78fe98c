"""The timeline and the toasts."""
