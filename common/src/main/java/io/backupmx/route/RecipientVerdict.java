package io.backupmx.route;

import io.backupmx.config.Networks;
import io.backupmx.smtp.Domain;

/** What we say of one recipient at RCPT, before limits and policy. */
public sealed interface RecipientVerdict {

    /** Ours to take; its mail goes {@code route}. */
    record Accepted(Route route) implements RecipientVerdict {}

    /**
     * Ours, and its mail would go {@code route}, but whether it exists others know: {@code question} is for them.
     *
     * @param primary where a primary is asked that is among them
     */
    record Unsettled(Route route, Route primary, RecipientQuestion question) implements RecipientVerdict {

        /** Where mail goes, somebody can be asked, too. */
        public Unsettled(Route route, RecipientQuestion question) {
            this(route, route, question);
        }
    }

    /**
     * None of our domains, unless the DNS says that we are a backup MX of {@code domain}, and that its best MX hosts are in
     * {@code networks}: then {@code then}, which is no such verdict itself; else relay denied.
     */
    record IfMxBackup(Domain domain, Networks networks, RecipientVerdict then) implements RecipientVerdict {}

    /** None of our domains: 554 5.7.1. No configuration makes an open relay. */
    record RelayDenied() implements RecipientVerdict {}

    /** Our domain, but nobody of that name: 550 5.1.1. */
    record UnknownUser() implements RecipientVerdict {}

    /** The transport table refuses him ({@code error:}: 550) or puts him off ({@code retry:}: 450). */
    record Answered(TransportAnswer answer) implements RecipientVerdict {}

    /** Ours, and its primary takes mail itself: 451 4.3.0, until the client has come back. */
    record LeftToPrimary() implements RecipientVerdict {}

    /** Whoever knows could not be asked: 451 4.3.0, never a guess. */
    record Unavailable() implements RecipientVerdict {}
}
