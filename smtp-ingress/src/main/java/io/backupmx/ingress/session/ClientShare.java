package io.backupmx.ingress.session;

import io.backupmx.ingress.client.ClientNetwork;
import io.backupmx.ingress.protocol.ClientRefusal;
import io.backupmx.route.RecipientVerdict;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What one session's client may still have, and what it has had. Of one session. */
final class ClientShare {

    private final ClientShares all;
    private final Optional<ClientNetwork> network;
    private final boolean trusted;
    private int unknownRecipients;
    private boolean mailIsTaken;

    /** @param network empty where the client has no share of its own */
    ClientShare(ClientShares all, Optional<ClientNetwork> network, boolean trusted) {
        this.all = all;
        this.network = network;
        this.trusted = trusted;
    }

    /** What is taken next is of another mail. */
    void mailBegins() {
        mailIsTaken = false;
    }

    /** Takes a recipient that may get mail, and with the first one of a mail that mail; or says why not. */
    Optional<ClientRefusal> take() {
        if (network.isEmpty()) {
            return Optional.empty();
        }
        mailIsTaken = mailIsTaken || all.messages().take(network.get());
        if (!mailIsTaken) {
            return Optional.of(new ClientRefusal.TooManyMessages());
        }
        return all.recipients().take(network.get())
                ? Optional.empty()
                : Optional.of(new ClientRefusal.TooManyRecipients());
    }

    /**
     * Asks who a recipient is when it is this client's turn.
     *
     * @param wanted whether somebody still waits for the answer
     * @param known what can be said without asking, for when it is not
     */
    Future<RecipientVerdict> ask(
            EventLoop loop,
            BooleanSupplier wanted,
            Supplier<Optional<Future<RecipientVerdict>>> known,
            Supplier<Future<RecipientVerdict>> question) {
        return network.map(one -> all.questions().ask(one, loop, wanted, known, question))
                .orElseGet(question);
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
