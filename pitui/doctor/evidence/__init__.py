"""What the checks look at: configuration, snapshot, and what nodes and applications said."""
