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
 * @param lastAttempt to deliver it; empty where there was none, or nobody knows when (RFC 3464 §2.3.7)
 * @param willRetryUntil of a delayed mail; where its recipients have different times, the first
 */
public record Report(
        Action action,
        Envelope about,
        Mailbox to,
        Instant at,
        Optional<Instant> lastAttempt,
        Optional<Instant> willRetryUntil) {}
