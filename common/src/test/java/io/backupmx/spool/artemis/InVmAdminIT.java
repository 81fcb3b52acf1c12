package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is looked after with the broker in the same JVM, as in standalone. */
final class InVmAdminIT extends AdminContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
