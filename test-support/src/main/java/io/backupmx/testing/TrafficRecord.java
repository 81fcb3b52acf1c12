package io.backupmx.testing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes {@link Traffic} down. For one thread at a time. */
final class TrafficRecord {

    private static final class Open {
        private final Instant begun = Instant.now();
        private Optional<Instant> ended = Optional.empty();
        /** Of a connection: it was greeted; of a mail: it was taken. */
        private boolean well;

        private int transactions;

        private void end() {
            if (ended.isEmpty()) {
                ended = Optional.of(Instant.now());
            }
        }
    }

    private record Mail(int connection, String sender, Open span) {}

    private final List<Open> connections = new ArrayList<>();
    private final List<Mail> mails = new ArrayList<>();

    /** The next connection, which is number {@code size} now. */
    void connected() {
        connections.add(new Open());
    }

    void greeted(int connection) {
        connections.get(connection - 1).well = true;
    }

    void disconnected(int connection) {
        connections.get(connection - 1).end();
    }

    /** The next mail. */
    void begun(int connection, String sender) {
        connections.get(connection - 1).transactions++;
        mails.add(new Mail(connection, sender, new Open()));
    }

    void ended(int transaction, boolean accepted) {
        Open span = mails.get(transaction - 1).span();
        span.well |= accepted;
        span.end();
    }

    Traffic soFar() {
        List<Traffic.Connection> seen = new ArrayList<>(connections.size());
        for (Open one : connections) {
            seen.add(new Traffic.Connection(seen.size() + 1, one.begun, one.ended, one.well, one.transactions));
        }
        List<Traffic.Transaction> tried = new ArrayList<>(mails.size());
        for (Mail mail : mails) {
            Open one = mail.span();
            tried.add(new Traffic.Transaction(
                    tried.size() + 1, mail.connection(), mail.sender(), one.begun, one.ended, one.well));
        }
        return new Traffic(seen, tried);
    }
}
