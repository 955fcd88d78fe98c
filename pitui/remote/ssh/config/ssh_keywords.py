"""The options that OpenSSH knows, readconf.c: one that it does not know is an error."""

OLD_NAMES = {
    "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
    "dsaauthentication": "pubkeyauthentication",
    "identityfile2": "identityfile",
}
"""Older names of options, by those that count."""

_KNOWN = """
host match include tag ignoreunknown addkeystoagent addressfamily afstokenpassing batchmode
bindaddress bindinterface canonicaldomains canonicalizefallbacklocal canonicalizehostname
canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms certificatefile
challengeresponseauthentication channeltimeout checkhostip cipher ciphers clearallforwardings
compression compressionlevel connectionattempts connecttimeout controlmaster controlpath
controlpersist dynamicforward enableescapecommandline enablesshkeysign escapechar
exitonforwardfailure fallbacktorsh fingerprinthash forkafterauthentication forwardagent
forwardx11 forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile
globalknownhostsfile2 gssapiauthentication gssapiclientidentity gssapidelegatecredentials
gssapikexalgorithms gssapikeyexchange gssapirenewalforcesrekey gssapiserveridentity
gssapitrustdns hashknownhosts hostbasedacceptedalgorithms hostbasedauthentication
hostbasedkeytypes hostkeyalgorithms hostkeyalias hostname identitiesonly identityagent
identityfile ipqos kbdinteractiveauthentication kbdinteractivedevices keepalive
kerberosauthentication kerberostgtpassing kexalgorithms knownhostscommand localcommand
localforward loglevel logverbose macs nohostauthenticationforlocalhost numberofpasswordprompts
obscurekeystroketiming passwordauthentication permitlocalcommand permitremoteopen pkcs11provider
port preferredauthentications protocol proxycommand proxyjump proxyusefdpass
pubkeyacceptedalgorithms pubkeyauthentication refuseconnection rekeylimit remotecommand
remoteforward requesttty requiredrsasize revokedhostkeys rhostsauthentication
rhostsrsaauthentication rsaauthentication securitykeyprovider sendenv serveralivecountmax
serveraliveinterval sessiontype setenv skeyauthentication smartcarddevice stdinnull
streamlocalbindmask streamlocalbindunlink stricthostkeychecking syslogfacility tcpkeepalive
tisauthentication tunnel tunneldevice updatehostkeys useprivilegedport user userknownhostsfile
userknownhostsfile2 useroaming usersh verifyhostkeydns versionaddendum visualhostkey
warnweakcrypto xauthlocation
"""
KNOWN = frozenset(_KNOWN.split())
"""Every option up to OpenSSH 10, those that are deprecated and without effect among them."""
