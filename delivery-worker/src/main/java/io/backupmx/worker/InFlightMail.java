package io.backupmx.worker;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import java.time.Instant;

/** A mail being delivered. */
public record InFlightMail(Route route, Envelope envelope, long sizeBytes, Instant since) {}
