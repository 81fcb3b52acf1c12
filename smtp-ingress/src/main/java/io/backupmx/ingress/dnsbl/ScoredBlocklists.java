package io.backupmx.ingress.dnsbl;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.backupmx.config.DnsConfig;
import io.backupmx.config.DnsblConfig;
import io.backupmx.config.DnsblSite;
import io.backupmx.ingress.dnsbl.BlocklistMetrics.Result;
import io.backupmx.routing.ListingLookup;
import io.backupmx.routing.ListingLookup.Said;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up what the lists say of a client. All are asked at once, each client once in a minute, whatever the answer; a list that
 * does not answer in time counts for nothing, so that lists that are away let everybody in.
 */
public final class ScoredBlocklists implements Blocklists {

    private static final Logger LOG = LoggerFactory.getLogger(ScoredBlocklists.class);

    private static final int MAX_REMEMBERED = 50_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** A client waits for its RCPT meanwhile. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private record Listing(DnsblSite site, boolean listed) {}

    private final DnsblConfig config;
    private final List<DnsblSite> sites;
    private final ListingLookup lookup;
    private final Duration patience;
    private final Cache<InetAddress, Future<Optional<String>>> judged;
    private final BlocklistMetrics metrics;

    private ScoredBlocklists(DnsblConfig config, ListingLookup lookup, Duration patience, BlocklistMetrics metrics) {
        this.config = config;
        this.sites = config.parsed();
        this.lookup = lookup;
        this.patience = patience;
        this.metrics = metrics;
        this.judged = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(REMEMBERED)
                .executor(Runnable::run)
                .build();
    }

    /** Those of {@code config}. */
    public static Blocklists of(DnsblConfig config, DnsConfig dns, MeterRegistry registry) {
        BlocklistMetrics metrics = new BlocklistMetrics(registry); // a rate has a zero to begin from
        Duration patience = dns.timeout().compareTo(PATIENCE) < 0 ? dns.timeout() : PATIENCE;
        return config.sites().isEmpty() ? NONE : new ScoredBlocklists(config, ListingLookup.of(dns), patience, metrics);
    }

    @Override
    public Future<Optional<String>> listing(InetAddress client) {
        return judged.asMap().computeIfAbsent(client, this::ask);
    }

    private Future<Optional<String>> ask(InetAddress client) {
        List<CompletableFuture<Listing>> asked =
                sites.stream().map(site -> ask(client, site)).toList();
        CompletableFuture<Optional<String>> verdict = CompletableFuture.allOf(
                        asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(
                        _ -> judge(asked.stream().map(CompletableFuture::join).toList()));
        return Future.fromCompletionStage(verdict)
                .onFailure(failure -> LOG.atWarn()
                        .addKeyValue("client", client.getHostAddress())
                        .setCause(failure)
                        .log("DNS lists could not be judged"))
                .otherwise(Optional.empty());
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
            return new Listing(site, listed);
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
