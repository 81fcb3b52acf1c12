package io.backupmx.spool.artemis;

import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.TestBroker;

/** Retry queues with its broker in the same JVM. */
@RunsAlone
final class InVmDelayIT extends DelayContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
