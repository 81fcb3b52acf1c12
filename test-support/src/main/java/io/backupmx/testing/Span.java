package io.backupmx.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Something that began, and has ended or not. */
sealed interface Span permits Traffic.Connection, Traffic.Transaction {

    Instant begun();

    Optional<Instant> ended();

    /** A moment at which the number of open spans changes by {@code by}. */
    record Step(Instant at, int by) {}

    /** How many there were at one time, at most; one that ends when another begins does not count beside it. */
    static int mostAtOnce(List<? extends Span> spans) {
        List<Step> steps = new ArrayList<>();
        for (Span span : spans) {
            steps.add(new Step(span.begun(), 1));
            span.ended().ifPresent(end -> steps.add(new Step(end, -1)));
        }
        steps.sort(Comparator.comparing(Step::at).thenComparingInt(Step::by));
        int now = 0;
        int most = 0;
        for (Step step : steps) {
            now += step.by();
            most = Math.max(most, now);
        }
        return most;
    }

    /** How many began within any time of this length, its end excluded, at most. */
    static int mostWithin(Duration length, List<? extends Span> spans) {
        List<Instant> begins = spans.stream().map(Span::begun).sorted().toList();
        int most = 0;
        int first = 0;
        for (int last = 0; last < begins.size(); last++) {
            while (!begins.get(last).isBefore(begins.get(first).plus(length))) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }
}
