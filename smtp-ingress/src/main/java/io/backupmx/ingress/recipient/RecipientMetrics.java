package io.backupmx.ingress.recipient;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what the sources say, by {@code source} and {@code answer}. */
public final class RecipientMetrics {

    /** What a source said of one recipient. */
    public enum Answer {
        KNOWN,
        UNKNOWN,
        UNAVAILABLE
    }

    private record Key(String source, Answer answer) {}

    private final MeterRegistry registry;
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();

    public RecipientMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Shows {@code source} before it is asked the first time. */
    public void show(String source) {
        for (Answer answer : Answer.values()) {
            counter(new Key(source, answer));
        }
    }

    void answered(String source, Answer answer) {
        counter(new Key(source, answer)).increment();
    }

    private Counter counter(Key key) {
        return counters.computeIfAbsent(
                key,
                k -> Counter.builder("backupmx.recipient.lookups")
                        .description("Recipients that a source was asked about, by its answer")
                        .tag("source", k.source())
                        .tag("answer", k.answer().toString().toLowerCase(Locale.ROOT))
                        .register(registry));
    }
}
