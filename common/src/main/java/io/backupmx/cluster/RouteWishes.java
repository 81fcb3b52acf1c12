package io.backupmx.cluster;

import io.backupmx.route.Route;
import io.backupmx.spool.SharedTable;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Routes that somebody wants to be tried now: ingresses say so, workers hear it. The last wish for each route stays, and a worker
 * that comes hears it whatever its age: one trial too many costs little, and nobody knows what it missed. Safe from any thread.
 */
public final class RouteWishes implements AutoCloseable {

    private static final String VERSION = "1";

    private final SharedTable table;

    /** @param table not started; closed with this */
    public RouteWishes(SharedTable table) {
        this.table = table;
    }

    /**
     * To be called once, before all else; does not wait for the broker.
     *
     * @param then told each route that somebody wishes for, on a thread of the table
     */
    public void start(Consumer<Route> then) {
        table.start(new Ear(then));
    }

    /** As {@link #start(Consumer)}, of who only speaks. */
    public void start() {
        start(_ -> {});
    }

    /** Has {@code route} tried by who keeps it. Fails at once while the broker is away. Never blocks. */
    public CompletionStage<Void> wish(Route route) {
        String name = route.toString();
        // Names may be longer than keys; there are as many keys as there are routes, each with its last wish.
        String key = "wish." + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
        String value =
                VERSION + " " + Long.toHexString(ThreadLocalRandom.current().nextLong()) + "\n" + name;
        return table.put(key, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        table.close();
    }

    private record Ear(Consumer<Route> then) implements SharedTable.Listener {

        @Override
        public void connected() {}

        @Override
        public void heard(String key, byte[] value) {
            route(value).ifPresent(then);
        }

        @Override
        public void complete() {}

        @Override
        public void disconnected() {}

        /** Empty for what another version wrote. */
        private static Optional<Route> route(byte[] value) {
            String text = new String(value, StandardCharsets.UTF_8);
            int line = text.indexOf('\n');
            return line > 0 && text.startsWith(VERSION + " ")
                    ? Route.parse(text.substring(line + 1))
                    : Optional.empty();
        }
    }
}
