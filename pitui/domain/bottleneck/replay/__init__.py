"""The tasks run again in thought: on other slots, without what they waited for."""
