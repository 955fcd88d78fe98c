"""What is wrong with a cluster, why it matters, what to do: pure rules from facts to findings."""
