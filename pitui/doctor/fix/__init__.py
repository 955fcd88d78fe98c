"""What mends findings: which fixes can be done, in which order, and what became of them."""
