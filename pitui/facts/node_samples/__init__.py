"""What a node does, once a second: the program that says it there, and how its lines are read."""
