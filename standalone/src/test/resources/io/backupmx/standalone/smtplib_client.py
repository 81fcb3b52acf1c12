"""Sends a mail with Python's own SMTP client.

usage: smtplib_client.py PORT SENDER RECIPIENT... < content

The content is sent as it is, dots stuffed. Prints the recipients that were refused, one a line.
"""

import smtplib
import sys

port, sender, *recipients = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port), timeout=30) as client:
    client.ehlo("client.example")
    options = ["BODY=8BITMIME"] if client.has_extn("8bitmime") else []
    refused = client.sendmail(sender, recipients, sys.stdin.buffer.read(), options)
for recipient, (code, text) in sorted(refused.items()):
    print(recipient, code, text.decode("ascii"))
