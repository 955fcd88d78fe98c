"""Files to nodes: sent, verified, resumed."""
