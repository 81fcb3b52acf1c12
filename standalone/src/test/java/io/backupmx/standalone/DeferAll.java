package io.backupmx.standalone;

import io.backupmx.config.Durations;
import io.backupmx.config.SpoolConfig;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import io.backupmx.spool.artemis.ArtemisSpool;
import io.backupmx.worker.retry.RetrySchedule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * For {@code bench/outage}: defers every mail of one route at once, on the very path a worker's deferral takes, and says how
 * fast. A worker does not get there with a primary that tempfails everything: its gate throttles the route.
 */
final class DeferAll implements SpoolReader.Taker {

    /** What a worker has in hand at most of one route: its connections, and mails that are settled and not yet on disk. */
    private static final int PLACES = 20 + 50;

    private static final long SAY_EVERY = 250_000;
    private static final long EMPTY_SECONDS = 10;

    private final RetrySchedule retries;
    private final Semaphore places = new Semaphore(PLACES);
    private final AtomicLong deferred = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());
    private volatile List<SpoolReader.Feed> feeds = List.of();
    private long saidNanos;

    private DeferAll(Duration delay) {
        this.retries = new RetrySchedule(List.of(delay), Duration.ofDays(30), new Random());
    }

    /** Data directory of an instance that does not run, route, delay. */
    public static void main(String[] args) throws Exception {
        Path data = Path.of(args[0]);
        DeferAll all = new DeferAll(Durations.parse(args[2]).orElseThrow());
        Path inFlight = Files.createDirectories(data.resolve("in-flight"));
        try (EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("spool"), System.err::println);
                ArtemisSpool.Reader reader =
                        ArtemisSpool.at(broker.url(), SpoolConfig.DEFAULT).reader(inFlight)) {
            all.run(reader.feeds(), Route.parse(args[1]).orElseThrow());
        }
        System.exit(all.lost.get() == 0 ? 0 : 1);
    }

    private void run(SpoolReader spool, Route route) throws InterruptedException {
        long begun = System.nanoTime();
        saidNanos = begun;
        lastNanos.set(begun);
        try (SpoolReader.Feed fresh = spool.feed(new SpoolQueue.ForRoute(route), this);
                SpoolReader.Feed backlog = spool.feed(new SpoolQueue.ForRoute(route, Lane.BACKLOG), this)) {
            feeds = List.of(fresh, backlog);
            while (System.nanoTime() - lastNanos.get() < TimeUnit.SECONDS.toNanos(EMPTY_SECONDS)) {
                Thread.sleep(100);
            }
        }
        say("in all", deferred.get(), lastNanos.get() - begun);
        System.out.println(lost.get() + " lost");
    }

    @Override
    public boolean wantsMail() {
        return places.tryAcquire();
    }

    @Override
    public void none() {
        places.release();
    }

    @Override
    public void accept(TakenMail mail) {
        Envelope tried = mail.envelope().withAttempts(mail.envelope().attempts() + 1);
        switch (retries.nextAfter(tried.attempts(), Duration.ZERO)) {
            case RetrySchedule.Next.Retry(Duration delay) ->
                mail.settle(new Settlement.Replace(List.of(new Settlement.Copy.Retry(tried, delay))))
                        .whenComplete((_, failure) -> settled(failure));
            case RetrySchedule.Next.Expired _ -> throw new IllegalStateException("it is young");
        }
    }

    private void settled(@Nullable Throwable failure) {
        places.release();
        lastNanos.set(System.nanoTime());
        if (failure != null) {
            lost.incrementAndGet();
        } else if (deferred.incrementAndGet() % SAY_EVERY == 0) {
            say(deferred.get() + " so far, the last " + SAY_EVERY, SAY_EVERY, System.nanoTime() - saidNanos);
            saidNanos = System.nanoTime();
        }
        feeds.forEach(SpoolReader.Feed::wake);
    }

    private static void say(String what, long mails, long nanos) {
        System.out.printf(Locale.ROOT, "%s: %d mails, %.0f a second%n", what, mails, mails * 1e9 / Math.max(1, nanos));
    }
}
