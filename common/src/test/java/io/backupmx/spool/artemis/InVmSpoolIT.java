package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** The spool with its broker in the same JVM, as in standalone. */
final class InVmSpoolIT extends SpoolContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }

    @Override
    TestBroker restarted() {
        return broker.restarted();
    }
}
