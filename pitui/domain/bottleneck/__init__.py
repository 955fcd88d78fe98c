"""What bound an application: its cores' time in parts, what would make it shorter, suspects."""
