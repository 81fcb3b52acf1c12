package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.spool.MailParts;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which mails are meant.
 *
 * @param domain only mail of which all recipients are of it
 */
record BulkRequest(MailParts parts, Where where, Optional<Domain> domain) {

    /** Where they are looked for. */
    enum Where {
        /** For their route, or until they are due. */
        WAITING,
        FAILED,
        ALL;

        boolean isWaiting() {
            return this != FAILED;
        }

        boolean isFailed() {
            return this != WAITING;
        }

        /** What has failed can be deleted, and not fail again. */
        boolean isFor(String name) {
            return this == WAITING || name.equals("delete");
        }
    }

    /** A member that we do not know might have meant less mail: then none is meant. */
    private static final Set<String> MEMBERS = Set.of("queue_ids", "where", "route", "domain");

    static Optional<BulkRequest> parse(String body) {
        try {
            JsonNode json = AdminJson.MAPPER.readTree(body);
            Set<QueueId> ids = new HashSet<>();
            for (JsonNode id : json.path("queue_ids")) {
                ids.add(new QueueId(id.asText()));
            }
            Optional<Route> route = text(json, "route").map(Route::of);
            Optional<Domain> domain = text(json, "domain").map(Domain::of);
            return json.properties().stream().allMatch(member -> MEMBERS.contains(member.getKey()))
                    ? where(json.path("where").asText())
                            .map(where -> new BulkRequest(new MailParts(ids, route), where, domain))
                    : Optional.empty();
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode json, String member) {
        return json.has(member) ? Optional.of(json.path(member).asText()) : Optional.empty();
    }

    private static Optional<Where> where(String name) {
        return Stream.of(Where.values())
                .filter(where -> where.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    /** Whether a part that has the id is meant. */
    boolean isMeant(Envelope envelope) {
        return domain.isEmpty()
                || envelope.recipients().stream()
                        .allMatch(recipient -> recipient.path() instanceof ForwardPath.To(var mailbox)
                                && mailbox.domain().equals(domain.get()));
    }
}
