package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is stored over TCP, as between containers. */
final class TcpStoreIT extends StoreContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
