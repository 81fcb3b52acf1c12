package io.backupmx.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * A mail that ended without delivery, or that the broker could route nowhere.
 *
 * @param failedAt when it ended; empty for a dead letter
 */
public record FailedMail(ListedMail mail, Optional<Instant> failedAt) {}
