package io.backupmx.spool.artemis;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether mail taken over a connection is ours beyond doubt. The broker hands it to others when it has not heard of us for
 * the TTL, and closes the connection before. So it is asked something every second, on a session of its own that waits for no
 * disk: what was asked and has been answered it has heard, and it had not given us up when it answered.
 */
final class Lease {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** Half the TTL: what is begun by then has ended before another has the mail. */
    private static final long LENGTH_NANOS = TimeUnit.MILLISECONDS.toNanos(Links.TTL_MILLIS / 2);

    private static final long PULSE_MILLIS = 1000;

    private final Links.Link link;
    private final Thread thread = Thread.ofVirtual().name("spool-pulse").unstarted(this::run);
    private volatile long heardNanos;
    private volatile boolean over;
    private volatile boolean givenUp;
    private volatile @Nullable ActiveMQException refusal;

    /** @param openedNanos a moment before the connection was made */
    Lease(Links.Link link, long openedNanos) {
        this.link = link;
        this.heardNanos = openedNanos;
    }

    void start() {
        thread.start();
    }

    /** From any thread; never blocks. */
    boolean isSure() {
        return !over && System.nanoTime() - heardNanos < LENGTH_NANOS;
    }

    /** Why the broker would not have us, where that is how the connection ended. */
    Optional<ActiveMQException> refusal() {
        return Optional.ofNullable(refusal);
    }

    /** The connection is given up: nothing taken over it is ours any more. From any thread; never blocks. */
    void end() {
        givenUp = true;
        lose();
    }

    private void lose() {
        over = true;
        thread.interrupt();
    }

    private void run() {
        try (ClientSession session = link.plainSession()) {
            session.addFailureListener(new ConnectionLost(_ -> lose()));
            while (!over) {
                ask(session);
                Thread.sleep(PULSE_MILLIS);
            }
        } catch (ActiveMQException | RuntimeException | Error e) {
            if (Failures.isRefused(e) && e instanceof ActiveMQException refused) {
                refusal = refused;
            }
            LOG.atDebug().addKeyValue("cause", e.toString()).log("mail in hand is no longer ours");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
        }
        if (!givenUp) {
            boolean _ = Thread.interrupted();
            link.cut(); // of no use without a lease, and its users would not know
        }
    }

    private void ask(ClientSession session) throws ActiveMQException {
        long asked = System.nanoTime();
        var _ = session.queueQuery(ArrivalHints.ADDRESS);
        heardNanos = asked;
    }
}
