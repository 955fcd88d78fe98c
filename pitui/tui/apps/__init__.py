"""Applications: the pane, and the levels inside them."""
