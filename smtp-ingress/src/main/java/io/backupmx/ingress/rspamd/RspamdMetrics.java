package io.backupmx.ingress.rspamd;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Counts what rspamd says, and how long it takes. */
final class RspamdMetrics {

    /** What became of a question. */
    enum Result {
        TAKEN,
        REFUSED,
        DEFERRED,
        /** Not asked: larger than it is shown. */
        TOO_LARGE,
        /** Not asked: there was no place for it in time. */
        TOO_MANY,
        UNAVAILABLE
    }

    private final Map<Result, Counter> counters = new EnumMap<>(Result.class);
    private final Timer answers;

    RspamdMetrics(MeterRegistry registry) {
        for (Result result : Result.values()) {
            counters.put(
                    result,
                    Counter.builder("backupmx.ingress.rspamd.checks")
                            .description("Contents that rspamd was to be asked about, by what it said")
                            .tag("result", result.toString().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        answers = Timer.builder("backupmx.ingress.rspamd.answer")
                .description("From a complete content to the answer of rspamd")
                .register(registry);
    }

    void count(Result result) {
        Optional.ofNullable(counters.get(result)).ifPresent(Counter::increment);
    }

    void answered(Duration after) {
        answers.record(after);
    }
}
