package io.backupmx.standalone;

import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.ScriptedSmtpClient;
import io.backupmx.testing.SendOutcome;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Mail to one domain that can be told apart from MAIL on: number 7 is from {@code m7@client.example} to
 * {@code r7@example.test}, number 17 from another to the same, and so on. Every one of it has to be taken.
 */
final class MarkedLoad {

    static final String DOMAIN = "example.test";

    private static final int RECIPIENTS = 10;
    private static final int CLIENTS = 4;

    private final int port;
    private final AtomicInteger last = new AtomicInteger();

    MarkedLoad(int port) {
        this.port = port;
    }

    static String sender(int mark) {
        return "m" + mark + "@client.example";
    }

    static String recipient(int mark) {
        return "r" + mark % RECIPIENTS + "@" + DOMAIN;
    }

    /** The local parts of all recipients, as the configuration lists them. */
    static String recipients() {
        return IntStream.range(0, RECIPIENTS).mapToObj(i -> "r" + i).toList().toString();
    }

    /** Whether it is, to the last octet, what its sender has sent. */
    static boolean isIntact(ReceivedMail mail) {
        return MarkedMail.markOf(mail.contentBelowTrace())
                .filter(mark -> sender(mark).equals(mail.sender()))
                .isPresent();
    }

    /** The highest number so far; all below are taken, too, once no sending is going on. */
    int sent() {
        return last.get();
    }

    /** Sends this many more, over some connections; returns when all are taken. */
    void send(int count) {
        AtomicInteger left = new AtomicInteger(count);
        CompletableFuture.allOf(IntStream.range(0, CLIENTS)
                        .mapToObj(_ -> running(() -> send(left)))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    private void send(AtomicInteger left) {
        try (ScriptedSmtpClient client = ScriptedSmtpClient.to(port)) {
            while (left.getAndDecrement() > 0) {
                send(client, last.incrementAndGet());
            }
        }
    }

    /** Sends one mail after the other, {@code perSecond} at most, until {@code enough}; done when all are taken. */
    CompletableFuture<Void> stream(int perSecond, CountDownLatch enough) {
        long pauseNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        return running(() -> {
            try (ScriptedSmtpClient client = ScriptedSmtpClient.to(port)) {
                while (!await(enough, pauseNanos)) {
                    send(client, last.incrementAndGet());
                }
            }
        });
    }

    private static boolean await(CountDownLatch latch, long nanos) {
        try {
            return latch.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static void send(ScriptedSmtpClient client, int mark) {
        int size = new SplittableRandom(mark).nextInt(300, 4000);
        SendOutcome outcome = client.sendMail(sender(mark), List.of(recipient(mark)), MarkedMail.content(mark, size));
        if (!(outcome instanceof SendOutcome.Accepted)) {
            throw new AssertionError("mail " + mark + " is not taken: " + outcome);
        }
    }

    private static CompletableFuture<Void> running(Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().name("marked-load").start(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (RuntimeException | AssertionError e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }
}
