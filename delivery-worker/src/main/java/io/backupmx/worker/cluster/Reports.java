package io.backupmx.worker.cluster;

import io.backupmx.route.Route;
import io.backupmx.worker.gate.GateEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What this worker has met on routes that another keeps, until the keeper is told: in batches, deliveries as one number.
 * Bounded: of a route that nobody keeps, the newest events are kept. Safe from any thread.
 */
final class Reports {

    /** More than that of one route between two batches says nothing new. */
    private static final int MAX_EVENTS = 50;

    /** So that no message becomes large. */
    private static final int MAX_ROUTES = 200;

    private final Map<Route, Deque<GateEvent>> waiting = new LinkedHashMap<>();

    synchronized void add(Route route, GateEvent event) {
        Deque<GateEvent> events = waiting.computeIfAbsent(route, _ -> new ArrayDeque<>());
        if (event instanceof GateEvent.Delivered(int more)
                && events.peekLast() instanceof GateEvent.Delivered(int before)) {
            events.removeLast();
            events.addLast(new GateEvent.Delivered(before + more));
            return;
        }
        if (events.size() >= MAX_EVENTS) {
            events.removeFirst();
        }
        events.addLast(event);
    }

    /** Nothing has happened there but that a delivery is going on: its connection is alive, whatever another meets. */
    synchronized void busy(Route route) {
        var _ = waiting.computeIfAbsent(route, _ -> new ArrayDeque<>());
    }

    /** One message, for one keeper. */
    record Message(String keeper, JsonObject json) {}

    interface Keepers {
        Optional<String> keeperOf(Route route);
    }

    interface Busy {
        int connections(Route route);
    }

    /** Everything whose keeper is known, once. */
    List<Message> take(Keepers keepers, Busy busy) {
        Map<Route, Deque<GateEvent>> all;
        synchronized (this) {
            if (waiting.isEmpty()) {
                return List.of();
            }
            all = new LinkedHashMap<>(waiting);
            waiting.clear();
        }
        Map<String, JsonArray> byKeeper = new LinkedHashMap<>();
        List<Message> messages = new ArrayList<>();
        all.forEach((route, events) -> {
            Optional<String> keeper = keepers.keeperOf(route);
            if (keeper.isEmpty()) {
                keep(route, events);
                return;
            }
            JsonArray routes = byKeeper.computeIfAbsent(keeper.get(), _ -> new JsonArray());
            routes.add(describe(route, events, busy.connections(route)));
            if (routes.size() >= MAX_ROUTES) {
                messages.add(message(keeper.get(), routes));
                byKeeper.remove(keeper.get());
            }
        });
        byKeeper.forEach((keeper, routes) -> messages.add(message(keeper, routes)));
        return messages;
    }

    private synchronized void keep(Route route, Deque<GateEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        Deque<GateEvent> since = waiting.getOrDefault(route, new ArrayDeque<>());
        events.addAll(since);
        while (events.size() > MAX_EVENTS) {
            events.removeFirst();
        }
        waiting.put(route, events);
    }

    private static Message message(String keeper, JsonArray routes) {
        return new Message(keeper, new JsonObject().put("type", "report").put("routes", routes));
    }

    private static JsonObject describe(Route route, Deque<GateEvent> events, int connections) {
        JsonArray list = new JsonArray();
        events.forEach(event -> EventJson.write(event).ifPresent(list::add));
        return new JsonObject()
                .put("route", route.toString())
                .put("connections", connections)
                .put("events", list);
    }
}
