"""Sends a mail with Python's own SMTP client.

usage: smtplib_client.py [--starttls] PORT SENDER RECIPIENT... < content

The content is sent as it is, dots stuffed. Prints the recipients that were refused, one a line.
"""

import smtplib
import ssl
import sys

starttls = sys.argv[1] == "--starttls"
if starttls:
    del sys.argv[1]
port, sender, *recipients = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port), timeout=30) as client:
    if starttls:
        client.starttls(context=ssl._create_unverified_context())
    client.ehlo("client.example")
    options = ["BODY=8BITMIME"] if client.has_extn("8bitmime") else []
    refused = client.sendmail(sender, recipients, sys.stdin.buffer.read(), options)
for recipient, (code, text) in sorted(refused.items()):
    print(recipient, code, text.decode("ascii"))
