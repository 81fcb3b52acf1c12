package io.backupmx.routing;

import io.backupmx.routing.RouteConnector.Tried;
import io.backupmx.routing.RouteTargets.Target;
import io.backupmx.smtp.client.ConnectResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks addresses at the same time and takes the first that takes mail: a dead one must not hide a living one. Of mail exchangers
 * one counts when none before it is we: so it waits for those, but not for long, for we answer at once. Of one thread.
 */
final class AllAtOnce {

    private static final Logger LOG = LoggerFactory.getLogger(AllAtOnce.class);

    static final Duration WE_ANSWER_WITHIN = Duration.ofSeconds(2);

    private record Answer(int index, Tried tried) {}

    private final List<Target> targets;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final List<Thread> asking;
    private final TreeSet<Integer> open = new TreeSet<>();
    private @Nullable Answer best;
    private long bestUntil;

    AllAtOnce(List<Target> targets, Function<Target, Tried> ask) {
        this.targets = targets;
        this.asking = IntStream.range(0, targets.size())
                .mapToObj(i ->
                        Thread.startVirtualThread(() -> answers.add(new Answer(i, carefully(ask, targets.get(i))))))
                .toList();
        IntStream.range(0, targets.size()).forEach(open::add);
    }

    /** Who does not answer at all would be waited for without end. */
    private static Tried carefully(Function<Target, Tried> ask, Target target) {
        try {
            return ask.apply(target);
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).addKeyValue("next_hop", target.hop()).log("probe failed unexpectedly");
            return new Tried(new ConnectResult.Unhealthy("internal error", false), false);
        }
    }

    /** Blocks; ended by an interrupt. The connections that are not wanted are left. */
    ConnectResult first(ConnectResult otherwise) {
        ConnectResult last = otherwise;
        try {
            while (isUndecided()) {
                Optional<Answer> answer = next();
                if (answer.isEmpty()) {
                    break;
                }
                last = take(answer.get(), last);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            last = new ConnectResult.Unreachable("interrupted");
            drop();
        }
        leave();
        Answer found = best;
        return found != null ? found.tried().result() : last;
    }

    private boolean isUndecided() {
        Answer now = best;
        return !open.isEmpty() && (now == null || isSomebodyBefore(now.index()));
    }

    private boolean isSomebodyBefore(int index) {
        Target target = targets.get(index);
        return open.headSet(index).stream().anyMatch(before -> target.isBeside(targets.get(before)));
    }

    private Optional<Answer> next() throws InterruptedException {
        return best == null
                ? Optional.of(answers.take())
                : Optional.ofNullable(answers.poll(bestUntil - System.nanoTime(), TimeUnit.NANOSECONDS));
    }

    private ConnectResult take(Answer answer, ConnectResult last) {
        if (!open.remove(answer.index())) {
            close(answer.tried().result()); // of one that does not count any more
            return last;
        }
        if (answer.tried().result() instanceof ConnectResult.Connected) {
            prefer(answer);
            return last;
        }
        if (answer.tried().isOurs()) {
            leaveOutBehind(answer.index());
        }
        return RouteConnector.worse(last, answer.tried().result());
    }

    private void prefer(Answer answer) {
        Answer before = best;
        if (before == null) {
            bestUntil = System.nanoTime() + WE_ANSWER_WITHIN.toNanos();
            best = answer;
        } else if (answer.index() < before.index()) {
            close(before.tried().result());
            best = answer;
        } else {
            close(answer.tried().result());
        }
    }

    private void leaveOutBehind(int index) {
        Target ours = targets.get(index);
        open.removeIf(i -> i > index && targets.get(i).isBeside(ours));
        Answer before = best;
        if (before != null
                && before.index() > index
                && targets.get(before.index()).isBeside(ours)) {
            drop();
        }
    }

    private void drop() {
        Answer before = best;
        best = null;
        if (before != null) {
            close(before.tried().result());
        }
    }

    /** The others are not needed any more. */
    private void leave() {
        asking.forEach(Thread::interrupt);
        Thread.startVirtualThread(() -> {
            try {
                for (Thread thread : asking) {
                    thread.join();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            answers.forEach(answer -> close(answer.tried().result()));
        });
    }

    private static void close(ConnectResult result) {
        if (result instanceof ConnectResult.Connected connected) {
            Thread.startVirtualThread(connected.connection()::quit);
        }
    }
}
