package io.backupmx.worker.report;

import java.util.Locale;

/** What became of a wish to tell a sender; what is not {@code SENT} is written down, and nobody hears of it. */
enum ReportOutcome {
    SENT("told"),
    /** A double bounce (RFC 5321 §6.1). */
    NULL_SENDER("it is from <>"),
    /** RFC 3461 §4.1. */
    NOT_WANTED("its sender does not want to be told"),
    QUARANTINED("the configuration says: quarantine"),
    NOT_AUTHENTIC("its sender may be forged"),
    /** The DNS did not say whether the sender is authentic. */
    UNDECIDED("nobody can say now whether its sender is forged"),
    /** In a domain that we back up, and there is nobody of that name. */
    NO_SUCH_SENDER("there is no such sender"),
    RATE_LIMITED("too many reports of late"),
    ERROR("internal error");

    private final String why;

    ReportOutcome(String why) {
        this.why = why;
    }

    /** For people. */
    String why() {
        return why;
    }

    /** In metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
