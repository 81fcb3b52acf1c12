package io.backupmx.spool.artemis;

import java.util.function.Consumer;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.client.SessionFailureListener;

/** Tells that the connection is gone: at once, not at the next call. On a thread of the client. */
record ConnectionLost(Consumer<Throwable> listener) implements SessionFailureListener {

    @Override
    public void connectionFailed(ActiveMQException failure, boolean failedOver) {
        listener.accept(failure);
    }

    @Override
    public void connectionFailed(ActiveMQException failure, boolean failedOver, String scaleDownTargetNodeId) {
        listener.accept(failure);
    }

    @Override
    public void beforeReconnect(ActiveMQException failure) {
        // never: reconnectAttempts is 0
    }
}
