package io.backupmx.ingress.source;

import io.backupmx.config.HttpSourceConfig;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.backupmx.route.NotAListException;
import io.backupmx.route.RecipientList;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Recipients from a list that is fetched from a web server at an interval and answers from memory in between. It is taken
 * whole or not at all: after whatever goes wrong the list before stays in use, for as long as it takes, and a copy of it on
 * disk outlives the process.
 *
 * <p>A list that lacks more of the entries before than the limit allows is not taken. There is no other word on it than
 * these: it is taken once it has grown back; or an operator who means it removes the copy, {@code NAME.list}, and restarts
 * the service, which then takes what it is given.
 */
public final class HttpListLookup implements RecipientLookup {

    private static final Logger LOG = LoggerFactory.getLogger(HttpListLookup.class);

    /** While there is no list at all, nobody can be told that he is known. */
    private static final Duration WITHOUT_LIST = Duration.ofSeconds(10);

    private static final Duration TO_CLOSE = Duration.ofSeconds(5);

    /** Replicas that were started together shall not ask together for ever. */
    private static final double JITTER = 0.1;

    private final String name;
    private final ListFetcher fetcher;
    private final ListCopy copy;
    private final ListRoom room;
    private final Duration interval;
    private final int shrinkLimitPercent;
    private final InstantSource clock;
    private final Thread fetching;
    private Optional<String> trouble = Optional.empty();
    private volatile boolean well = true;
    private volatile Optional<ListCopy.Kept> held = Optional.empty();
    private volatile boolean closed;

    HttpListLookup(
            String name,
            ListFetcher fetcher,
            ListCopy copy,
            ListRoom room,
            Duration interval,
            int shrinkLimitPercent,
            InstantSource clock) {
        this.name = name;
        this.fetcher = fetcher;
        this.copy = copy;
        this.room = room;
        this.interval = interval;
        this.shrinkLimitPercent = shrinkLimitPercent;
        this.clock = clock;
        this.fetching = Thread.ofVirtual().name("list-" + name).unstarted(this::run);
    }

    /**
     * Reads the copy, which may take a second, and begins to fetch. What goes wrong is logged.
     *
     * @param name of the source
     * @param config without problems
     * @param directory for the copy; made when it is not there
     * @param room of all lists
     * @param shrinkLimitPercent how much of its entries a list may lose at once
     */
    static HttpListLookup start(
            Vertx vertx, String name, HttpSourceConfig config, Path directory, ListRoom room, int shrinkLimitPercent) {
        HttpListLookup lookup = new HttpListLookup(
                name,
                new ListFetcher(vertx, config, new HttpClientOptions(), RecipientList.maxBytes()),
                new ListCopy(directory, name, config.url().orElseThrow()),
                room,
                config.intervalOrDefault(),
                shrinkLimitPercent,
                InstantSource.system());
        lookup.start();
        return lookup;
    }

    void start() {
        load();
        fetching.start();
    }

    /** At once. */
    @Override
    public Future<Boolean> exists(String address) {
        return held.map(kept -> Future.succeededFuture(kept.list().contains(address)))
                .orElseGet(() -> Future.failedFuture("the list " + name + " was never there"));
    }

    @Override
    public Optional<Future<Boolean>> known(String address) {
        return Optional.of(exists(address));
    }

    /** How long ago the server said last that the list in use is the one it has; empty: there is none. */
    public Optional<Duration> age() {
        return held.map(kept -> Duration.between(kept.confirmed(), clock.instant()))
                .map(age -> age.isNegative() ? Duration.ZERO : age); // a clock was set
    }

    /** How many entries the list in use has; 0: there is none. */
    public int size() {
        return held.map(kept -> kept.list().size()).orElse(0);
    }

    /** Whether the last fetch came to something; what is in use may be good all the same. */
    public boolean isWell() {
        return well;
    }

    @Override
    public void close() {
        closed = true;
        fetching.interrupt();
        try {
            if (fetching.getState() != Thread.State.NEW) {
                boolean _ = fetching.join(TO_CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            fetcher.close();
        }
    }

    /** Takes the copy, if there is one. */
    void load() {
        try {
            held = loaded();
            held.ifPresent(kept -> LOG.atInfo()
                    .addKeyValue("source", name)
                    .addKeyValue("entries", kept.list().size())
                    .addKeyValue("confirmed", kept.confirmed())
                    .log("recipient list loaded from its copy"));
        } catch (ListProblem e) {
            LOG.atWarn()
                    .addKeyValue("source", name)
                    .addKeyValue("problem", e.what())
                    .log("copy of recipient list ignored");
        }
    }

    private Optional<ListCopy.Kept> loaded() throws ListProblem {
        synchronized (room) {
            Optional<ListCopy.Kept> kept = copy.load();
            if (kept.isPresent()) {
                room.take(name, kept.get().list());
            }
            return kept;
        }
    }

    private void run() {
        try {
            while (!closed) {
                refresh();
                Thread.sleep(jittered(pause(), ThreadLocalRandom.current()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Duration pause() {
        return held.isEmpty() && WITHOUT_LIST.compareTo(interval) < 0 ? WITHOUT_LIST : interval;
    }

    static Duration jittered(Duration pause, RandomGenerator random) {
        return Duration.ofNanos((long) (pause.toNanos() * random.nextDouble(1 - JITTER, 1 + JITTER)));
    }

    /** Fetches once. */
    void refresh() throws InterruptedException {
        try {
            ListVersion known = held.map(ListCopy.Kept::version).orElse(ListVersion.NONE);
            switch (fetcher.fetch(known, copy::openFresh)) {
                case ListAnswer.Unchanged _ -> confirmed();
                case ListAnswer.Fresh(ListVersion version) -> take(version);
            }
            well = true;
            over();
        } catch (ListProblem e) {
            well = false;
            tell(e.what());
        } catch (RuntimeException | Error e) {
            well = false;
            LOG.atLevel(closed ? Level.DEBUG : Level.ERROR)
                    .setCause(e)
                    .addKeyValue("source", name)
                    .log("recipient list not fetched, to be done again");
        } finally {
            dropFresh();
        }
    }

    private void confirmed() throws ListProblem {
        held = held.map(kept -> new ListCopy.Kept(kept.list(), kept.version(), clock.instant()));
        try {
            copy.confirm(clock.instant());
        } catch (IOException e) {
            throw notKept(e);
        }
    }

    private void take(ListVersion version) throws ListProblem {
        Optional<RecipientList> before = held.map(ListCopy.Kept::list);
        RecipientList fresh = fresh(before);
        held = Optional.of(new ListCopy.Kept(fresh, version, clock.instant()));
        if (before.isEmpty() || before.get().size() != fresh.size()) {
            LOG.atInfo()
                    .addKeyValue("source", name)
                    .addKeyValue("entries", fresh.size())
                    .log("recipient list loaded");
        }
        try {
            copy.keepFresh(version, clock.instant());
        } catch (IOException e) {
            throw notKept(e);
        }
    }

    /** What came, if it may take the place of what was {@code before}. */
    private RecipientList fresh(Optional<RecipientList> before) throws ListProblem {
        synchronized (room) {
            try {
                RecipientList fresh = copy.readFresh();
                if (before.isPresent() && before.get().isLostIn(fresh, shrinkLimitPercent)) {
                    throw new ListProblem("the list has lost " + before.get().missingIn(fresh) + " of "
                            + before.get().size() + " entries, more than " + shrinkLimitPercent
                            + " %: if that is meant, remove the copy " + name + ".list and restart");
                }
                room.take(name, fresh);
                return fresh;
            } catch (NotAListException e) {
                throw new ListProblem("what came is not a list of recipients", e);
            }
        }
    }

    private static ListProblem notKept(IOException e) {
        return new ListProblem("the list is in use, but its copy cannot be kept", e);
    }

    private void dropFresh() {
        try {
            copy.dropFresh();
        } catch (IOException _) {
            // the next fetch says why it cannot write
        }
    }

    /** Once, however often it happens. */
    private void tell(String problem) {
        if (!closed && !trouble.equals(Optional.of(problem))) {
            trouble = Optional.of(problem);
            LOG.atWarn()
                    .addKeyValue("source", name)
                    .addKeyValue("problem", problem)
                    .addKeyValue("entries", size())
                    .log("recipient list not taken, the one before stays in use");
        }
    }

    private void over() {
        if (trouble.isPresent()) {
            trouble = Optional.empty();
            LOG.atInfo()
                    .addKeyValue("source", name)
                    .addKeyValue("entries", size())
                    .log("recipient list is well again");
        }
    }
}
