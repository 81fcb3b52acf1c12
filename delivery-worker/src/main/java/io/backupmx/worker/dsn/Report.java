package io.backupmx.worker.dsn;

import io.backupmx.mail.Envelope;
import io.backupmx.smtp.Mailbox;
import java.time.Instant;
import java.util.Optional;

/**
 * What there is to tell.
 *
 * @param about the mail, with the recipients that it is about; each one's last reply says why
 * @param to its reverse-path
 * @param at when it is written
 * @param lastAttempt when it was found out, as far as that is known
 * @param willRetryUntil of a delayed mail; where its recipients have different times, the first
 */
public record Report(
        Action action,
        Envelope about,
        Mailbox to,
        Instant at,
        Optional<Instant> lastAttempt,
        Optional<Instant> willRetryUntil) {}
