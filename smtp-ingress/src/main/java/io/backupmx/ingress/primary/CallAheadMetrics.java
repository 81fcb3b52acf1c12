package io.backupmx.ingress.primary;

import io.backupmx.known.KnownRecipients;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What the primaries have said when they were asked, and how much is known. */
final class CallAheadMetrics {

    private final Map<CallAheads.Said, Counter> said = new EnumMap<>(CallAheads.Said.class);

    CallAheadMetrics(MeterRegistry registry, KnownRecipients known) {
        for (CallAheads.Said one : CallAheads.Said.values()) {
            said.put(
                    one,
                    Counter.builder("backupmx.recipient.callaheads")
                            .description("Questions to primaries whether a recipient exists, by what they said")
                            .tag("said", one.toString().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder("backupmx.recipients.known", known, KnownRecipients::count)
                .description("Addresses known to exist, whoever said so")
                .register(registry);
    }

    void count(CallAheads.Said one) {
        Counter counter = said.get(one);
        if (counter != null) {
            counter.increment();
        }
    }
}
