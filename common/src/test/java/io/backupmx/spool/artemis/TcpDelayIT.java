package io.backupmx.spool.artemis;

import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.TestBroker;

/** Retry queues over TCP. */
@RunsAlone
final class TcpDelayIT extends DelayContract {

    @Override
    String url(TestBroker broker) {
        return broker.tcpUrl();
    }
}
