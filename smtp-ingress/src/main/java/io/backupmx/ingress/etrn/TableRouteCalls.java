package io.backupmx.ingress.etrn;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.ingress.protocol.EtrnAnswer;
import io.backupmx.ingress.protocol.EtrnNode;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the routes that the tables have for a domain. A route that was called of late has been: it is not called again, and its
 * caller is told the same; so is who asks for the same subdomains again, for whom the tables would be read from end to end. Safe from
 * any thread.
 */
public final class TableRouteCalls implements RouteCalls {

    private static final Logger LOG = LoggerFactory.getLogger(TableRouteCalls.class);

    static final Duration OF_LATE = Duration.ofSeconds(10);

    /** Within that time, and so of one ETRN. */
    static final int MAX_ROUTES = 100;

    /** Domains whose subdomains were asked for within that time. */
    static final int MAX_SEARCHES = 20;

    private final RelayTables tables;
    private final Function<Route, CompletionStage<Void>> wish;
    private final Cache<Route, Boolean> called;
    private final Cache<EtrnNode, EtrnAnswer> searched;

    /** @param wish tells the workers to try a route; never blocks, and fails at once while nobody can be told */
    public TableRouteCalls(RelayTables tables, Function<Route, CompletionStage<Void>> wish) {
        this(tables, wish, Ticker.systemTicker());
    }

    TableRouteCalls(RelayTables tables, Function<Route, CompletionStage<Void>> wish, Ticker ticker) {
        this.tables = tables;
        this.wish = wish;
        this.called = ofLate(ticker);
        this.searched = ofLate(ticker);
    }

    private static <K, V> Cache<K, V> ofLate(Ticker ticker) {
        return Caffeine.newBuilder()
                .expireAfterWrite(OF_LATE)
                .ticker(ticker)
                .executor(Runnable::run)
                .build();
    }

    @Override
    public EtrnAnswer call(EtrnNode node) {
        if (!node.subdomains()) {
            return callNow(node);
        }
        EtrnAnswer known = searched.getIfPresent(node);
        if (known != null) {
            return known;
        }
        if (isFull(searched, MAX_SEARCHES)) {
            return EtrnAnswer.NOT_NOW;
        }
        EtrnAnswer answer = callNow(node);
        searched.put(node, answer);
        return answer;
    }

    private EtrnAnswer callNow(EtrnNode node) {
        Set<Route> routes = domains(node)
                .flatMap(domain -> route(domain).stream())
                .distinct()
                .limit(MAX_ROUTES + 1L)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (routes.isEmpty()) {
            return EtrnAnswer.NOT_OURS;
        }
        boolean told = true;
        for (Route route : routes) {
            told &= isToldOf(route);
        }
        LOG.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("routes", routes.size())
                .addKeyValue("told", told)
                .log("mail asked for by ETRN");
        return told ? EtrnAnswer.STARTED : EtrnAnswer.NOT_NOW;
    }

    private Stream<Domain> domains(EtrnNode node) {
        Stream<Domain> below = node.subdomains() ? tables.domains().stream().filter(node::covers) : Stream.of();
        return Stream.concat(Stream.of(node.domain()), below);
    }

    private Optional<Route> route(Domain domain) {
        RecipientVerdict verdict = tables.verdict(new ForwardPath.To(new Mailbox("postmaster", domain)));
        Optional<Route> route = switch (verdict) {
            case RecipientVerdict.Accepted accepted -> Optional.of(accepted.route());
            case RecipientVerdict.Unsettled open -> Optional.of(open.route());
            case RecipientVerdict.RelayDenied _,
                    RecipientVerdict.UnknownUser _,
                    RecipientVerdict.Answered _,
                    RecipientVerdict.LeftToPrimary _,
                    RecipientVerdict.IfMxBackup _,
                    RecipientVerdict.Unavailable _ -> Optional.empty();
        };
        return route.filter(Route.Hosts.class::isInstance); // others wait for nobody
    }

    /** Whether the workers are, now or of late. */
    private boolean isToldOf(Route route) {
        if (called.getIfPresent(route) != null) {
            return true;
        }
        if (isFull(called, MAX_ROUTES)) {
            return false;
        }
        called.put(route, true);
        CompletableFuture<Void> told = wish.apply(route).toCompletableFuture();
        var _ = told.whenComplete((_, failure) -> {
            if (failure != null) { // maybe later, when the broker did not take it
                called.invalidate(route);
                searched.invalidateAll();
            }
        });
        return !told.isCompletedExceptionally();
    }

    private static boolean isFull(Cache<?, ?> cache, int max) {
        if (cache.estimatedSize() >= max) {
            cache.cleanUp();
        }
        return cache.estimatedSize() >= max;
    }
}
