"""A real Spark cluster on this machine, to try pitui on."""
