package io.backupmx.spool;

import io.backupmx.mail.Content;
import io.backupmx.route.Route;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Predicate;

/**
 * Chooses the {@link Lane} of each mail at the moment it is stored: that of the backlog while its route is known not to be up. Which
 * lane it is decides when mail is tried, and nothing else: all that {@code writer} promises is promised here.
 */
public final class LanedWriter implements SpoolWriter {

    private final SpoolWriter writer;
    private final Predicate<Route> isShut;

    /** @param isShut whether a route is known not to be up; must not block */
    public LanedWriter(SpoolWriter writer, Predicate<Route> isShut) {
        this.writer = writer;
        this.isShut = isShut;
    }

    @Override
    public Future<Void> store(List<SpoolEntry> entries, Content content) {
        return writer.store(
                entries.stream()
                        .map(entry -> isShut.test(entry.route()) ? entry.on(Lane.BACKLOG) : entry)
                        .toList(),
                content);
    }

    @Override
    public Room room() {
        return writer.room();
    }
}
