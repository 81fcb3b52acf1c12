package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is looked after over TCP, as between containers. */
final class TcpAdminIT extends AdminContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
