package io.backupmx.spool.artemis;

import java.util.regex.Pattern;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/** How a table's queues are called on the broker: no mail's names, so nobody counts them as mail. */
record TableQueues(String table) {

    static final int COUNT = 16;

    /** What they begin with; the broker's address settings match it. */
    private static final String PREFIX = "table.";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

    TableQueues {
        if (!NAME.matcher(table).matches()) {
            throw new IllegalArgumentException("not a table's name: " + table);
        }
    }

    SimpleString name(int number) {
        return SimpleString.of(PREFIX + table + "." + number);
    }

    /** The one that a key is always in: its next value takes the place of the last. */
    SimpleString of(String key) {
        return name(ValueQueues.numberOf(key, COUNT));
    }

    void ensure(ClientSession session) throws ActiveMQException {
        for (int i = 0; i < COUNT; i++) {
            ValueQueues.ensureLastValue(session, name(i));
        }
    }
}
