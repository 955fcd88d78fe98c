"""Text from nodes made printable, and figures as sentences say them."""
