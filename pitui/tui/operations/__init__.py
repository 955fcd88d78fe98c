"""Actions on many nodes or jobs: asked, run, reported."""
