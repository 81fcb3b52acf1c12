package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A broker, an ingress, some workers, each a process of its own, and one primary that takes its time for each mail, so that
 * there is always work in everybody's hands. Any of the workers may be gone; {@link #restore} brings them back.
 */
final class Cluster implements AutoCloseable {

    /** Deliveries at once that the primary is said to take, from all workers together. */
    static final int LIMIT = 20;

    /** Of a worker: mails that were delivered, and whose settlement is not on the broker's disk. */
    static final int UNSETTLED = 50;

    /** Until the broker gives up a worker that says nothing. */
    static final Duration TTL = Duration.ofSeconds(6);

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration PACE = Duration.ofMillis(100);

    /** Eight of them share a small machine. */
    private static final String[] SMALL = {"-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"};

    private final ScriptedPrimary primary = ScriptedPrimary.stopped().keepingNothing(MarkedLoad::isIntact);
    private final BrokerProcess broker;
    private final ServiceProcess ingress;
    private final List<ServiceProcess> workers = new ArrayList<>();
    private final MarkedLoad load;
    private Instant begun = Instant.now();
    private int before;
    private Instant mended = begun;

    private Cluster(Path directory, int size) {
        broker = BrokerProcess.start(directory.resolve("broker"));
        ingress = configured(ServiceProcess.ingress(directory.resolve("ingress"), broker.url()));
        for (int i = 0; i < size; i++) {
            workers.add(configured(ServiceProcess.worker(directory.resolve("worker-" + i), broker.url()))
                    .set(
                            Scenario.retrying(Scenario.RETRY),
                            "worker.max_connections_per_route=" + LIMIT,
                            "worker.probe_unhealthy=1s",
                            "worker.probe_unhealthy_max=1s"));
        }
        load = new MarkedLoad(ingress.smtpPort());
    }

    private ServiceProcess configured(ServiceProcess process) {
        return process.jvm(SMALL).backingUp(MarkedLoad.DOMAIN, primary.port());
    }

    /** All of it runs when this returns. */
    static Cluster of(Path directory, int size) {
        Cluster cluster = new Cluster(directory, size);
        try {
            cluster.ingress.ready();
            cluster.restore();
            return cluster;
        } catch (RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    /** Everybody runs, the primary is well, no mail waits: what comes now is judged by itself. */
    void restore() {
        primary.play(atItsPace());
        primary.start();
        running().forEach(ServiceProcess::thaw);
        List<ServiceProcess> gone =
                workers.stream().filter(worker -> !worker.isAlive()).toList();
        gone.forEach(ServiceProcess::launch);
        gone.forEach(ServiceProcess::awaitStarted);
        workers.forEach(worker -> worker.awaitReady(SOON));
        awaitEmpty(SOON);
        primary.awaitIdle(SOON);
        before = load.sent();
        begun = Instant.now();
        mended = begun;
    }

    static Script atItsPace() {
        return at(PACE);
    }

    /** So slow that only what is done at once gets it through, however slow the machine is. */
    static Script slowly() {
        return at(PACE.multipliedBy(4));
    }

    private static Script at(Duration pace) {
        return Script.acceptAll().on(Phase.DOT, Behaviour.delay(pace, Behaviour.accept()));
    }

    ScriptedPrimary primary() {
        return primary;
    }

    MarkedLoad load() {
        return load;
    }

    List<ServiceProcess> workers() {
        return workers;
    }

    /** A worker's part of the limit, with the one connection that it may always have. */
    int share() {
        return Math.ceilDiv(LIMIT, workers.size()) + 1;
    }

    /** Connections that the primary may see at once: the limit, and one for each worker that is not up to date. */
    int mostAtOnce() {
        return LIMIT + workers.size();
    }

    /** Since the last {@link #restore}. */
    Traffic traffic() {
        return primary.traffic().since(begun);
    }

    /** Returns when this many mails are delivered, since the last {@link #restore}. */
    void awaitDelivered(int count) {
        ServiceProcess.await(SOON, () -> assertThat(traffic().deliveries()).hasSizeGreaterThanOrEqualTo(count));
    }

    /** The trouble ends, now. */
    void mended() {
        mended = Instant.now();
    }

    /** The route's state as this worker shows it, in upper case. */
    String stateAt(ServiceProcess worker) {
        return worker.routes().stream()
                .filter(route -> route.path("route").asText().equals(route()))
                .map(route -> route.path("state").asText().toUpperCase(Locale.ROOT))
                .findFirst()
                .orElse("unknown");
    }

    /** Returns when every worker that runs shows the route so. */
    void awaitState(String state) {
        ServiceProcess.await(SOON, () -> {
            for (ServiceProcess worker : running()) {
                assertThat(stateAt(worker)).isEqualTo(state);
            }
        });
    }

    private List<ServiceProcess> running() {
        return workers.stream().filter(ServiceProcess::isAlive).toList();
    }

    private String route() {
        return "smtp:[127.0.0.1]:" + primary.port();
    }

    private void awaitEmpty(Duration timeout) {
        ServiceProcess.await(timeout, () -> {
            for (ServiceProcess worker : running()) {
                List<JsonNode> queue = worker.queue();
                assertThat(queue).as("mails that wait").isEmpty();
            }
        });
    }

    /** Until all mail since the last {@link #restore} is delivered; prints what it came to, and finds that nothing was lost. */
    Ending end(String what, Duration timeout) {
        try {
            ServiceProcess.await(
                    timeout,
                    () -> assertThat(traffic().deliveries())
                            .as("mails delivered of %d", load.sent() - before)
                            .hasSize(load.sent() - before));
            awaitEmpty(SOON);
        } finally {
            System.out.println(ending(what));
            for (int i = 0; i < workers.size(); i++) {
                Ending.keepLog(
                        workers.size() + "-workers-" + what + "-" + i,
                        workers.get(i).log());
            }
        }
        Ending ending = ending(what);
        assertThat(ending.traffic().deliveries().keySet())
                .as("delivered")
                .isEqualTo(IntStream.rangeClosed(before + 1, load.sent())
                        .mapToObj(MarkedLoad::sender)
                        .collect(Collectors.toSet()));
        assertThat(ending.failed()).as("failed for good").isZero();
        assertThat(primary.violations()).isEmpty();
        return ending;
    }

    private Ending ending(String what) {
        String log = workers.stream().map(ServiceProcess::log).collect(Collectors.joining());
        return new Ending(
                workers.size() + "-workers-" + what,
                load.sent() - before,
                RouteHistory.of(log, route()).since(begun),
                traffic(),
                mended,
                Ending.failures(log));
    }

    @Override
    public void close() {
        workers.forEach(ServiceProcess::close);
        ingress.close();
        broker.close();
        primary.close();
    }
}
