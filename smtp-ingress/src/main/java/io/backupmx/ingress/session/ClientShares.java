package io.backupmx.ingress.session;

import io.backupmx.config.ClientLimitsConfig;
import io.backupmx.ingress.client.ClientNetwork;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What clients have had of late, all sessions together. Thread-safe. */
final class ClientShares {

    private final ClientAddresses clients;
    private final ConnectionLimits sessions;
    private final Rate messages;
    private final Rate recipients;
    private final UnknownRecipientMemory unknown;
    private final PendingQuestions questions = new PendingQuestions();

    ClientShares(ClientLimitsConfig limits, ClientAddresses clients, ConnectionLimits sessions, LongSupplier nanoTime) {
        this.clients = clients;
        this.sessions = sessions;
        this.messages = Rate.perMinute(limits.messagesPerMinute(), nanoTime);
        this.recipients = Rate.perMinute(limits.recipientsPerMinute(), nanoTime);
        this.unknown = new UnknownRecipientMemory(limits, nanoTime);
    }

    /** For a session with a client of that address. */
    ClientShare of(String address) {
        boolean trusted = clients.isTrusted(address);
        return new ClientShare(
                this, trusted ? Optional.empty() : clients.telling(address).map(ClientNetwork::of), trusted);
    }

    Rate messages() {
        return messages;
    }

    Rate recipients() {
        return recipients;
    }

    UnknownRecipientMemory unknown() {
        return unknown;
    }

    PendingQuestions questions() {
        return questions;
    }

    /** Whether sessions are too many for letting any of them wait. */
    boolean isCrowded() {
        return sessions.isCrowded();
    }
}
