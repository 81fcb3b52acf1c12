package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;

/** Mail is moved with the broker in the same JVM, as in standalone. */
final class InVmMoveIT extends MoveContract {

    @Override
    String url(TestBroker broker) {
        return broker.inVmUrl();
    }
}
