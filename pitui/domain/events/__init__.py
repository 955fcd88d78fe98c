"""What happened on the cluster, and what was last known of it."""
