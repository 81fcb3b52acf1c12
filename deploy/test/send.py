#!/usr/bin/env python3
"""Sends mails, each with an X-Test-Id of its own, and notes the ids that were acknowledged; whatever fails, it goes on.

send.py PORT THREADS COUNT ACKNOWLEDGED REFUSED [OCTETS]

Ends after COUNT mails, or at SIGTERM; every id in the file ACKNOWLEDGED got its 250. Replies other than 250, and lost
connections, are counted by their first word in the file REFUSED.
"""
import collections
import itertools
import signal
import smtplib
import sys
import threading
import time

PORT, THREADS, COUNT = (int(text) for text in sys.argv[1:4])
LINES = int(sys.argv[6]) // 72 if len(sys.argv) > 6 else 56
numbers = itertools.count(1)
stopped = threading.Event()
lock = threading.Lock()
acknowledged = open(sys.argv[4], "w", buffering=1)
refused = collections.Counter()
run = "%x" % int(time.time() * 1000)


def send(smtp, number):
    mail_id = "%s-%d" % (run, number)
    body = "From: bob@example.net\r\nTo: alice@example.test\r\nX-Test-Id: %s\r\n\r\n%s\r\n" % (mail_id, ("x" * 70 + "\r\n") * LINES)
    smtp.sendmail("bob@example.net", ["alice@example.test"], body)
    with lock:
        acknowledged.write(mail_id + "\n")


def work():
    smtp = None
    while not stopped.is_set():
        with lock:
            number = next(numbers)
        if number > COUNT:
            break
        try:
            if smtp is None:
                smtp = smtplib.SMTP("127.0.0.1", PORT, timeout=40)
            send(smtp, number)
        except (smtplib.SMTPException, OSError) as problem:
            code = getattr(problem, "smtp_code", None)
            recipients = getattr(problem, "recipients", None)
            if code is None and recipients:
                code = list(recipients.values())[0][0]
            with lock:
                refused[code or type(problem).__name__] += 1
            if code not in (451, 452):
                smtp = None
            else:
                try:
                    smtp.rset()
                except (smtplib.SMTPException, OSError):
                    smtp = None
            stopped.wait(0.2)


signal.signal(signal.SIGTERM, lambda *_: stopped.set())
signal.alarm(900)  # whoever should have stopped it may be gone
threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with open(sys.argv[5], "w") as file:
    file.writelines("%s %d\n" % pair for pair in refused.items())
