package io.backupmx.worker.delivery;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** The destinations that mail is in hand for, or connections rest to; whatever has neither is forgotten. Safe from any thread. */
final class Destinations {

    private static final class Used {
        private final Destination destination;
        private int users;

        Used(Destination destination) {
            this.destination = destination;
        }
    }

    private final Function<MxWay, Destination> make;
    private final Map<String, Used> byName = new ConcurrentHashMap<>();
    private volatile boolean aborted;

    Destinations(Function<MxWay, Destination> make) {
        this.make = make;
    }

    /** It stays while it is used: {@link #leave} must follow. */
    Destination use(MxWay way) {
        Used used = byName.compute(way.name(), (_, known) -> {
            Used one = known == null ? new Used(make.apply(way)) : known;
            one.users++;
            return one;
        });
        used.destination.way(way);
        if (aborted) {
            used.destination.abort();
        }
        return used.destination;
    }

    void leave(Destination destination) {
        byName.computeIfPresent(destination.name(), (_, known) -> {
            known.users--;
            return known;
        });
    }

    void tick() {
        forEach(destination -> destination.connections().closeIdle());
        byName.keySet()
                .forEach(name -> byName.computeIfPresent(
                        name,
                        (_, known) -> known.users == 0
                                        && known.destination.connections().isEmpty()
                                ? null
                                : known));
    }

    int busy() {
        return byName.values().stream()
                .mapToInt(used -> used.destination.connections().busy())
                .sum();
    }

    int count() {
        return byName.size();
    }

    void closeAllIdle() {
        forEach(destination -> destination.connections().closeAllIdle());
    }

    void abort() {
        aborted = true;
        forEach(Destination::abort);
    }

    boolean isAborted() {
        return aborted;
    }

    private void forEach(Consumer<Destination> action) {
        byName.values().forEach(used -> action.accept(used.destination));
    }
}
