package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** The bus with its broker over TCP, as between containers. */
final class TcpClusterIT extends ClusterContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
