package io.backupmx.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether this process can do its work now, as its components say: {@code /readyz}, and {@code backupmx_ready} by
 * {@code check}. Not ready means: send no traffic, restart nothing. Safe from any thread.
 */
public final class Readiness {

    private final Map<String, Supplier<Optional<String>>> checks = new LinkedHashMap<>();
    private final MeterRegistry registry;

    public Readiness(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Adds a component's check, or replaces it.
     *
     * @param problem asked at every request for it or for the metrics, from a virtual thread: empty when all is well, else what is not, in a few
     *     words; one that throws is a problem too
     */
    public synchronized void check(String name, Supplier<Optional<String>> problem) {
        if (checks.put(name, problem) == null) {
            Gauge.builder("backupmx.ready", () -> isReady(name) ? 1 : 0)
                    .description("1 when this part can do its work, 0 when not: what /readyz says")
                    .tag("check", name)
                    .register(registry);
        }
    }

    private boolean isReady(String name) {
        Optional<Supplier<Optional<String>>> check;
        synchronized (this) {
            check = Optional.ofNullable(checks.get(name));
        }
        return check.flatMap(Readiness::askOne).isEmpty();
    }

    /** What every check says now, in the order they were added. */
    public Map<String, Optional<String>> ask() {
        Map<String, Supplier<Optional<String>>> asked;
        synchronized (this) {
            asked = new LinkedHashMap<>(checks);
        }
        Map<String, Optional<String>> answers = new LinkedHashMap<>();
        asked.forEach((name, problem) -> answers.put(name, askOne(problem)));
        return answers;
    }

    private static Optional<String> askOne(Supplier<Optional<String>> problem) {
        try {
            return problem.get();
        } catch (RuntimeException e) {
            return Optional.of("the check itself failed: " + e.getMessage());
        }
    }
}
