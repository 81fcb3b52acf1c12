package io.backupmx.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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
    private final MultiGauge counts;
    private final MultiGauge state;
    private final MultiGauge up;
    private final MultiGauge age;
    private final MultiGauge limit;
    private final Periodic periodic = Periodic.leisurely("route-metrics", INTERVAL, this::refresh);

    public RouteMetrics(WorkerView worker, InstantSource clock, MeterRegistry registry) {
        this.worker = worker;
        this.clock = clock;
        this.counts = MultiGauge.builder("backupmx.routes")
                .description("Routes in each state")
                .register(registry);
        this.state = MultiGauge.builder("backupmx.route.state")
                .description("1 for the state a route is in; routes that are up and idle are left out")
                .register(registry);
        this.up = MultiGauge.builder("backupmx.route.up")
                .description("1 when a route takes mail, 0 when it does not; routes that are up and idle are left out")
                .register(registry);
        this.age = MultiGauge.builder("backupmx.route.state.age")
                .description("How long a route has been in its state")
                .baseUnit("seconds")
                .register(registry);
        this.limit = MultiGauge.builder("backupmx.route.limit")
                .description("Connections to a route's next hop that all workers together may have now")
                .register(registry);
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
        state.register(
                told.stream()
                        .map(route -> MultiGauge.Row.of(
                                hop(route).and("state", route.state().name()), 1))
                        .toList(),
                true);
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
            case THROTTLED, DOWN, HELD, QUARANTINE -> false;
        };
    }

    private void count(List<RouteStatus> routes) {
        Map<RouteStatus.State, Integer> found = new EnumMap<>(RouteStatus.State.class);
        routes.forEach(route -> found.merge(route.state(), 1, Integer::sum));
        counts.register(
                Arrays.stream(RouteStatus.State.values())
                        .map(each -> MultiGauge.Row.of(Tags.of("state", each.name()), found.getOrDefault(each, 0)))
                        .toList(),
                true);
    }

    private static void show(MultiGauge gauge, List<RouteStatus> routes, ToDoubleFunction<RouteStatus> figure) {
        gauge.register(
                routes.stream()
                        .map(route -> MultiGauge.Row.of(hop(route), figure.applyAsDouble(route)))
                        .toList(),
                true);
    }

    private static Tags hop(RouteStatus route) {
        return Tags.of("next_hop", route.route().toString());
    }
}
