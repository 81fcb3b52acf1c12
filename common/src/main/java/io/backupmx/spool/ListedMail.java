package io.backupmx.spool;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import java.time.Instant;
import java.util.Optional;

/**
 * A mail as a listing shows it.
 *
 * @param sizeBytes of the content
 * @param dueAt when a deferred mail is tried again
 */
public record ListedMail(SpoolQueue queue, Route route, Envelope envelope, long sizeBytes, Optional<Instant> dueAt) {}
