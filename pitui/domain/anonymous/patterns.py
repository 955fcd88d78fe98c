"""What gives away addresses, names and secrets in a text that nobody knows beforehand."""

import re

HIDDEN_WORDS = (
    r"secret|passw(?:or)?d|passphrase|pwd|token|credential|authorization|cookie"
    r"|(?:access|api|private|account|storage|shared)[._-]?key"
)
"""Wider than what Spark redacts."""

HIDDEN = re.compile(HIDDEN_WORDS, re.IGNORECASE)
SETTING = re.compile(
    r"""(?P<name>[\w.\-]++)(?P<sign>["']?\s*[=:,]\s*|(?<=[\w"'])\s+)(?=\S)""", re.VERBOSE
)
"""A setting up to its value. It goes to the end of the line without quotes: it may hold blanks."""
QUOTED = re.compile(r"""(?P<quote>["'])(?P<inside>(?:(?!(?P=quote))[^\\]|\\.)*+)(?P=quote)""")

BEARER = re.compile(r"\b(?P<how>Bearer|Basic|Digest|Negotiate)\s+(?P<value>[\w+/=.~-]{6,})")

KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|CERTIFICATE)[A-Z ]*-----")
KEY_END = re.compile(r"-----END [A-Z0-9 ]*-----")

LONG = re.compile(
    r"""
    (?<![\w+/=-])(?:
        eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?                          # a JSON web token
      | SHA256:[A-Za-z0-9+/=]{20,}                              # a fingerprint
      | [0-9A-Fa-f]{32,}                                        # a digest, or a key in hexadecimal
      | (?=[\w+-]*[0-9][\w+-]*[0-9])(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])[A-Za-z0-9+_-]{24,}={0,2}
      | (?=\S{0,63}[0-9])(?=\S{0,63}[A-Z])[A-Za-z0-9+/]{40,}={0,2}  # lines of keys
    )(?![\w+=-])
    """,
    re.VERBOSE,
)
"""What is too long and too random to be a word."""

MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?![\w-])")

MAC = re.compile(r"(?<![\w:.-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:-])")

IPV4 = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)")

IPV6 = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:.]++(?![A-Za-z])(?:%[\w.-]+)?"
)
"""Also times and versions of all sorts; whoever finds one has to see whether it is an address."""

HOME = re.compile(
    r"(?P<root>(?:/var)?/home/|/Users/|[A-Za-z]:\\+Users\\+)(?P<user>[^\s/\\\"':,;<>()\[\]{}|]+)"
    r"(?P<rest>[/\\][^\s\"':,;<>()\[\]{}|]*)?"
)
OWN_HOME = re.compile(r"(?<![\w/~])(?P<root>~|/root)(?P<rest>/[^\s\"':,;<>()\[\]{}|]*)")

URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,20}://)(?:(?P<login>[^\s/@\"'<>]+)@)?"
    r"(?P<host>\[[^\]\s]+\]|[^\s/:?#\"'<>,;()\[\]{}|]+)"
)

HOSTS = (
    re.compile(r"(?<![\w./:@-])([A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*):\d{2,5}(?!\w|[:.]\d)"),
    re.compile(r"hostname,? (?:is )?([\w.-]+)[, ]", re.IGNORECASE),
    re.compile(r"BlockManagerId\([^,()]+, ([\w.-]+),"),
    re.compile(r"\bhost(?:name)?\s*[=:]\s*([\w.-]+)", re.IGNORECASE),
    re.compile(r"\bon (?:host|node|machine) ([\w.-]+)", re.IGNORECASE),
    re.compile(r"(?:UnknownHostException|resolve|unknown host)[: ]+([\w.-]+)"),
    re.compile(r"(?<![\w.-])[\w.-]++@([A-Za-z][\w-]*(?:\.[\w-]+)*)(?![\w.@])"),
    re.compile(r"(?<![\w.-])((?:[A-Za-z0-9-]+\.)+(?:local|lan|home|internal|intranet|corp|localdomain"
               r"|fritz\.box|box|com|net|org|edu|gov|io|dev|de|ch|at|uk|fr|eu|us|info|cloud))"
               r"(?![\w-]|\.\w)"),
)  # fmt: skip
"""Where a host's name stands in what Spark, Java and SSH print."""

USERS = (
    re.compile(r"(?:view|modify) acls (?:groups )?to: ([\w.-]+)"),
    re.compile(r"with (?:view|modify) permissions: (?:Set\(|\{)?([\w.-]+)"),
    re.compile(r"\buser(?:\.name|name)?[\"']?\s*[=:]\s*[\"']?([\w.-]+)", re.IGNORECASE),
    re.compile(r"\b(?:SPARK_USER|LOGNAME|USER|SUDO_USER|HADOOP_USER_NAME)=([\w.-]+)"),
    re.compile(
        r"(?:password|publickey|opened|closed) for (?:invalid |user )*([\w.-]+) (?:from|by)"
    ),
    re.compile(r"--proxy-user[ =]([\w.-]+)"),
    re.compile(r"\b(?:for|by|of|as|from) (?:invalid )?user (?:name )?['\"]?([\w.-]+)"),
    re.compile(r"\bowner(?:ed by)?[=: ]+([\w.-]+)"),
    re.compile(r"(?<![\w.@-])([A-Za-z_][\w.-]*+)@(?![0-9a-f]{5,8}\b)[A-Za-z0-9\[]"),
    re.compile(r"(?<![\w/])~([A-Za-z_][\w-]*)"),
)
"""Where a user's name stands."""

SOURCE_FILE = re.compile(r"\.(?:java|scala|py|kt|sh|sql|c|cpp|rs|jar|so)$", re.IGNORECASE)
JAVA_OBJECT = re.compile(r"[0-9a-f]{5,8}$")
"""What stands behind the @ of a Java object."""
PACKAGE = re.compile(
    r"^(?:org|com|net|io|java|javax|scala|sun|jdk|spark|py4j|breeze)\.[a-z]", re.ASCII
)
"""How names of Java packages, properties and classes begin; some end like names of hosts."""
