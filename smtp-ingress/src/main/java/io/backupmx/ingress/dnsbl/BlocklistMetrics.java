package io.backupmx.ingress.dnsbl;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Counts what lists in the DNS say, all together. */
final class BlocklistMetrics {

    /** What a list says of a client. */
    enum Result {
        LISTED,
        NOT_LISTED,
        UNAVAILABLE
    }

    private final Map<Result, Counter> counters = new EnumMap<>(Result.class);

    BlocklistMetrics(MeterRegistry registry) {
        for (Result result : Result.values()) {
            counters.put(
                    result,
                    Counter.builder("backupmx.ingress.dnsbl.lookups")
                            .description("What lists in the DNS said of clients, all lists together")
                            .tag("result", result.toString().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    void count(Result result) {
        Optional.ofNullable(counters.get(result)).ifPresent(Counter::increment);
    }
}
