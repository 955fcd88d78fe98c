"""What runs the steps: check, plan, apply, verify, on many nodes."""
