"""Clients and a primary for bench/large.

send ADDRESS MAILS BYTES      as many senders at once, each with one mail of so many octets; they stop in the middle until all are
                              there, say "held", and wait for SIGUSR1; the end is how fast the rest was taken, and how many were
                              put off and came again
take ADDRESS MAILS MEGABYTES  a primary for so many large mails, and any number of small ones between; reads so many megabytes a second, of all
                              large ones together and in equal shares, 0: as they come; says how many are in flight, when the
                              first has ended, and when all have, in seconds from its own start
"""

import selectors
import signal
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sessions import ask, is_whole

TIMEOUT = 300
LINE = b"x" * 62 + b"\r\n"
BLOCK = LINE * 1024
AGAIN_SECONDS = 1

TICK_SECONDS = 0.02
READ = 256 << 10
RECEIVE_BUFFER = 64 << 10
SMALL = 64 << 10
END = b"\r\n.\r\n"


def answer(client):
    said = b""
    while not is_whole(said):
        more = client.recv(4096)
        if not more:
            sys.exit(f"closed by the server: {said!r}")
        said += more
    return said


def send_one(address, number, blocks, in_the_middle):
    """Returns how often the mail was put off."""
    with socket.create_connection(address, TIMEOUT, source_address=(f"127.4.0.{1 + number % 250}", 0)) as client:
        ask(client, b"")
        ask(client, b"EHLO client.example\r\n")
        put_off = 0
        while True:
            ask(client, b"MAIL FROM:<load@client.example> SIZE=%d\r\n" % (blocks * len(BLOCK)))
            ask(client, b"RCPT TO:<bob@example.test>\r\n")
            ask(client, b"DATA\r\n")
            for i in range(blocks):
                if put_off == 0 and i == blocks // 2:
                    in_the_middle()
                client.sendall(BLOCK)
            client.sendall(b".\r\n")
            said = answer(client)
            if said[:1] == b"2":
                return put_off
            if said[:1] != b"4":
                sys.exit(f"refused: {said!r}")
            put_off += 1
            time.sleep(AGAIN_SECONDS)


def send(address, mails, size):
    mails, blocks = int(mails), int(size) // len(BLOCK)
    there = threading.Barrier(mails + 1)
    go = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: go.set())

    def in_the_middle():
        there.wait(TIMEOUT)
        if not go.wait(TIMEOUT):
            sys.exit("not told to go on")

    with ThreadPoolExecutor(mails) as senders:
        sent = [senders.submit(send_one, address, i, blocks, in_the_middle) for i in range(mails)]
        try:
            there.wait(TIMEOUT)
        except threading.BrokenBarrierError:
            for one in sent:
                one.result()
            raise
        print("held", flush=True)
        go.wait(TIMEOUT)
        began = time.monotonic()
        put_off = sum(one.result() for one in sent)
        took = time.monotonic() - began
    rest = mails * (blocks - blocks // 2) * len(BLOCK)
    print(f"taken the rest at {rest / 1e6 / took:.0f} MB/s, {put_off} put off", flush=True)


class Mails:
    """What has become of the large ones."""

    def __init__(self, expected):
        self.expected = expected
        self.began = time.monotonic()
        self.in_flight = 0
        self.most = 0
        self.ended = 0
        self.octets = 0
        self.first_octet = None
        self.first_mail = None

    def seconds(self):
        return time.monotonic() - self.began

    def begun(self):
        self.first_octet = self.first_octet or self.seconds()
        self.in_flight += 1
        if self.in_flight > self.most:
            self.most = self.in_flight
            print(f"in flight {self.most}", flush=True)

    def over(self, octets, large):
        self.first_mail = self.first_mail or self.seconds()
        if large:
            self.in_flight -= 1
            self.ended += 1
            self.octets += octets
            if self.ended == 1:
                print(f"ended {self.seconds():.1f}", flush=True)
            if self.ended == self.expected:
                rate = self.octets / 1e6 / (self.seconds() - self.first_octet)
                print(f"all first {self.first_mail:.1f} s, last {self.seconds():.1f} s, {rate:.0f} MB/s", flush=True)


class Peer:
    """One connection of a client that says one thing at a time."""

    def __init__(self, client, mails):
        self.client = client
        self.mails = mails
        self.said = b""
        self.content = None  # octets of it so far
        self.tail = b""
        self.say(b"220 primary.example\r\n")

    def say(self, reply):
        self.client.sendall(reply)

    def is_large(self):
        return self.content is not None and self.content > SMALL

    def read(self, most):
        """Returns how many octets there were; negative when the client has gone."""
        try:
            octets = self.client.recv(most)
        except BlockingIOError:
            return 0
        except OSError:
            octets = b""
        if not octets:
            if self.is_large():
                sys.exit("a connection was lost within a large mail")
            return -1
        self.hear(octets)
        return len(octets)

    def hear(self, octets):
        if self.content is None:
            self.said += octets
            while self.content is None and b"\r\n" in self.said:
                line, self.said = self.said.split(b"\r\n", 1)
                self.on_command(line[:4].upper())
            if self.content is None or not self.said:
                return
            octets, self.said = self.said, b""
        was_large = self.is_large()
        self.content += len(octets)
        if self.is_large() and not was_large:
            self.mails.begun()
        self.tail = (self.tail + octets)[-len(END) :]
        if self.tail == END:
            self.mails.over(self.content, self.is_large())
            self.content = None
            self.say(b"250 2.0.0 taken\r\n")

    def on_command(self, verb):
        if verb == b"EHLO":
            self.say(b"250-primary.example\r\n250-8BITMIME\r\n250 SIZE 0\r\n")
        elif verb == b"DATA":
            self.content, self.tail = 0, b"\r\n"
            self.say(b"354 go on\r\n")
        elif verb == b"QUIT":
            self.say(b"221 bye\r\n")
        else:
            self.say(b"250 ok\r\n")


def take(address, expected, megabytes):
    mails = Mails(int(expected))
    rate = float(megabytes) * 1e6
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)  # what is not read is to stay with the sender
    listener.bind(address)
    listener.listen(1000)
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    slow = []
    read_until = time.monotonic()
    while True:
        for key, _ in selector.select(TICK_SECONDS if slow else 1):
            if key.fileobj is listener:
                client, _ = listener.accept()
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(client, selectors.EVENT_READ, Peer(client, mails))
                continue
            peer = key.data
            if peer.read(READ) < 0:
                selector.unregister(peer.client)
                peer.client.close()
            elif rate and peer.is_large():
                selector.unregister(peer.client)
                slow.append(peer)
        now = time.monotonic()
        if not slow:
            read_until = now
        elif now - read_until >= TICK_SECONDS:
            share = max(1, int(rate * min(now - read_until, 10 * TICK_SECONDS) / len(slow)))
            read_until = now
            for peer in list(slow):
                peer.read(share)
                if not peer.is_large():
                    slow.remove(peer)
                    selector.register(peer.client, selectors.EVENT_READ, peer)


if __name__ == "__main__":
    what, where, *rest = sys.argv[1:]
    host, port = where.rsplit(":", 1)
    {"send": send, "take": take}[what]((host, int(port)), *rest)
