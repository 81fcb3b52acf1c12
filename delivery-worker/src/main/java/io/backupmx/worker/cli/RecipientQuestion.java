package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;

/** Asks the running service about a recipient whom the configuration leaves to its sources, or to the DNS. */
public final class RecipientQuestion {

    private final AdminOptions admin;

    /**
     * What the service says.
     *
     * @param reply what a sender would be told at RCPT
     * @param domain why its domain is ours, or is not, where its MX records have decided
     */
    public record Answer(String reply, Optional<String> domain) {}

    public RecipientQuestion(AdminOptions admin) {
        this.admin = admin;
    }

    /** Empty when none runs that could say so; one that runs and cannot say so is quoted. */
    public Optional<Answer> ask(String address) {
        try {
            JsonNode answer = admin.connect().post("recipients/ask", Map.of("address", address));
            return text(answer, "reply").map(reply -> new Answer(reply, text(answer, "domain")));
        } catch (ServiceSaidNo no) {
            return Optional.of(new Answer("not known, for the service says: " + no.getMessage(), Optional.empty()));
        } catch (CliException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(JsonNode answer, String key) {
        return Optional.of(answer.path(key).asText("")).filter(text -> !text.isEmpty());
    }
}
