package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** The bus with its broker in the same JVM, as in standalone. */
final class InVmClusterIT extends ClusterContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
