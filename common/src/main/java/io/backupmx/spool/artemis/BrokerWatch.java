package io.backupmx.spool.artemis;

import io.backupmx.spool.BrokerStatus;
import java.time.Duration;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;

/** Asks the broker how it is doing; a broker that does not answer is a broken connection. */
final class BrokerWatch implements AutoCloseable {

    private static final String BROKER = "broker";

    private final Management management;

    BrokerWatch(Links.Link link) throws ActiveMQException {
        this.management = new Management(link);
    }

    /** 0..100 of the file system that holds the spool; 0 while the broker has not looked yet. */
    int diskUsagePercent() throws ActiveMQException {
        return (int) Math.round(diskUsage() * 100);
    }

    /** All that it says of itself. */
    BrokerStatus status() throws ActiveMQException {
        return new BrokerStatus(
                String.valueOf(management.attribute(BROKER, "version")),
                Duration.ofMillis(number("uptimeMillis")),
                diskUsage(),
                number("addressMemoryUsage"),
                number("globalMaxSize"),
                Math.toIntExact(number("connectionCount")),
                number("totalConsumerCount"));
    }

    private double diskUsage() throws ActiveMQException {
        return management.attribute(BROKER, "diskStoreUsage") instanceof Number number ? number.doubleValue() : 0;
    }

    private long number(String attribute) throws ActiveMQException {
        return Management.number(management.attribute(BROKER, attribute))
                .orElseThrow(() -> new ActiveMQException(
                        ActiveMQExceptionType.GENERIC_EXCEPTION, "the broker has no figure " + attribute));
    }

    @Override
    public void close() {
        management.close();
    }
}
