package io.backupmx.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Sessions that go on asking about recipients, each of whom has one right answer, while something happens elsewhere. */
final class Bystanders implements AutoCloseable {

    /** Fewer than make an ingress end a session for its errors. */
    private static final int MOST = 5000;

    private final int port;
    private final List<CompletableFuture<List<Duration>>> sessions = new ArrayList<>();
    private volatile boolean over;

    private Bystanders(int port) {
        this.port = port;
    }

    /** @param rights for each session: address → how the reply to it begins */
    static Bystanders of(int port, List<Map<String, String>> rights) {
        Bystanders all = new Bystanders(port);
        rights.forEach(all::start);
        return all;
    }

    private void start(Map<String, String> right) {
        CompletableFuture<List<Duration>> session = new CompletableFuture<>();
        sessions.add(session);
        Thread.ofVirtual().start(() -> {
            try (RcptSession asking = new RcptSession(port)) {
                do {
                    right.forEach((address, begins) -> {
                        String reply = asking.rcpt(address);
                        if (!reply.startsWith(begins)) {
                            throw new AssertionError(address + ": " + reply);
                        }
                    });
                } while (!over && asking.waits().size() < MOST);
                session.complete(asking.waits());
            } catch (RuntimeException | AssertionError e) {
                session.completeExceptionally(e);
            }
        });
    }

    /** Ends them; what all their replies took. Fails when one was wrong. */
    List<Duration> waits() {
        over = true;
        return sessions.stream().flatMap(session -> session.join().stream()).toList();
    }

    @Override
    public void close() {
        over = true;
    }
}
