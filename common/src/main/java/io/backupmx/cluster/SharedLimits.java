package io.backupmx.cluster;

import io.backupmx.route.KnownLimits;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import io.backupmx.spool.SharedTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What workers have read in their next hops' replies to EHLO, for the ingresses: the newest word on a route counts, for a week.
 * What nobody has said, or nobody has heard yet, is no limit. Begins to listen when it is first asked or told something. What
 * is told while the broker is away is said when it is back. Safe from any thread.
 */
public final class SharedLimits implements KnownLimits, SharedTable.Listener, AutoCloseable {

    /** What has not changed is said again, so that it does not grow old. */
    static final Duration AGAIN = Duration.ofHours(1);

    static final int MAX_ROUTES = 20_000;

    /** Of longer names, which are many hosts in a row, nothing is said. */
    private static final int MAX_NAME = 500;

    private final SharedTable table;
    private final InstantSource clock;
    private final AtomicBoolean started = new AtomicBoolean();
    private final Map<String, LimitsNews> heard = new ConcurrentHashMap<>();
    private final Map<String, LimitsNews> unsaid = new ConcurrentHashMap<>();
    private volatile Consumer<String> watcher = _ -> {};

    /** @param table not started; closed with this */
    public SharedLimits(SharedTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    @Override
    public Optional<NextHopLimits> of(Route route) {
        start();
        return known(route.toString()).map(LimitsNews::limits);
    }

    private Optional<LimitsNews> known(String route) {
        return Optional.ofNullable(heard.get(route)).filter(news -> news.isValid(clock.instant()));
    }

    /** Until when the hosts of the route of that name are known to take REQUIRETLS; empty: they are not. */
    Optional<Instant> requireTlsUntil(String route) {
        return known(route).filter(news -> news.limits().requireTls()).map(LimitsNews::until);
    }

    /** @param changed hears the name of a route of which {@link #requireTlsUntil} may be there, or not, for something heard; to be quick */
    void watch(Consumer<String> changed) {
        watcher = changed;
    }

    /** The hosts of {@code route} say so now. To be called as often as they do; writes only what is news. */
    public void tell(Route route, NextHopLimits limits) {
        start();
        String name = route.toString();
        LimitsNews news = new LimitsNews(name, limits, clock.instant());
        LimitsNews before = heard.get(name);
        boolean isNews = before == null
                || !before.limits().equals(limits)
                || !before.isValid(news.at())
                || news.at().isAfter(before.at().plus(AGAIN));
        if (isNews && name.length() <= MAX_NAME && take(news)) {
            say(news);
        }
    }

    private void say(LimitsNews news) {
        unsaid.remove(news.route());
        var _ = table.put("limits." + news.route(), news.toBytes()).whenComplete((_, failure) -> {
            if (failure != null && heard.remove(news.route(), news)) { // else there is newer
                watcher.accept(news.route());
                if (unsaid.size() < MAX_ROUTES) {
                    unsaid.put(news.route(), news);
                }
            }
        });
    }

    void start() {
        if (!started.getAndSet(true)) {
            table.start(this);
        }
    }

    private boolean take(LimitsNews news) {
        if (!heard.containsKey(news.route()) && heard.size() >= MAX_ROUTES) {
            return false;
        }
        LimitsNews before = heard.put(news.route(), news);
        if (before == null
                || before.limits().requireTls() != news.limits().requireTls()
                || !before.isValid(clock.instant())) {
            watcher.accept(news.route());
        }
        return true;
    }

    @Override
    public void connected() {}

    @Override
    public void heard(String key, byte[] value) {
        LimitsNews.parse(value)
                .filter(news -> news.isValid(clock.instant()))
                .map(news -> news.notAfter(clock.instant()))
                .filter(news -> {
                    LimitsNews before = heard.get(news.route());
                    return before == null || !before.at().isAfter(news.at());
                })
                .ifPresent(this::take);
    }

    /** What was heard just now may be newer. */
    @Override
    public void complete() {
        for (LimitsNews news : List.copyOf(unsaid.values())) {
            LimitsNews before = heard.get(news.route());
            if (!unsaid.remove(news.route(), news) || !news.isValid(clock.instant())) {
                continue;
            }
            if ((before == null || before.at().isBefore(news.at())) && take(news)) {
                say(news);
            }
        }
    }

    /** What was heard stays: primaries are what they were. */
    @Override
    public void disconnected() {}

    @Override
    public void close() {
        table.close();
    }
}
