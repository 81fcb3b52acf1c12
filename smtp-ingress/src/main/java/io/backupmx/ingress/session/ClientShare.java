package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.ClientRefusal;
import java.time.Duration;
import java.util.Optional;

/** What one session's client may still have, and what it has had. Of one session. */
final class ClientShare {

    private final ClientShares all;
    private final Optional<ClientNetwork> network;
    private final boolean trusted;
    private int unknownRecipients;

    /** @param network empty where the client has no share of its own */
    ClientShare(ClientShares all, Optional<ClientNetwork> network, boolean trusted) {
        this.all = all;
        this.network = network;
        this.trusted = trusted;
    }

    /**
     * Takes a recipient that may get mail, and with the first of a mail that mail; or says why not.
     *
     * @param first whether the mail has no other recipient yet
     */
    Optional<ClientRefusal> take(boolean first) {
        if (network.isEmpty()) {
            return Optional.empty();
        }
        if (first && !all.messages().take(network.get())) {
            return Optional.of(new ClientRefusal.TooManyMessages());
        }
        return all.recipients().take(network.get())
                ? Optional.empty()
                : Optional.of(new ClientRefusal.TooManyRecipients());
    }

    /** There is no such recipient; how long the client is to wait for hearing it. */
    Duration unknownRecipient() {
        if (trusted) {
            return Duration.ZERO;
        }
        unknownRecipients++;
        Duration delay = all.unknown().delay(network, unknownRecipients);
        return all.isCrowded() ? Duration.ZERO : delay;
    }
}
