"""Finding out what is wrong: asking the nodes, running the checks, remembering what was found."""
