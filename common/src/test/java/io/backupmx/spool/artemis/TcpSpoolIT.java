package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** The spool over TCP, as between containers. */
final class TcpSpoolIT extends SpoolContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }

    @Override
    TestBroker restarted() {
        return broker.restarted();
    }
}
