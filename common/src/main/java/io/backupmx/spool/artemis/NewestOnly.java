package io.backupmx.spool.artemis;

import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.client.ClientMessage;

/**
 * Tells what is new of each key: a last-value queue now and then shows a value again, or one that it is about to remove
 * (measured, with workers joining under load). The broker numbers messages in the order they came, over its restarts as
 * well. For one thread.
 */
final class NewestOnly {

    private final Map<String, Long> newest = new HashMap<>();

    boolean isNew(String key, ClientMessage message) {
        long id = message.getMessageID();
        Long before = newest.get(key);
        if (before != null && before >= id) {
            return false;
        }
        newest.put(key, id);
        return true;
    }
}
