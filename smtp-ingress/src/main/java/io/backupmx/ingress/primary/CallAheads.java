package io.backupmx.ingress.primary;

import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.ConnectResult;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.smtp.client.TransactionResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Asks primaries at RCPT whether they would take mail for somebody, from the null sender, and sends none. Each primary is asked
 * over two connections at most, twenty times a second at most, and not at all for three seconds after it was away; by MX records
 * it is an address that has these limits, whichever domains lead to it, for a stranger may have any number of domains. For
 * virtual threads: blocks.
 */
final class CallAheads implements AutoCloseable {

    /** Primaries that are remembered; beyond it those without open connections are forgotten. */
    private static final int MAX_PRIMARIES = 1000;

    /** On one connection: servers slow down, or hang up on, those who ask for many who do not exist. */
    private static final int TRANSACTIONS = 8;

    /** What a primary says of a recipient. */
    enum Said {
        YES,
        NO,
        /** It is there, and says something else: that it is busy, or what it thinks of us. */
        NOTHING,
        AWAY,
        /** The same, but so far only for minutes. */
        AWAY_BRIEFLY
    }

    /**
     * Who is asked.
     *
     * @param name the same for all ways to it; has limits of its own
     * @param connect blocks
     */
    record Asked(String name, Supplier<ConnectResult> connect) {}

    /** Blocks; the domain is the recipient's. */
    interface Connector extends AutoCloseable {
        ConnectResult connect(Route route, Domain domain);

        /** Whom to ask, one at least: each only when the one before is away. */
        default List<Asked> toAsk(Route route, Domain domain) {
            return List.of(new Asked(route.toString(), () -> connect(route, domain)));
        }

        @Override
        void close();
    }

    private final Connector connector;
    private final ConcurrentMap<String, AskedPrimary> primaries = new ConcurrentHashMap<>();

    /** @param connector closed with this */
    CallAheads(Connector connector) {
        this.connector = connector;
    }

    Said ask(Route route, ForwardPath.To to) throws InterruptedException {
        Said last = Said.AWAY;
        for (Asked asked : connector.toAsk(route, to.mailbox().domain())) {
            Said said = ask(asked, to);
            if (said != Said.AWAY && said != Said.AWAY_BRIEFLY) {
                return said;
            }
            last = last == Said.AWAY_BRIEFLY ? last : said; // away for long only when all of them are
        }
        return last;
    }

    private Said ask(Asked asked, ForwardPath.To to) throws InterruptedException {
        if (primaries.size() > MAX_PRIMARIES) {
            primaries
                    .keySet()
                    .forEach(one -> primaries.computeIfPresent(one, (_, idle) -> idle.isIdle() ? null : idle));
        }
        AskedPrimary primary = primaries.compute(asked.name(), (_, known) -> {
            AskedPrimary one = known == null ? new AskedPrimary() : known;
            one.announce();
            return one;
        });
        try {
            if (!primary.enter()) {
                return primary.isFailing() ? away(primary) : Said.NOTHING;
            }
            try {
                return ask(primary, asked, to);
            } finally {
                primary.leave();
            }
        } finally {
            primary.depart();
        }
    }

    private static Said away(AskedPrimary primary) {
        return primary.isAwayForLong() ? Said.AWAY : Said.AWAY_BRIEFLY;
    }

    private Said ask(AskedPrimary primary, Asked asked, ForwardPath.To to) throws InterruptedException {
        for (boolean again = true; ; again = false) {
            if (primary.isAway()) {
                return away(primary);
            }
            Optional<SmtpConnection> idle = primary.idle();
            SmtpConnection connection;
            if (idle.isPresent()) {
                connection = idle.get();
            } else {
                switch (asked.connect().get()) {
                    case ConnectResult.Connected(SmtpConnection made) -> {
                        if (made.isNamedAsWe()) {
                            made.quit();
                            return Said.NOTHING; // we, or one who would ask us in turn
                        }
                        connection = made;
                    }
                    case ConnectResult.Unreachable _, ConnectResult.Unhealthy _ -> {
                        primary.wasAway();
                        return away(primary);
                    }
                }
            }
            TransactionResult result = connection.callAhead(to);
            if (result.loss().isEmpty()) {
                primary.isThere();
                if (connection.transactions() < TRANSACTIONS) {
                    primary.rest(connection);
                } else {
                    connection.quit();
                }
                return said(result);
            } else if (idle.isEmpty() || !again) { // a connection that had rested may have been closed long ago
                return result.recipients().getFirst().isPresent() ? said(result) : Said.NOTHING;
            }
        }
    }

    /**
     * Only what is about the address is a no: 5.1.z (RFC 3463 §3.2) without 5.1.7 and 5.1.8, 5.2.1, or 550 and 551 without an
     * enhanced status. A 5.7.1 is about us, and a 4yz about now.
     */
    private static Said said(TransactionResult result) {
        Optional<SmtpReply> mail = result.mail();
        Optional<SmtpReply> recipient = result.recipients().getFirst();
        if (mail.filter(SmtpReply::isPositive).isEmpty() || recipient.isEmpty()) {
            return Said.NOTHING;
        } else if (recipient.get().isPositive()) {
            return Said.YES;
        }
        return isAboutTheAddress(recipient.get()) ? Said.NO : Said.NOTHING;
    }

    private static boolean isAboutTheAddress(SmtpReply reply) {
        return reply.isPermanentFailure()
                && reply.status()
                        .map(status -> (status.subject() == 1 && status.detail() != 7 && status.detail() != 8)
                                || (status.subject() == 2 && status.detail() == 1))
                        .orElse(reply.code() == 550 || reply.code() == 551);
    }

    /** Closes the connections that have rested for a while. */
    void sweep() {
        primaries.values().forEach(AskedPrimary::sweep);
    }

    @Override
    public void close() {
        primaries.values().forEach(AskedPrimary::close);
        connector.close();
    }
}
