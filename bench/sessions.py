"""Clients for bench/sessions.

hold ADDRESS SESSIONS   opens sessions from many addresses of the loopback, greets, and keeps them until it is killed
send ADDRESS MAILS      sends mails one after the other in one session; prints how long each took
"""

import selectors
import socket
import sys
import time

PER_ADDRESS = 90
AT_ONCE = 200
MAIL = b"Subject: load\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 55 + b".\r\n"


def source(i):
    """Not one of what the loopback's own programs use."""
    return f"127.1.{i // PER_ADDRESS // 250}.{1 + i // PER_ADDRESS % 250}"


def hold(address, sessions):
    selector = selectors.DefaultSelector()
    greeted = 0
    opened = 0
    while greeted < sessions:
        while opened < sessions and opened - greeted < AT_ONCE:
            client = socket.socket()
            client.bind((source(opened), 0))
            client.connect(address)
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ, {"said": b"", "greeted": False})
            opened += 1
        for key, _ in selector.select(10):
            said = key.fileobj.recv(4096)
            if not said:
                sys.exit(f"closed by the server after {greeted}: {key.data['said']!r}")
            key.data["said"] += said
            if not is_whole(key.data["said"]):
                continue
            if key.data["said"][:1] != b"2":
                sys.exit(f"refused after {greeted}: {key.data['said']!r}")
            key.data["said"] = b""
            if key.data["greeted"]:
                greeted += 1
            else:
                key.data["greeted"] = True
                key.fileobj.send(b"EHLO client.example\r\n")
    print(f"held {sessions}", flush=True)
    for key, _ in selector.select(None):
        sys.exit(f"the server has something to say: {key.fileobj.recv(4096)!r}")


def is_whole(reply):
    return reply.endswith(b"\r\n") and reply[:-2].rsplit(b"\r\n", 1)[-1][3:4] == b" "


def ask(client, octets):
    client.sendall(octets)
    said = b""
    while not is_whole(said):
        more = client.recv(4096)
        if not more:
            sys.exit(f"closed by the server: {said!r}")
        said += more
    if said[:1] not in b"23":
        sys.exit(f"refused: {said!r}")


def send(address, mails):
    client = socket.create_connection(address, source_address=("127.2.0.1", 0))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ask(client, b"")
    ask(client, b"EHLO client.example\r\n")
    took = []
    for _ in range(mails):
        began = time.monotonic()
        ask(client, b"MAIL FROM:<load@client.example>\r\n")
        ask(client, b"RCPT TO:<bob@example.test>\r\n")
        ask(client, b"DATA\r\n")
        ask(client, MAIL)
        took.append(time.monotonic() - began)
    took.sort()
    p50, p99 = (1000 * took[int(share * len(took))] for share in (0.5, 0.99))
    print(f"p50 {p50:.2f} ms, p99 {p99:.2f} ms")


if __name__ == "__main__":
    what, where, count = sys.argv[1:]
    host, port = where.rsplit(":", 1)
    {"hold": hold, "send": send}[what]((host, int(port)), int(count))
