package io.backupmx.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How the routes stand: {@code backupmx_routes} counts all of them by state; {@code backupmx_route_state},
 * {@code backupmx_route_state_age_seconds} and {@code backupmx_route_limit} tell of those that are not up or have deliveries
 * going on, at most {@value #MAX_ROUTES} of them, longest in their state first. Looked at at an interval.
 */
public final class RouteMetrics implements AutoCloseable {

    static final int MAX_ROUTES = 1000;

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final WorkerView worker;
    private final InstantSource clock;
    private final GaugeRows counts;
    private final GaugeRows state;
    private final GaugeRows up;
    private final GaugeRows age;
    private final GaugeRows limit;
    private final Periodic periodic = Periodic.leisurely("route-metrics", INTERVAL, this::refresh);

    public RouteMetrics(WorkerView worker, InstantSource clock, MeterRegistry registry) {
        this.worker = worker;
        this.clock = clock;
        this.counts = new GaugeRows(registry, "backupmx.routes", "Routes in each state");
        this.state = new GaugeRows(
                registry,
                "backupmx.route.state",
                "1 for the state a route is in; routes that are up and idle are left out");
        this.up = new GaugeRows(
                registry,
                "backupmx.route.up",
                "1 when a route takes mail, 0 when it does not; routes that are up and idle are left out");
        this.age = new GaugeRows(
                registry, "backupmx.route.state.age", "How long a route has been in its state", "seconds");
        this.limit = new GaugeRows(
                registry,
                "backupmx.route.limit",
                "Connections to a route's next hop that all workers together may have now");
    }

    public void start() {
        periodic.start();
    }

    @Override
    public void close() {
        periodic.close();
    }

    void refresh() {
        List<RouteStatus> routes = worker.routes();
        count(routes);
        List<RouteStatus> told = routes.stream()
                .filter(route -> route.state() != RouteStatus.State.UP || route.connections() > 0)
                .sorted(Comparator.comparing(RouteStatus::since))
                .limit(MAX_ROUTES)
                .toList();
        state.show(told.stream()
                .collect(Collectors.toMap(
                        route -> hop(route).and("state", route.state().name()), _ -> 1.0, (one, _) -> one)));
        show(
                age,
                told,
                route -> Math.max(
                        0, Duration.between(route.since(), clock.instant()).toMillis() / 1000.0));
        show(limit, told, RouteStatus::limit);
        show(up, told, route -> takesMail(route) ? 1 : 0);
    }

    private static boolean takesMail(RouteStatus route) {
        return switch (route.state()) {
            case UP, RAMP -> true;
            case THROTTLED, DOWN, HELD, QUARANTINE, GONE -> false;
        };
    }

    private void count(List<RouteStatus> routes) {
        Map<RouteStatus.State, Integer> found = new EnumMap<>(RouteStatus.State.class);
        routes.forEach(route -> found.merge(route.state(), 1, Integer::sum));
        counts.show(Arrays.stream(RouteStatus.State.values())
                .collect(Collectors.toMap(
                        each -> Tags.of("state", each.name()), each -> (double) found.getOrDefault(each, 0))));
    }

    private static void show(GaugeRows gauge, List<RouteStatus> routes, ToDoubleFunction<RouteStatus> figure) {
        gauge.show(
                routes.stream().collect(Collectors.toMap(RouteMetrics::hop, figure::applyAsDouble, (one, _) -> one)));
    }

    private static Tags hop(RouteStatus route) {
        return Tags.of("next_hop", route.route().toString());
    }
}
