package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One look at the head of a queue that nobody reads, for its route takes no mail: what has had its time there is given up,
 * oldest first, and the first that has not goes back in its place. One mail at a time.
 */
final class HeadExpiry implements SpoolReader.Taker {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SETTLING = Duration.ofSeconds(5);

    /** What to do with a mail at the head. */
    interface Judge {

        /**
         * Whether it has had its time, and may be given up; if so, it is written down as such.
         *
         * @return why it could not be delivered, for people; empty: it stays
         */
        Optional<String> over(Envelope envelope);
    }

    /** What becomes of a mail that is given up. */
    interface Ending {

        /** For a mail that is another queue's, whatever its age; empty: it is not. */
        Optional<Settlement> aside(Envelope envelope);

        /** @param given the mail, each recipient's last reply saying why */
        Settlement settlement(Envelope given);

        /** The spool has it. */
        void stored(Settlement settlement);
    }

    /** What is at the head after a look. */
    enum Head {
        MAIL,
        NONE,
        /** The spool did not settle what was there, or said nothing in time. */
        NOT_KNOWN
    }

    private final Judge judge;
    private final Ending ending;
    private final AtomicBoolean taking = new AtomicBoolean();
    private final CompletableFuture<Head> head = new CompletableFuture<>();
    private volatile Runnable wake = () -> {};

    private HeadExpiry(Judge judge, Ending ending) {
        this.judge = judge;
        this.ending = ending;
    }

    /** Blocks, at most half a minute or so. */
    static Head look(SpoolReader spool, SpoolQueue.ForRoute queue, Judge judge, Ending ending)
            throws InterruptedException {
        HeadExpiry expiry = new HeadExpiry(judge, ending);
        SpoolReader.Feed feed = spool.feed(queue, expiry);
        expiry.wake = feed::wake;
        feed.wake(); // one may have been settled before there was anything to wake
        try {
            return expiry.head.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException _) {
            return Head.NOT_KNOWN;
        } finally {
            feed.close(SETTLING);
        }
    }

    @Override
    public boolean wantsMail() {
        return !head.isDone() && taking.compareAndSet(false, true);
    }

    @Override
    public void none() {
        taking.set(false);
        head.complete(Head.NONE);
    }

    @Override
    public void accept(TakenMail mail) {
        Envelope envelope = mail.envelope();
        Optional<Settlement> aside = ending.aside(envelope);
        if (aside.isPresent()) {
            Redirection.log(envelope, mail.route(), aside.get());
            settle(mail, aside.get());
            return;
        }
        Optional<String> why = judge.over(envelope);
        if (why.isPresent()) {
            List<Recipient> failed = envelope.recipients().stream()
                    .map(recipient -> recipient.withLastReply(why.get()))
                    .toList();
            settle(mail, ending.settlement(envelope.withRecipients(failed)));
        } else {
            var _ = mail.settle(new Settlement.GiveBack());
            head.complete(Head.MAIL);
        }
    }

    private void settle(TakenMail mail, Settlement settlement) {
        var _ = mail.settle(settlement).whenComplete((_, failure) -> {
            if (failure != null) {
                head.complete(Head.NOT_KNOWN);
            } else {
                ending.stored(settlement);
            }
            taking.set(false);
            wake.run();
        });
    }
}
