package io.backupmx.worker.dsn;

import io.backupmx.mail.Recipient;
import java.util.List;
import java.util.Locale;

/** What a report says of a recipient (RFC 3464 §2.3.3). */
public enum Action {
    FAILED,
    DELAYED,
    /** Handed on to a mail system that does not report, and so the last that we can say. */
    RELAYED;

    /** As written in the report. */
    String keyword() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether the sender wants to hear this of {@code recipient} (RFC 3461 §4.1). Of failures and delays also who said nothing
     * does, of success nobody.
     */
    public boolean isWantedFor(Recipient recipient) {
        if (recipient.notifyOn().isEmpty()) {
            return this != RELAYED;
        }
        List<String> said =
                List.of(recipient.notifyOn().get().toUpperCase(Locale.ROOT).split(",", -1));
        return said.contains(
                switch (this) {
                    case FAILED -> "FAILURE";
                    case DELAYED -> "DELAY";
                    case RELAYED -> "SUCCESS";
                });
    }
}
