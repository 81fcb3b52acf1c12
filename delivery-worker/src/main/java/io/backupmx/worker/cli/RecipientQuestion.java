package io.backupmx.worker.cli;

import java.util.Map;
import java.util.Optional;

/** Asks the running service about a recipient whom the configuration leaves to its sources. */
public final class RecipientQuestion {

    private final AdminOptions admin;

    public RecipientQuestion(AdminOptions admin) {
        this.admin = admin;
    }

    /** What a sender would be told at RCPT; empty when none runs that could say so. */
    public Optional<String> reply(String address) {
        try {
            return Optional.of(admin.connect()
                            .post("recipients/ask", Map.of("address", address))
                            .path("reply")
                            .asText(""))
                    .filter(reply -> !reply.isEmpty());
        } catch (CliException _) {
            return Optional.empty();
        }
    }
}
