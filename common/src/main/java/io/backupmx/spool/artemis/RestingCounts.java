package io.backupmx.spool.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.jspecify.annotations.Nullable;

/** How many messages of a queue are in no consumer's hands. Asks the broker over one session, made when first needed. */
final class RestingCounts implements AutoCloseable {

    private final Links.Link link;
    private @Nullable Management management;

    RestingCounts(Links.Link link) {
        this.link = link;
    }

    long of(String queue) throws ActiveMQException {
        Management asked = management;
        if (asked == null) {
            asked = new Management(link);
            management = asked;
        }
        String resource = "queue." + queue;
        return number(asked.attribute(resource, "messageCount")) - number(asked.attribute(resource, "deliveringCount"));
    }

    private static long number(@Nullable Object answer) {
        return Management.number(answer).orElse(0L);
    }

    @Override
    public void close() {
        if (management != null) {
            management.close();
        }
    }
}
