package io.backupmx.spool.artemis;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.backupmx.spool.QueueNames;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.jspecify.annotations.Nullable;

/** Which queues of ours hold mail: one question for all of them, for there may be tens of thousands. */
final class QueueCounts {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The broker says about 1 KB of each queue, whether it is wanted or not, and the answer is in memory several times over
     * on its way, at two octets a character. Much less, and it sorts all queues too often.
     */
    private static final int PAGE = 2500;

    private static final String NOT_EMPTY = "{\"searchFilters\":["
            + "{\"field\":\"messageCount\",\"operation\":\"GREATER_THAN\",\"value\":\"0\"},"
            + "{\"field\":\"name\",\"operation\":\"CONTAINS\",\"value\":\"" + QueueNames.PREFIX + "\"}]}";

    private QueueCounts() {}

    /** Messages by name of queue, those in consumers' hands included; empty queues are left out. */
    static Map<String, Long> notEmpty(Management management) throws ActiveMQException {
        Map<String, Long> counts = new LinkedHashMap<>();
        long all = 1;
        for (int page = 1; (page - 1L) * PAGE < all; page++) {
            JsonNode answer = parsed(management.operation("broker", "listQueues", NOT_EMPTY, page, PAGE));
            all = answer.path("count").asLong();
            for (JsonNode queue : answer.path("data")) {
                String name = queue.path("name").asText();
                if (name.startsWith(QueueNames.PREFIX)) {
                    counts.put(name, queue.path("messageCount").asLong());
                }
            }
        }
        return counts;
    }

    private static JsonNode parsed(@Nullable Object answer) throws ActiveMQException {
        try {
            return JSON.readTree(String.valueOf(answer));
        } catch (JsonProcessingException e) {
            throw new ActiveMQException(ActiveMQExceptionType.GENERIC_EXCEPTION, "not a list of queues", e);
        }
    }
}
