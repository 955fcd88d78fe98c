"""Masters and workers: started, stopped, restarted, decommissioned."""
