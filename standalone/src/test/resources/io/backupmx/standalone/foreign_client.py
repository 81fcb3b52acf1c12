"""Sends in ways that Python's own SMTP client can, and in one that it cannot.

usage: foreign_client.py PORT utf8 SENDER RECIPIENT   a mail whose addresses and header need SMTPUTF8
       foreign_client.py PORT pipelined RECIPIENT     two mails, an RSET and QUIT in one write, split nowhere on purpose
       foreign_client.py PORT dribbled RECIPIENT      the same, an octet a write

The last two print the replies' codes.
"""

import smtplib
import socket
import sys
from email.message import EmailMessage


def utf8(port, sender, recipient):
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = "Grüße aus Köln"
    mail.set_content("Grüße\n", cte="8bit")
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=30) as client:
        client.send_message(mail)


def session(recipient):
    mail = f"MAIL FROM:<carol@client.example> BODY=8BITMIME\r\nRCPT TO:<{recipient}>\r\n"
    return (
        "EHLO client.example\r\n"
        + mail
        + "DATA\r\nSubject: first\r\n\r\n..\r\n.\r\n"
        + mail
        + "RSET\r\n"
        + "MAIL FROM:<carol@client.example>\r\nRCPT TO:<mallory@example.test>\r\nDATA\r\nRSET\r\n"
        + mail
        + "BDAT 19\r\nSubject: second\r\n\r\nBDAT 3 LAST\r\n.\r\nQUIT\r\n"
    ).encode("ascii")


def converse(port, octets, at_once):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(octets), at_once):
            client.sendall(octets[i : i + at_once])
        said = b""
        while more := client.recv(65536):
            said += more
    for line in said.decode("ascii").splitlines():
        if line[3:4] == " ":
            print(line[:3])


if __name__ == "__main__":
    to, what, *rest = sys.argv[1:]
    if what == "utf8":
        utf8(int(to), *rest)
    else:
        everything = session(*rest)
        converse(int(to), everything, len(everything) if what == "pipelined" else 1)
