package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is stored with the broker in the same JVM, as in standalone. */
final class InVmStoreIT extends StoreContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
