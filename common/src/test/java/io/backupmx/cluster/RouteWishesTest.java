package io.backupmx.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.Route;
import io.backupmx.spool.SharedTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class RouteWishesTest {

    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final Route OTHER = Route.of("smtp:[mx2.example.test]:25");

    private final Map<String, byte[]> values = new LinkedHashMap<>();
    private final List<SharedTable.Listener> listeners = new ArrayList<>();
    private final List<Route> heard = new ArrayList<>();

    private final class Table implements SharedTable {
        @Override
        public void start(Listener listener) {
            listeners.add(listener);
            connect(listener);
        }

        @Override
        public CompletionStage<Void> put(String key, byte[] value) {
            values.put(key, value);
            listeners.forEach(listener -> listener.heard(key, value));
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {}
    }

    private void connect(SharedTable.Listener listener) {
        listener.connected();
        values.forEach(listener::heard);
        listener.complete();
    }

    private RouteWishes ingress() {
        RouteWishes wishes = new RouteWishes(new Table());
        wishes.start();
        return wishes;
    }

    private void worker() {
        new RouteWishes(new Table()).start(heard::add);
    }

    @Test
    void workersHearWhatIngressesWish() {
        RouteWishes ingress = ingress();
        worker();
        ingress.wish(ROUTE);
        ingress.wish(OTHER);
        ingress.wish(ROUTE);
        assertThat(heard).containsExactly(ROUTE, OTHER, ROUTE);
        assertThat(values).as("one value for each route").hasSize(2);
    }

    /** A worker may come between a wish and the news that its table is complete. */
    @Test
    void whatWasMissedIsHeard() {
        RouteWishes ingress = ingress();
        ingress.wish(ROUTE);
        worker();
        assertThat(heard).containsExactly(ROUTE);
        listeners.getLast().disconnected();
        connect(listeners.getLast());
        assertThat(heard).containsExactly(ROUTE, ROUTE);
    }

    @Test
    void whatIsNotUnderstoodIsLeft() {
        worker();
        for (String value : List.of("", "1", "2 x\nsmtp:[a]:25", "1 x\n", "1 x\nno route at all")) {
            new Table().put("wish.x", value.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(heard).isEmpty();
    }
}
