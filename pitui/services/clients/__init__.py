"""Masters and applications, asked by their web interfaces."""
