package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import java.time.Instant;

/** One mail at rest in an {@link InMemorySpool}. */
record StoredMail(Route route, Envelope envelope, Content content, int deliveries, Instant dueAt) {}
