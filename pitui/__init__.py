"""pitui: provision, run and watch an Apache Spark standalone cluster from the terminal."""

__version__ = "0.1.0"
