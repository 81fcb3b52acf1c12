package io.backupmx.spool.artemis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.backupmx.spool.QueueNames;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;

/** Which queues of ours hold mail: one question for all of them, for there may be tens of thousands. */
final class QueueCounts {

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * The broker says about 1 KB of each queue, whether it is wanted or not, and the answer is in memory several times over
     * on its way, at two octets a character. Much less, and it looks at all queues too often.
     */
    private static final int PAGE = 2500;

    private static final String NOT_EMPTY = "{\"searchFilters\":["
            + "{\"field\":\"messageCount\",\"operation\":\"GREATER_THAN\",\"value\":\"0\"},"
            + "{\"field\":\"name\",\"operation\":\"CONTAINS\",\"value\":\"" + QueueNames.PREFIX + "\"}]%s}";

    private static final String BY_NAME = NOT_EMPTY.formatted("");

    /**
     * No queue of ours has a filter, so none is before another. To sort by name the broker looks each queue up by its name
     * for each comparison, which takes longer than all the rest.
     */
    private static final String AS_THEY_ARE = NOT_EMPTY.formatted(",\"sortField\":\"filter\",\"sortOrder\":\"asc\"");

    /** Routes' queues that somebody reads; what goes on with the only other one shows in the messages. */
    private static final String READ = "{\"searchFilters\":["
            + "{\"field\":\"consumerCount\",\"operation\":\"GREATER_THAN\",\"value\":\"0\"},"
            + "{\"field\":\"name\",\"operation\":\"CONTAINS\",\"value\":\"" + QueueNames.TO_HOSTS + "\"}]}";

    private QueueCounts() {}

    /**
     * What tells at little cost whether anything goes on.
     *
     * @param withMail queues that hold mail
     * @param read queues of routes that somebody reads: a worker goes on for a while after the last mail
     * @param messages on all queues of the broker
     */
    record Signs(long withMail, long read, long messages) {
        boolean areAtRest(Signs before) {
            return read == 0 && equals(before);
        }
    }

    static Signs signs(Management management) throws ActiveMQException {
        return new Signs(
                count(management, AS_THEY_ARE),
                count(management, READ),
                Management.number(management.attribute("broker", "totalMessageCount"))
                        .orElse(-1L));
    }

    private static long count(Management management, String question) throws ActiveMQException {
        return read(String.valueOf(management.operation("broker", "listQueues", question, 1, 1)), new HashMap<>());
    }

    /** Messages by name of queue, those in consumers' hands included; empty queues are left out. */
    static Map<String, Long> notEmpty(Management management) throws ActiveMQException {
        Listing fast = list(management, AS_THEY_ARE);
        // Queues that were made meanwhile may have put the others into another order, and some onto a page read before.
        Map<String, Long> counts =
                fast.isWhole() ? fast.counts() : list(management, BY_NAME).counts();
        counts.keySet().removeIf(name -> !name.startsWith(QueueNames.PREFIX));
        return counts;
    }

    private record Listing(Map<String, Long> counts, long all) {
        boolean isWhole() {
            return counts.size() >= all;
        }
    }

    private static Listing list(Management management, String question) throws ActiveMQException {
        Map<String, Long> counts = new LinkedHashMap<>();
        long all = 1;
        for (int page = 1; (page - 1L) * PAGE < all; page++) {
            all = read(String.valueOf(management.operation("broker", "listQueues", question, page, PAGE)), counts);
        }
        return new Listing(counts, all);
    }

    /** Takes the few fields that matter, and nothing else, from megabytes. Returns how many queues there are in all. */
    private static long read(String answer, Map<String, Long> counts) throws ActiveMQException {
        long all = 0;
        String name = "";
        long messages = 0;
        try (JsonParser json = JSON.createParser(answer)) {
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.END_OBJECT && !name.isEmpty()) {
                    counts.put(name, messages);
                    name = "";
                }
                if (token != JsonToken.FIELD_NAME) {
                    continue;
                }
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "name" -> name = json.getValueAsString("");
                    case "messageCount" -> messages = json.getValueAsLong();
                    case "count" -> all = json.getValueAsLong();
                    default -> {} // of no interest
                }
            }
        } catch (IOException e) {
            throw new ActiveMQException(ActiveMQExceptionType.GENERIC_EXCEPTION, "not a list of queues", e);
        }
        return all;
    }
}
