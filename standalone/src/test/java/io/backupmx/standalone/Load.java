package io.backupmx.standalone;

import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * Clients that send one marked mail after the other, each over a connection of its own, until the server is gone; and what
 * they know of every mail afterwards.
 */
final class Load {

    private static final int LARGE = 101 << 10;

    /** One mail to one domain: what has to arrive. */
    record Part(int mark, String domain) {}

    private static final Duration TO_NOTICE = Duration.ofSeconds(60);

    private final int port;
    private final List<String> domains;
    private final IntFunction<String> senders;
    private final AtomicInteger nextMark = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();

    /** Answered 250. */
    final Set<Part> confirmed = ConcurrentHashMap.newKeySet();

    /** The final dot was sent, and no answer came. */
    final Set<Integer> unconfirmed = ConcurrentHashMap.newKeySet();

    /** The server cannot have had all of them. */
    final Set<Integer> cut = ConcurrentHashMap.newKeySet();

    final Set<Integer> refused = ConcurrentHashMap.newKeySet();

    Load(int port, List<String> domains) {
        this(port, domains, _ -> Sender.FROM);
    }

    /** @param senders of each mail, by its mark */
    Load(int port, List<String> domains, IntFunction<String> senders) {
        this.port = port;
        this.domains = domains;
        this.senders = senders;
    }

    /** How many mails were answered 250 so far. */
    int accepted() {
        return accepted.get();
    }

    /** Begins now; each thread ends when its server is gone. */
    List<Thread> start(int clients, SplittableRandom random) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            SplittableRandom own = random.split();
            threads.add(Thread.ofVirtual().name("client-" + i).start(() -> run(own)));
        }
        return threads;
    }

    /** Returns when all of them know that their server is gone. */
    static void awaitEnd(List<Thread> clients) {
        try {
            for (Thread client : clients) {
                if (!client.join(TO_NOTICE)) {
                    throw new AssertionError("a client still waits for a server that was killed");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void run(SplittableRandom random) {
        ScriptedSmtpClient client = ScriptedSmtpClient.to(port);
        try {
            boolean there = true;
            while (there) {
                there = send(client, random);
            }
        } finally {
            client.close();
        }
    }

    private boolean send(ScriptedSmtpClient client, SplittableRandom random) {
        int mark = nextMark.incrementAndGet();
        List<String> to = random.nextInt(10) == 0 ? domains : List.of(domains.get(random.nextInt(domains.size())));
        byte[] content = MarkedMail.content(mark, size(random));
        SendOutcome outcome = client.sendMail(
                senders.apply(mark),
                to.stream().map(domain -> "alice@" + domain).toList(),
                content);
        return switch (outcome) {
            case SendOutcome.Accepted _ -> {
                to.forEach(domain -> confirmed.add(new Part(mark, domain)));
                accepted.incrementAndGet();
                yield true;
            }
            case SendOutcome.Refused(var reply) -> {
                refused.add(mark);
                yield reply.code() != 421;
            }
            case SendOutcome.Unknown unknown -> {
                (unknown.when() == SendOutcome.When.AFTER_DOT ? unconfirmed : cut).add(mark);
                yield false;
            }
        };
    }

    /** Mostly small, some near and some beyond the size from which mail is streamed. */
    private static int size(SplittableRandom random) {
        int kind = random.nextInt(100);
        if (kind < 85) {
            return random.nextInt(200, 8000);
        }
        return kind < 95 ? random.nextInt(20_000, LARGE) : random.nextInt(LARGE, 400_000);
    }
}
