package io.backupmx.spool.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;

/** Asks the broker how full its disk is; a broker that does not answer is a broken connection. */
final class BrokerWatch implements AutoCloseable {

    private final Management management;

    BrokerWatch(Links.Link link) throws ActiveMQException {
        this.management = new Management(link);
    }

    /** 0..100 of the file system that holds the spool. */
    int diskUsagePercent() throws ActiveMQException {
        Object usage = management.attribute("broker", "diskStoreUsage");
        return usage instanceof Number number ? (int) Math.round(number.doubleValue() * 100) : 0;
    }

    @Override
    public void close() {
        management.close();
    }
}
