"""The Doctor screen: what is wrong, why it matters, and what to do."""
