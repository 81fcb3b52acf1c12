package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is taken and settled over TCP, as between containers. */
final class TcpSettleIT extends SettleContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
