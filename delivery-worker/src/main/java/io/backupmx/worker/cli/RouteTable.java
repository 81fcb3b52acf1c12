package io.backupmx.worker.cli;

import io.backupmx.worker.RouteStatus.State;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Routes for a terminal of 80 columns: those with trouble first, each with the reason below. */
final class RouteTable {

    private static final int ROUTE_WIDTH = 36;
    private static final String COLUMNS = "%-" + ROUTE_WIDTH + "s %-10s %-15s %5s %5s\n";

    private final PrintWriter out;
    private final LocalTimes times;

    RouteTable(PrintWriter out, LocalTimes times) {
        this.out = out;
        this.times = times;
    }

    void print(List<ListedRoute> routes) {
        if (routes.isEmpty()) {
            out.print("No routes\n");
        } else {
            row("Route", "State", "Since", "Limit", "Conns");
            routes.stream()
                    .sorted(Comparator.comparing(route -> route.state() == State.UP)) // stable
                    .forEach(this::print);
            out.print("\n-- " + totals(routes) + ".\n");
        }
        out.flush();
    }

    private void print(ListedRoute route) {
        String name = Printable.of(route.route());
        if (name.length() > ROUTE_WIDTH) {
            out.print(name + "\n");
            name = "";
        }
        row(
                name,
                route.state().name(),
                times.brief(Instant.ofEpochSecond(route.since())),
                String.valueOf(route.limit()),
                String.valueOf(route.connections()));
        details(route).forEach(line -> out.print("    " + line + "\n"));
    }

    private void row(String route, String state, String since, String limit, String connections) {
        out.printf(Locale.ROOT, COLUMNS, route, state, since, limit, connections);
    }

    private List<String> details(ListedRoute route) {
        List<String> lines = new ArrayList<>();
        if (!route.reason().isEmpty()) {
            lines.add(Printable.of(route.reason()));
        }
        route.next()
                .map(Instant::ofEpochSecond)
                .flatMap(at -> nextStep(route.state(), times.brief(at)))
                .ifPresent(lines::add);
        if (route.probation()) {
            lines.add("just back: refusals are not believed yet");
        }
        return lines;
    }

    /** What happens at {@code time}; for people. */
    static Optional<String> nextStep(State state, String time) {
        return switch (state) {
            case DOWN -> Optional.of("next probe " + time);
            case THROTTLED -> Optional.of("next trial " + time);
            case UP, RAMP, HELD, QUARANTINE, GONE -> Optional.empty();
        };
    }

    private static String totals(List<ListedRoute> routes) {
        Map<State, Integer> counts = new EnumMap<>(State.class);
        routes.forEach(route -> counts.merge(route.state(), 1, Integer::sum));
        return routes.size()
                + (routes.size() == 1 ? " route: " : " routes: ")
                + counts.entrySet().stream()
                        .map(count -> count.getValue() + " " + count.getKey())
                        .collect(Collectors.joining(", "));
    }
}
