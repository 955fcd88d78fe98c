"""What an error's long text says in one line."""


def error_line(text: str) -> str:
    """Return the last line of a Python traceback in a text, else the text's first line."""
    return python_error(text) or next((s for s in map(str.strip, text.splitlines()) if s), "")


def python_error(text: str) -> str:
    """Return the line that ends the last Python traceback in a text; empty where there is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = ""
    for number, line in enumerate(lines):
        if line.startswith('File "'):
            # After it come its source line, perhaps marks below that, and then the next or the end.
            after = lines[number + 1 : number + 4]
            found = next((line for line in after if _names_error(line)), found)
    return found


def _names_error(line: str) -> bool:
    name = line.partition(":")[0]
    return name.replace(".", "").isidentifier() and name.endswith(("Error", "Exception"))
