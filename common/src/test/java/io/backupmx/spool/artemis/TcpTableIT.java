package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** The table with its broker over TCP, as between containers. */
final class TcpTableIT extends TableContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
