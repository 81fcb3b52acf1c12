package io.backupmx.spool.artemis;

import io.backupmx.testing.TestBroker;
import org.apache.activemq.artemis.core.server.MessageReference;
import org.apache.activemq.artemis.core.server.Queue;
import org.apache.activemq.artemis.utils.collections.LinkedListIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tables on a broker that may be looked into, over TCP unless said otherwise. */
abstract class TableBrokerFixture extends TableFixture {

    static final TableQueues QUEUES = new TableQueues("recipients");

    TestBroker broker;

    @Override
    String url() {
        return broker.tcpUrl();
    }

    @BeforeEach
    void open() {
        broker = TestBroker.start(directory, 0, 100);
    }

    @AfterEach
    void close() {
        closeTables();
        broker.close();
    }

    /** Replaced ones included, as long as they are there. */
    int valuesOnTheBroker() {
        int count = 0;
        for (int i = 0; i < TableQueues.COUNT; i++) {
            Queue queue = broker.server().locateQueue(QUEUES.name(i));
            try (LinkedListIterator<MessageReference> all = queue.browserIterator()) {
                while (all.hasNext()) {
                    all.next();
                    count++;
                }
            }
        }
        return count;
    }
}
