package io.backupmx.routing;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Look-ups that block and that nobody can end: of a name there is one at a time, whoever wants to know. Where it is known from
 * before nobody waits long for it; it goes on, and whoever asks later has what it came to. A name whose look-up took long is
 * looked up among others of that kind until it answers soon, so that dead nameservers take no threads from live ones. What cannot
 * be taken up is no answer for now. Safe from any thread.
 */
final class NameLookUps<K> implements AutoCloseable {

    /** Many more than routes have hosts. */
    private static final int MAX_KNOWN = 20_000;

    /** What is known of a name. */
    sealed interface Said {

        /** One address at least. */
        record Found(List<InetAddress> addresses) implements Said {
            public Found {
                addresses = List.copyOf(addresses);
            }
        }

        /** That is an answer: where it was before is not where it is to go. */
        record Nowhere(String why) implements Said {}

        /** Nobody can say now: where it was before is the best guess. */
        record NotNow(String why) implements Said {}
    }

    /**
     * How long somebody waits for a look-up.
     *
     * @param known where there is a last good answer; a look-up that takes longer is a slow one
     * @param unknown where there is none
     */
    record Patience(Duration known, Duration unknown) {
        static final Patience USUAL = new Patience(Duration.ofSeconds(1), Duration.ofSeconds(20));
    }

    private final Function<K, Said> lookUp;
    private final ExecutorService quick;
    private final ExecutorService slow;
    private final Patience patience;
    private final ConcurrentMap<K, CompletableFuture<Said>> going = new ConcurrentHashMap<>();
    private final LeastRecent<K, Said.Found> lastGood = new LeastRecent<>(MAX_KNOWN);
    private final LeastRecent<K, Boolean> slowLately = new LeastRecent<>(MAX_KNOWN);

    /**
     * @param lookUp blocks for as long as it likes
     * @param quick where look-ups run; refuses what is too much; closed with this
     * @param slow the same for names whose last look-up took long
     */
    NameLookUps(Function<K, Said> lookUp, ExecutorService quick, ExecutorService slow, Patience patience) {
        this.lookUp = lookUp;
        this.quick = quick;
        this.slow = slow;
        this.patience = patience;
    }

    /** The answer to a question asked now or under way, else the last good one. Blocks. */
    Said of(K name) {
        CompletableFuture<Said> answer = begin(name);
        Duration limit = lastGood.get(name).isPresent() ? patience.known() : patience.unknown();
        Said said = await(answer, limit);
        return said instanceof Said.NotNow
                ? lastGood.get(name).<Said>map(known -> known).orElse(said)
                : said;
    }

    private CompletableFuture<Said> begin(K name) {
        CompletableFuture<Said> mine = new CompletableFuture<>();
        CompletableFuture<Said> other = going.putIfAbsent(name, mine);
        if (other != null) {
            return other;
        }
        try {
            (slowLately.get(name).isPresent() ? slow : quick).execute(() -> run(name, mine));
        } catch (RuntimeException | Error e) { // too many, closed, or no memory for a thread
            end(name, mine, new Said.NotNow("too many names are being looked up"));
        }
        return mine;
    }

    private void run(K name, CompletableFuture<Said> mine) {
        long began = System.nanoTime();
        Said said;
        try {
            said = lookUp.apply(name);
        } catch (RuntimeException | Error e) {
            said = new Said.NotNow(String.valueOf(e));
        }
        if (System.nanoTime() - began > patience.known().toNanos()) {
            slowLately.put(name, true);
        } else {
            slowLately.remove(name);
        }
        end(name, mine, said);
    }

    private void end(K name, CompletableFuture<Said> mine, Said said) {
        switch (said) {
            case Said.Found found -> lastGood.put(name, found);
            case Said.Nowhere _ -> lastGood.remove(name);
            case Said.NotNow _ -> {}
        }
        going.remove(name, mine);
        mine.complete(said);
    }

    private static Said await(CompletableFuture<Said> answer, Duration limit) {
        try {
            return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new Said.NotNow("no answer within " + limit.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Said.NotNow("interrupted");
        } catch (ExecutionException e) {
            return new Said.NotNow(String.valueOf(e.getCause()));
        }
    }

    /** Who waits is told that there is no answer. */
    @Override
    public void close() {
        quick.shutdownNow();
        slow.shutdownNow();
        going.values().forEach(answer -> answer.complete(new Said.NotNow("stopping")));
    }
}
