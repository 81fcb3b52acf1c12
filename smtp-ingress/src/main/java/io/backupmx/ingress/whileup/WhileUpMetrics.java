package io.backupmx.ingress.whileup;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Counts what became of recipients whose domain defers senders while its primary is up. */
final class WhileUpMetrics {

    /** All but the first one: the recipient was taken. */
    enum Result {
        DEFERRED,
        CAME_BACK,
        KNOWN_CLIENT,
        /** The route's keeper does not say that it is up. */
        NOT_UP,
        /** The keeper does, but the primary does not answer. */
        NO_ANSWER
    }

    private final Map<Result, Counter> counters = new EnumMap<>(Result.class);

    WhileUpMetrics(MeterRegistry registry) {
        for (Result result : Result.values()) {
            counters.put(
                    result,
                    Counter.builder("backupmx.ingress.while.up")
                            .description("Recipients whose domain defers senders while its primary is up, by what"
                                    + " became of them")
                            .tag("result", result.toString().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    void count(Result result) {
        Optional.ofNullable(counters.get(result)).ifPresent(Counter::increment);
    }
}
