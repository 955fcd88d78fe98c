"""Files of ssh_config(5), each with hosts that it says something about."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """One configuration below ~/.ssh."""

    config: str
    hosts: tuple[str, ...] = ("pi1",)
    others: dict[str, str] = field(default_factory=dict)
    """Files beside `config`."""

    @property
    def files(self) -> dict[str, str]:
        """All files, by name."""
        return {"config": self.config, **self.others}


SAMPLES = {
    "empty": Sample("", ("pi1", "PI1", "192.168.1.10", "127.1", "fe80::1", "::1")),
    "remark at the end": Sample("Host pi1\n  HostName 192.168.1.11  # slot 1\n"),
    "remark after Host": Sample("Host pi1 # bob's pi\n  Port 23\n", ("pi1", "bob's", "#")),
    "remark after Match all": Sample("Match all # x\n  Port 24\n"),
    "remark with an apostrophe": Sample("# it's\nHost pi1\n\t# that's\n\tPort 25 # Bob's\n"),
    "remark without a blank": Sample("Host pi1\nUser bob#1\nHostName a#b\n"),
    "quotes": Sample('Host "pi1" \'pi2\'\n  User "bob smith"\n', ("pi1", "pi2")),
    "quote that does not end": Sample('Host pi1\n  User "bob\n'),
    "escapes": Sample('Host pi1\n  IdentityFile ~/a\\ b\n  IdentityFile "c\\"d"\n  User LAB\\pi\n'),
    "backslashes": Sample("User A\\\\b\\'c\\\"d\\n\n"),
    "equals signs": Sample("Host=pi1\nPort=26\nUser = bob\nHostName= 10.0.0.1\n"),
    "two equals signs": Sample("Host pi1\nUser == bob\n"),
    "tabs and carriage returns": Sample("Host\tpi1\r\n\tPort\t27\r\n\r\n  User bob  \t\r\n"),
    "case of keywords": Sample(
        "hOST pi1\n  pORT 28\n  USER Bob\n  hostname PI.Lan\n", ("pi1", "PI1")
    ),
    "quoted keyword": Sample('"Port" 29\n'),
    "no argument": Sample("Host pi1\n  Port\n"),
    "too many arguments": Sample("Host pi1\n  User bob jane\n"),
    "empty argument": Sample('Host pi1\n  User ""\n'),
    "unknown option": Sample("Host pi1\n  Prot 22\n"),
    "unknown option that is ignored": Sample(
        "IgnoreUnknown UseKeychain,Add*\nHost pi1\n  UseKeychain yes\n  AddStuff a b c\n  Port 30\n"
    ),
    "options of others": Sample("Host pi2\n  Port many\n"),
    "bad port": Sample("Port 70000\n"),
    "port by name": Sample("Port ssh\n"),
    "first value wins": Sample(
        "Host pi1\n Port 31\nHost *\n Port 32\n User jane\n", ("pi1", "pi2")
    ),
    "negated": Sample("Host pi* !pi2\n  User bob\nHost *\n  User jane\n", ("pi1", "pi2", "nuc")),
    "negated alone": Sample("Host !pi1\n  User bob\n", ("pi1", "pi2")),
    "question marks": Sample("Host pi? 192.168.?.1*\n  User q\n", ("pi1", "pi12", "192.168.7.15")),
    "brackets are no pattern": Sample("Host pi[12]\n  User q\n", ("pi1", "pi[12]")),
    "times with units": Sample(
        "Host pi1\n  ServerAliveInterval 1m\n  ConnectTimeout 10s\n  ControlPersist 1h30m\n"
        "  Port 33\n"
    ),
    "HostName's tokens": Sample("Host pi1 pi2\n  HostName %h.lan.%%x\n", ("pi1", "pi2")),
    "HostName's unknown token": Sample("Host pi2\n  HostName %h\n", ("pi2",)),
    "HostKeyAlias": Sample("Host pi1\n  HostKeyAlias Shelf-%h\n"),
    "family and origin": Sample(
        "AddressFamily inet6\nBindAddress 127.0.0.1\nBindInterface lo\nHost pi2\n"
        "AddressFamily inet\n"
    ),
    "bad family": Sample("AddressFamily inet4\n"),
    "truth": Sample("IdentitiesOnly YES\nProxyUseFdpass True\nPubkeyAuthentication no\n"),
    "host-bound": Sample("PubkeyAuthentication host-bound\n"),
    "no truth": Sample("IdentitiesOnly maybe\n"),
    "several identities": Sample(
        "Host pi1\n  IdentityFile ~/.ssh/a\n  IdentityFile ~/.ssh/b.pub\nHost *\n"
        "  IdentityFile ~/.ssh/a\n  IdentityFile %d/.ssh/%r@%h:%p\n  IdentityFile none\n",
        ("pi1", "pi2"),
    ),
    "certificates": Sample(
        "CertificateFile ~/c-cert.pub\nCertificateFile /d\nCertificateFile /d\n"
    ),
    "agent": Sample(
        "Host pi1\n  IdentityAgent ~/agent.%r\nHost pi2\n  IdentityAgent none\n",
        ("pi1", "pi2", "pi3"),
    ),
    "agent by variables": Sample(
        "Host pi1\n  IdentityAgent $SOME_SOCKET\nHost pi2\n  IdentityAgent ${SOME_SOCKET}/a\n"
        "Host pi3\n  IdentityAgent SSH_AUTH_SOCK\n",
        ("pi1", "pi2", "pi3"),
    ),
    "agent by a bad variable": Sample("IdentityAgent $a-b\n"),
    "known hosts": Sample(
        "Host pi1\n  UserKnownHostsFile ~/.ssh/a /dev/null %d/.ssh/%h\n"
        "  GlobalKnownHostsFile /a /b\n"
        "Host pi2\n  UserKnownHostsFile none\n  GlobalKnownHostsFile none\n",
        ("pi1", "pi2", "pi3"),
    ),
    "known hosts with a blank": Sample('UserKnownHostsFile "~/a b/known hosts" ~/c\\ d\n'),
    "known hosts and none": Sample("UserKnownHostsFile none ~/a\n"),
    "ProxyCommand": Sample('Host pi1\n  ProxyCommand ~/nc.sh -x "a b" %h %p 2>/dev/null # why\n'),
    "ProxyCommand none": Sample(
        "Host pi1\n  ProxyCommand none\nHost *\n  ProxyCommand nc %h %p\n", ("pi1", "pi2")
    ),
    "ProxyCommand with equals": Sample("ProxyCommand=nc -e 'it' %h\n"),
    "ProxyCommand with an open quote": Sample("ProxyCommand sh -c 'nc\n"),
    "ProxyJump": Sample(
        "Host pi1\n  ProxyJump bob@gate:2222,%r@inner.%n,[::1]:23\nHost pi2\n ProxyJump gate\n",
        ("pi1", "pi2", "pi3"),
    ),
    "ProxyJump none": Sample(
        "Host pi1\n  ProxyJump none\nHost *\n  ProxyJump gate\n", ("pi1", "pi2")
    ),
    "ProxyJump with a remark": Sample("ProxyJump gate # the NUC\n"),
    "ProxyJump by addresses": Sample(
        "Host pi1\n  ProxyJump ssh://bob@gate:22/,a@b@1.2.3.4:ssh\nHost pi2\n  ProxyJump a,[b]:7\n",
        ("pi1", "pi2"),
    ),
    "ProxyJump to an address in a URI": Sample("ProxyJump ssh://[::1]:23\n"),
    "ProxyJump without a host": Sample("ProxyJump a,@b\n"),
    "ProxyJump that makes no sense": Sample("ProxyJump gate:port\n"),
    "ProxyJump before ProxyCommand": Sample("ProxyJump gate\nProxyCommand nc %h %p\n"),
    "ProxyCommand before ProxyJump": Sample("ProxyCommand nc %h %p\nProxyJump gate\n"),
    "ProxyJump none before ProxyCommand": Sample("ProxyJump none\nProxyCommand nc %h %p\n"),
    "ProxyCommand none before ProxyJump": Sample("ProxyCommand none\nProxyJump gate\n"),
    "loop": Sample("ProxyJump pi1\n", ("pi1", "pi2")),
    "Match host": Sample(
        "Host pi1\n  HostName 10.0.0.7\nMatch host 10.0.0.*\n  User ten\n"
        "Match originalhost pi1,pi2\n"
        "  Port 34\nMatch host=pi2\n  User two\n",
        ("pi1", "pi2", "PI2"),
    ),
    "Match user": Sample(
        "Host pi1\n  User bob\nMatch user bob,jane\n  Port 35\nMatch !user bob localuser *\n"
        "  Port 36\n",
        ("pi1", "pi2"),
    ),
    "Match exec": Sample(
        'Match exec "test %n = pi1"\n  User yes\nMatch !exec "test %h = pi1" host *\n  User no\n',
        ("pi1", "pi2"),
    ),
    "Match exec is not run in vain": Sample(
        'Match host nobody exec "touch %d/ran"\n  User yes\n', ("pi1",)
    ),
    "Match final": Sample(
        "Host pi1\n  HostName pi1.lan\nMatch final\n  IdentityFile ~/.ssh/final\n  ProxyJump gate\n"
        "  User last\nHost *.lan\n  Port 37\n",
        ("pi1", "pi2"),
    ),
    "Match final host": Sample(
        "Host pi1\n HostName x.lan\nMatch final host *.lan\n Port 38\nMatch final all\n User a\n"
    ),
    "Match canonical": Sample("Match canonical\n  Port 39\nMatch !canonical\n  User c\n"),
    "Match final and canonical": Sample(
        "Match !final\n User a\nMatch final\n User b\nMatch canonical all\n Port 40\n"
    ),
    "Match all with others": Sample("Match host pi1 all\n  Port 41\n"),
    "Match all with two others": Sample("Match host pi1 user root all\n  Port 41\n"),
    "Match all before others": Sample("Match all host pi1\n  Port 41\n"),
    "Match none": Sample("Match\n  Port 41\n"),
    "Match without an argument": Sample("Match host\n  Port 41\n"),
    "Match of no kind": Sample("Match colour red\n  Port 41\n"),
    "Include": Sample(
        "Include config.d/*\nHost *\n  User last\n",
        ("pi1", "pi2"),
        {
            "config.d/20": "Host pi1\n  Port 42\n  User second\n",
            "config.d/10": "Host pi1\n  Port 43\n",
            "config.d/9": "Host pi*\n  IdentityFile ~/.ssh/%r@%h:%p\n"
            "  UserKnownHostsFile ~/.ssh/%h\n",
            "config.d/.hidden": "Port 1\n",
        },
    ),
    "Include in a section": Sample(
        "Host pi1\n  Include one\n  User bob\nHost *\n  User jane\n",
        ("pi1", "pi2"),
        {"one": "Port 44\nHost *\n  HostName %h.one\nMatch all\n  IdentitiesOnly yes\n"},
    ),
    "Include within Include": Sample(
        'Include one "two words" missing ~/.ssh/three*\n',
        ("pi1",),
        {
            "one": "Include two\nUser one\n",
            "two": "User two\n",
            "two words": "Port 45\n",
            "three3": "HostName %h.three\n",
        },
    ),
    "Include of itself": Sample("Include config\n"),
    "Include with a mistake": Sample("Include one\n", ("pi1",), {"one": "Port 22\nPort none\n"}),
    "tokens in an included file": Sample(
        "Include one\nHost pi1\n  HostName 10.0.0.9\n  User bob\n  Port 46\n",
        ("pi1",),
        {"one": "IdentityFile ~/.ssh/%r-%p-%h-%n\nUserKnownHostsFile ~/.ssh/%r-%p-%h-%n-%k\n"},
    ),
    "no end of line": Sample("Host pi1\n  Port 47"),
    "form feed alone": Sample("\f\n"),
    "blank lines and form feeds": Sample("\n\n   \n \f\nHost pi1\n  Port 48 \f\n"),
    "a list of the manual": Sample(
        "Host pi1\n  SendEnv LANG LC_*\n  SetEnv A=b\n  LocalForward 8080 127.0.0.1:80\n"
        "  RequestTTY force\n"
        "  RemoteCommand echo '#' %h\n  LogLevel ERROR\n  Compression yes\n"
        "  StrictHostKeyChecking accept-new\n  Port 49\n"
    ),
}
