package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.TakenMail;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.apache.activemq.artemis.api.core.client.ClientMessage;

/** A mail in a taker's hands, and the message that stands for it on the feed's session. */
final class Taken implements TakenMail, GroupCommit.Member {

    private final ClientMessage message;
    private final Route route;
    private final MailMessages.Body body;
    private final BooleanSupplier isSure;
    private final BiConsumer<Taken, Settlement> settler;
    private final AtomicBoolean settled = new AtomicBoolean();
    private final CompletableFuture<Void> onDisk = new CompletableFuture<>();

    /**
     * @param isSure whether what came over its connection, and session, is ours beyond doubt
     * @param settler takes the settlement to the session's thread; must not block
     */
    Taken(
            ClientMessage message,
            Route route,
            MailMessages.Body body,
            BooleanSupplier isSure,
            BiConsumer<Taken, Settlement> settler) {
        this.message = message;
        this.route = route;
        this.body = body;
        this.isSure = isSure;
        this.settler = settler;
    }

    @Override
    public Route route() {
        return route;
    }

    @Override
    public Envelope envelope() {
        return body.envelope();
    }

    @Override
    public Content content() {
        return body.content();
    }

    @Override
    public int deliveryCount() {
        return message.getDeliveryCount();
    }

    @Override
    public boolean isOurs() {
        return isSure.getAsBoolean();
    }

    @Override
    public CompletionStage<Void> settle(Settlement settlement) {
        if (!settled.compareAndSet(false, true)) {
            throw new IllegalStateException("settled twice: " + body.envelope().queueId());
        }
        settler.accept(this, settlement);
        return onDisk;
    }

    ClientMessage message() {
        return message;
    }

    @Override
    public void committed() {
        onDisk.complete(null);
    }

    /** The session went first; the mail will be handed out again. */
    @Override
    public void lost(Throwable why) {
        onDisk.completeExceptionally(Failures.toSpoolException(why));
    }
}
