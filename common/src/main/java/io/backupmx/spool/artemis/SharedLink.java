package io.backupmx.spool.artemis;

import java.io.IOException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/** One consuming connection for many feeds or calls, made when first wanted and again after it broke. */
final class SharedLink implements AutoCloseable {

    private final Links links;
    private Links.@Nullable Link current;
    private boolean closed;

    SharedLink(Links links) {
        this.links = links;
    }

    synchronized Links.Link get() throws ActiveMQException {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        Links.Link link = current;
        if (link == null) {
            link = links.taking();
            current = link;
        }
        return link;
    }

    /** What the broker is asked, on a session of its own. */
    interface Call<T> {
        T on(Links.Link link) throws ActiveMQException, IOException;
    }

    /** Asks on the connection there is; the next call has another if this one fails, unless it was merely refused. */
    <T> T call(Call<T> call) {
        Links.Link link = null;
        try {
            link = get();
            return call.on(link);
        } catch (ActiveMQException | IOException e) {
            if (link != null && !isRefusal(e)) {
                broken(link);
            }
            throw Failures.toSpoolException(e, "the broker did not answer");
        }
    }

    /** Whether one call was refused, the connection being fine. */
    private static boolean isRefusal(Exception e) {
        return e instanceof ActiveMQException refused
                && switch (refused.getType()) {
                    case QUEUE_DOES_NOT_EXIST, ADDRESS_FULL, SECURITY_EXCEPTION -> true;
                    default -> false;
                };
    }

    /** Somebody found {@code link} broken; the next {@link #get} makes another. */
    void broken(Links.Link link) {
        synchronized (this) {
            if (current != link) {
                return;
            }
            current = null;
        }
        link.endLease();
        Thread.ofVirtual().name("spool-closing").start(link::close);
    }

    @Override
    public void close() {
        Links.Link link;
        synchronized (this) {
            closed = true;
            link = current;
            current = null;
        }
        if (link != null) {
            link.close();
        }
    }
}
