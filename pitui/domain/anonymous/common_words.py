"""Words that say nothing of anybody, although they stand where names do."""

_WORDS = """
address admin administrator all any app application attempt block broadcast bytes class client
cluster code column config core cores count daemon data debian debug default driver empty error
exec executor exit false file flags groups guest hadoop home host hosts http https id info ip java
job jvm key level lib library line local localhost localhost.localdomain localhost4 localhost6 log
logs mail main master memory mode modify module name nobody node none null number offset opt
partition path permissions pi pid pitui port process program python raspberrypi rdd result root
row scala secret server service set shuffle size spark stage state step submit system task
temporary text the thread tid time tmp total true type ubuntu uid unknown user users value var
version view warn warning with work worker workers www
"""

GENERIC = frozenset(_WORDS.split())
"""In lower case."""


def is_generic(name: str) -> bool:
    """Whether a name is kept as it is: anybody's, or too short to be found in a text."""
    return len(name) < 2 or name.lower() in GENERIC or name.isdecimal()
