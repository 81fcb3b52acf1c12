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

    /**
     * Whether it is not the value shown last, be it older: with several who set the values of a key, the one that stays is the
     * one that was committed last, which may have been sent first.
     */
    boolean isOther(String key, ClientMessage message) {
        Long before = newest.put(key, message.getMessageID());
        return before == null || before != message.getMessageID();
    }

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
