"""What can be done with a cluster: async, without any UI."""
