package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** The table with its broker in the same JVM, as in standalone. */
final class InVmTableIT extends TableContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
