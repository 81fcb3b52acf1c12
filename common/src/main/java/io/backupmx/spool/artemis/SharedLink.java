package io.backupmx.spool.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/** One consuming connection for many feeds, made when first wanted and again after it broke. */
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
