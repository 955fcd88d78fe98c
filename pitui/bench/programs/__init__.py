"""Programs that run on Spark; each stands alone, without pitui."""
