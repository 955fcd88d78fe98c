"""The terminal itself: driver, clipboard, pager, shell, colours."""
