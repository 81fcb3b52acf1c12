package io.backupmx.spool;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;

/** The share of a mail that goes one route: the recipients of {@code envelope}, all of them by {@code route}. */
public record SpoolEntry(Route route, Envelope envelope) {}
