"""spark-submit's command line."""
