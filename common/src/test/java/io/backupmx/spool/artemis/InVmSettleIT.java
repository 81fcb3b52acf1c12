package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is taken and settled with the broker in the same JVM, as in standalone. */
final class InVmSettleIT extends SettleContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
