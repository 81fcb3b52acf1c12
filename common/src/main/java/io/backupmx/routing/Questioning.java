package io.backupmx.routing;

import io.backupmx.routing.RecordLookup.Answer;
import java.time.Duration;
import java.util.Optional;

/** What the DNS is asked about one mail: within a time, and so many questions. Of one thread. */
public final class Questioning {

    /** RFC 7208 §4.6.4 lets a record ask for ten things, of which each may take ten addresses; nobody who means well does. */
    private static final int MAX_QUESTIONS = 40;

    private final RecordLookup lookup;
    private final long endNanos;
    private int asked;
    private Optional<String> failure = Optional.empty();

    /** @param time for all questions, from now on */
    public Questioning(RecordLookup lookup, Duration time) {
        this.lookup = lookup;
        this.endNanos = System.nanoTime() + time.toNanos();
    }

    /** When there is no time left, or too much was asked, nobody knows. */
    public Answer ask(String name, RecordLookup.Kind kind) {
        Duration left = Duration.ofNanos(endNanos - System.nanoTime());
        if (++asked > MAX_QUESTIONS || !left.isPositive()) {
            return failed("the DNS was asked too much, or took too long");
        }
        try {
            Answer answer = lookup.ask(name, kind, left);
            return answer instanceof Answer.Failed(String why) ? failed(why) : answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("interrupted");
        }
    }

    private Answer failed(String why) {
        failure = failure.or(() -> Optional.of(why));
        return new Answer.Failed(why);
    }

    /** The first question that got no answer, if any. */
    public Optional<String> failure() {
        return failure;
    }
}
