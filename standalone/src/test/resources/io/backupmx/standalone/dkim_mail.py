"""Signs a mail, or tells whether its signatures hold, with dkimpy and without a network.

usage: dkim_mail.py sign PRIVATE_KEY_FILE HEADER_CANONICALIZATION BODY_CANONICALIZATION < mail > signed mail
       dkim_mail.py verify KEY_RECORD_FILE < mail

The key is that of selector test at client.example; verify reads its DNS record from a file, prints a line for each signature,
and ends with status 1 when there is none or one does not hold.
"""

import sys

import dkim


def sign(key_file, header, body):
    with open(key_file, "rb") as file:
        key = file.read()
    mail = sys.stdin.buffer.read()
    canonicalize = (header.encode("ascii"), body.encode("ascii"))
    # All the fields that may be, each as often as it is there: what a relay changes in any of them shows.
    names = [name.lower() for name, _ in dkim.DKIM(mail).headers]
    signature = dkim.sign(
        mail, b"test", b"client.example", key, canonicalize=canonicalize,
        include_headers=[name for name in names if name not in dkim.DKIM.SHOULD_NOT])
    sys.stdout.buffer.write(signature + mail)


def verify(record_file):
    with open(record_file, "rb") as file:
        record = file.read()

    def dns(name, timeout=5):
        return record if name.rstrip(b".") == b"test._domainkey.client.example" else None

    mail = sys.stdin.buffer.read()
    signatures = sum(name.lower() == b"dkim-signature" for name, _ in dkim.DKIM(mail).headers)
    results = [judge(mail, i, dns) for i in range(signatures)]
    for result in results:
        print(result)
    return 0 if results and all(result == "holds" for result in results) else 1


def judge(mail, index, dns):
    try:
        return "holds" if dkim.DKIM(mail).verify(index, dnsfunc=dns) else "does not hold"
    except dkim.DKIMException as why:
        return f"does not hold: {why}"


if sys.argv[1] == "sign":
    sign(*sys.argv[2:])
else:
    sys.exit(verify(sys.argv[2]))
