"""Task groups, and how much of the time polling may take."""
