package io.backupmx.ops;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether this process can do its work now, as its components say. Not ready means: send no traffic, restart nothing.
 * Safe from any thread.
 */
public final class Readiness {

    private final Map<String, Supplier<Optional<String>>> checks = new LinkedHashMap<>();

    /**
     * Adds a component's check, or replaces it.
     *
     * @param problem asked at every request, from a virtual thread: empty when all is well, else what is not, in a few
     *     words; one that throws is a problem too
     */
    public synchronized void check(String name, Supplier<Optional<String>> problem) {
        checks.put(name, problem);
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
