package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is moved over TCP, as between containers. */
final class TcpMoveIT extends MoveContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
