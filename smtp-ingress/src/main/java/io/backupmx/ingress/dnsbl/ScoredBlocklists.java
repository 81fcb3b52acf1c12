package io.backupmx.ingress.dnsbl;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.config.DnsConfig;
import io.backupmx.config.DnsblConfig;
import io.backupmx.config.DnsblSite;
import io.backupmx.ingress.dnsbl.BlocklistMetrics.Result;
import io.backupmx.routing.ListingLookup;
import io.backupmx.routing.ListingLookup.Said;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what the lists say of a client. All are asked at once, each client once in a minute; a list that does not answer in time
 * counts for nothing, so that lists that are away let everybody in, but only for some seconds: then the client is asked about anew.
 */
public final class ScoredBlocklists implements Blocklists {

    private static final Logger LOG = LoggerFactory.getLogger(ScoredBlocklists.class);

    private static final int MAX_REMEMBERED = 50_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** When a list did not answer. */
    private static final Duration DOUBT_REMEMBERED = Duration.ofSeconds(5);

    /** A client waits for its RCPT meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Listing(DnsblSite site, boolean listed, boolean known) {}

    /** @param doubtful whether a list did not answer */
    private record Verdict(Future<Optional<String>> listing, boolean doubtful) {}

    private final DnsblConfig config;
    private final List<DnsblSite> sites;
    private final ListingLookup lookup;
    private final Duration patience;
    private final Cache<InetAddress, Verdict> judged;
    private final BlocklistMetrics metrics;

    private ScoredBlocklists(
            DnsblConfig config, ListingLookup lookup, Duration patience, BlocklistMetrics metrics, Ticker ticker) {
        this.config = config;
        this.sites = config.parsed();
        this.lookup = lookup;
        this.patience = patience;
        this.metrics = metrics;
        this.judged = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfter(Expiry.<InetAddress, Verdict>writing(
                        (_, verdict) -> verdict.doubtful() ? DOUBT_REMEMBERED : REMEMBERED))
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    /** Those of {@code config}. */
    public static Blocklists of(DnsblConfig config, DnsConfig dns, MeterRegistry registry) {
        return of(config, dns, registry, Ticker.systemTicker());
    }

    static Blocklists of(DnsblConfig config, DnsConfig dns, MeterRegistry registry, Ticker ticker) {
        BlocklistMetrics metrics = new BlocklistMetrics(registry); // a rate has a zero to begin from
        Duration patience = dns.timeout().compareTo(PATIENCE) < 0 ? dns.timeout() : PATIENCE;
        return config.sites().isEmpty()
                ? NONE
                : new ScoredBlocklists(
                        config, ListingLookup.of(dns, config.sites().size()), patience, metrics, ticker);
    }

    @Override
    public Future<Optional<String>> listing(InetAddress client) {
        Verdict known = judged.getIfPresent(client);
        if (known != null) {
            return known.listing();
        }
        Promise<Optional<String>> promise = Promise.promise();
        Verdict pending = new Verdict(promise.future(), false);
        Verdict before = judged.asMap().putIfAbsent(client, pending);
        if (before != null) {
            return before.listing();
        }
        ask(client, pending, promise);
        return promise.future();
    }

    private void ask(InetAddress client, Verdict pending, Promise<Optional<String>> promise) {
        List<CompletableFuture<Listing>> asked =
                sites.stream().map(site -> ask(client, site)).toList();
        var _ = CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(_ -> asked.stream().map(CompletableFuture::join).toList())
                .whenComplete((listings, failure) -> {
                    if (failure != null) {
                        LOG.atWarn()
                                .addKeyValue("client", client.getHostAddress())
                                .setCause(failure)
                                .log("DNS lists could not be judged");
                    }
                    if (failure != null || !listings.stream().allMatch(Listing::known)) {
                        judged.asMap().replace(client, pending, new Verdict(pending.listing(), true));
                    }
                    promise.complete(failure == null ? judge(listings) : Optional.empty());
                });
    }

    private CompletableFuture<Listing> ask(InetAddress client, DnsblSite site) {
        return lookup.ask(client, site.zone(), patience).thenApply(said -> {
            Result result = switch (said) {
                case Said.Answers(List<InetAddress> answers) ->
                    answers.stream().anyMatch(site::isListing) ? Result.LISTED : Result.NOT_LISTED;
                case Said.Nothing _ -> Result.NOT_LISTED;
                case Said.Failed(String why) -> {
                    LOG.atDebug()
                            .addKeyValue("zone", site.zone())
                            .addKeyValue("why", why)
                            .log("a DNS list did not answer");
                    yield Result.UNAVAILABLE;
                }
            };
            metrics.count(result);
            // In doubt for the client: one that is away counts for it where it lists good clients, and not against it.
            boolean listed = result == Result.LISTED || (result == Result.UNAVAILABLE && site.score() < 0);
            return new Listing(site, listed, result != Result.UNAVAILABLE);
        });
    }

    /** Named is the list that counts most. */
    private Optional<String> judge(List<Listing> listings) {
        List<DnsblSite> listing = new ArrayList<>();
        int score = 0;
        for (Listing one : listings) {
            if (one.listed()) {
                listing.add(one.site());
                score += one.site().score();
            }
        }
        if (score < config.threshold()) {
            return Optional.empty();
        }
        return listing.stream().reduce((a, b) -> b.score() > a.score() ? b : a).map(DnsblSite::zone);
    }
}
