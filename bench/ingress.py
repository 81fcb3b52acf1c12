"""Clients for bench/ingress.

connect ADDRESS HOW PROCESSES SECONDS  connects anew again and again, each time until it is greeted; HOW is clear, full or
                                       resumed (TLS first, without and with the session of before); prints how often
first ADDRESS                          one full handshake at a door where TLS comes first; prints the milliseconds
slow ADDRESS SENDERS                   senders within their content, of an octet a second each, until it is killed
recipients ADDRESS COUNT               one mail to as many recipients, in one write and one by one; prints the milliseconds
"""

import multiprocessing
import socket
import ssl
import sys
import time

from sessions import ask, source

ADDRESSES = 200
TIMEOUT = 30


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def connected(address, i):
    client = socket.create_connection(address, TIMEOUT, source_address=(f"127.3.0.{1 + i % ADDRESSES}", 0))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def greeted(client):
    said = client.recv(4096)
    if said[:4] != b"220 ":
        sys.exit(f"not greeted: {said!r}")


def connect_again_and_again(address, how, number, seconds, counts):
    tls = context()
    session = None
    end = time.monotonic() + seconds
    made = resumed = 0
    while time.monotonic() < end:
        with connected(address, number + made) as client:
            if how == "clear":
                greeted(client)
            else:
                with tls.wrap_socket(client, session=session) as client:
                    greeted(client)  # and TLS 1.3 has sent its ticket by then
                    resumed += client.session_reused
                    if how == "resumed":
                        session = client.session
        made += 1
    counts.put((made, resumed))


def connect(address, how, processes, seconds):
    counts = multiprocessing.Queue()
    clients = [
        multiprocessing.Process(
            target=connect_again_and_again, args=(address, how, i * 50, float(seconds), counts), daemon=True
        )
        for i in range(int(processes))
    ]
    for client in clients:
        client.start()
    try:
        both = [counts.get(timeout=float(seconds) + TIMEOUT) for _ in clients]
    except Exception:
        sys.exit("a client has not come to its end")
    made, resumed = (sum(one) for one in zip(*both))
    if how == "full" and resumed or how == "resumed" and resumed < made * 0.9:
        sys.exit(f"{resumed} of {made} handshakes were resumed")
    print(made)


def first(address):
    with connected(address, 0) as client:
        began = time.monotonic()
        with context().wrap_socket(client) as client:
            greeted(client)
        print(f"{1000 * (time.monotonic() - began):.0f}")


def slow(address, senders):
    opened = []
    for i in range(int(senders)):
        client = socket.create_connection(address, TIMEOUT, source_address=(source(i), 0))
        for command in b"", b"EHLO slow.example\r\n", b"MAIL FROM:<>\r\n", b"RCPT TO:<bob@example.test>\r\n", b"DATA\r\n":
            ask(client, command)
        opened.append(client)
    print(f"held {senders}", flush=True)
    begun = time.monotonic()
    sent = 0
    while True:
        due = int((time.monotonic() - begun) * len(opened))
        if due - sent > 2 * len(opened):
            sys.exit("two seconds late: this machine is not fast enough for them")
        while sent < due:
            opened[sent % len(opened)].sendall(b"x")
            sent += 1
        time.sleep(0.002)


def expect(client, octets, codes):
    """Sends, and reads as many replies of one line each as codes has."""
    client.sendall(octets)
    said = b""
    while said.count(b"\n") < len(codes):
        more = client.recv(65536)
        if not more:
            sys.exit(f"closed by the server: {said[-200:]!r}")
        said += more
    answered = [line[:3] for line in said.decode("ascii").splitlines()]
    if answered != codes:
        wrong = next(i for i, code in enumerate(codes) if answered[i] != code)
        sys.exit(f"reply {wrong + 1} is {answered[wrong]}, not {codes[wrong]}")


def recipients(address, count):
    count = int(count)
    rcpts = [f"RCPT TO:<user{i}@example.test>\r\n".encode() for i in range(count)]
    took = []
    for at_once in (True, False):
        with connected(address, 0) as client:
            ask(client, b"")
            ask(client, b"EHLO client.example\r\n")
            expect(client, b"MAIL FROM:<load@client.example>\r\n", ["250"])
            began = time.monotonic()
            if at_once:
                expect(client, b"".join(rcpts), ["250"] * count)
            else:
                for rcpt in rcpts:
                    expect(client, rcpt, ["250"])
            took.append(time.monotonic() - began)
            expect(client, b"RCPT TO:<one-too-many@example.test>\r\n", ["452"])
            expect(client, b"DATA\r\n", ["354"])
            began = time.monotonic()
            expect(client, b"Subject: many\r\n\r\n.\r\n", ["250"])
            took.append(time.monotonic() - began)
    at_once, stored, one_by_one, _ = (1000 * each for each in took)
    print(f"{at_once:.0f} {one_by_one:.0f} {stored:.0f}")


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    host, port = where.rsplit(":", 1)
    {"connect": connect, "first": first, "slow": slow, "recipients": recipients}[what]((host, int(port)), *rest)
