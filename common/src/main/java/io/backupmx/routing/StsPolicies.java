package io.backupmx.routing;

import io.backupmx.smtp.Domain;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policies of domains (MTA-STS, RFC 8461), fetched when a domain is first asked about and when its record says that there is a newer
 * one. What was fetched holds for as long as it says, whatever cannot be fetched then; it is kept in memory. For virtual threads:
 * blocks, while a policy is fetched for the first time. Safe from any thread.
 */
final class StsPolicies {

    private static final Logger LOG = LoggerFactory.getLogger(StsPolicies.class);

    private static final int MAX_DOMAINS = 10_000;

    /** From one look at a domain's record to the next. */
    static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    /** A policy whose record says nothing new is fetched again all the same (§3.3: at intervals that catch its expiry). */
    static final Duration FETCH_AGAIN = Duration.ofDays(1);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What is known of a domain's record: TXT texts; may block. */
    interface Records {

        /** @return empty: nobody can say now */
        Optional<List<String>> of(Domain domain) throws InterruptedException;
    }

    /** Gets the text of a policy; may block. */
    interface Fetch {
        String of(Domain domain) throws IOException, InterruptedException;
    }

    /**
     * @param id of the record that it was fetched by
     * @param policy empty: the domain has none
     * @param until it holds
     */
    private record Known(String id, Optional<StsPolicy> policy, Instant fetched, Instant until, Instant lookedAt) {

        Optional<StsPolicy> at(Instant now) {
            return policy.filter(_ -> now.isBefore(until));
        }

        Known lookedAt(Instant now) {
            return new Known(id, policy, fetched, until, now);
        }
    }

    private final Records records;
    private final Fetch fetch;
    private final InstantSource clock;
    private final Map<Domain, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Domain, Known> eldest) {
            return size() > MAX_DOMAINS;
        }
    };
    private final ConcurrentMap<Domain, CompletableFuture<Optional<StsPolicy>>> asking = new ConcurrentHashMap<>();

    StsPolicies(Records records, Fetch fetch, InstantSource clock) {
        this.records = records;
        this.fetch = fetch;
        this.clock = clock;
    }

    /** The policy that holds for {@code domain} now. */
    Optional<StsPolicy> of(Domain domain) throws InterruptedException {
        Known before = known(domain);
        Instant now = clock.instant();
        if (before != null && now.isBefore(before.lookedAt().plus(LOOK_AGAIN))) {
            return before.at(now);
        }
        CompletableFuture<Optional<StsPolicy>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<StsPolicy>> other = asking.putIfAbsent(domain, mine);
        if (other != null) {
            return answered(other);
        }
        Optional<StsPolicy> policy = Optional.empty();
        try {
            Known newer = ask(domain, before, now);
            synchronized (known) {
                known.put(domain, newer);
            }
            policy = newer.at(now);
            return policy;
        } finally {
            asking.remove(domain);
            mine.complete(policy);
        }
    }

    private @Nullable Known known(Domain domain) {
        synchronized (known) {
            return known.get(domain);
        }
    }

    private static Optional<StsPolicy> answered(CompletableFuture<Optional<StsPolicy>> other)
            throws InterruptedException {
        try {
            return other.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        }
    }

    /** @return {@code before} where nothing newer is to be had */
    private Known ask(Domain domain, @Nullable Known before, Instant now) throws InterruptedException {
        Known otherwise = before != null && now.isBefore(before.until())
                ? before.lookedAt(now)
                : new Known("", Optional.empty(), now, now, now);
        Optional<String> id = records.of(domain).flatMap(StsPolicies::id);
        if (id.isEmpty()) {
            return otherwise; // §5.1: a policy goes by mode none, not by the record's going
        }
        boolean same = otherwise.policy().isPresent() && otherwise.id().equals(id.get());
        if (same && now.isBefore(otherwise.fetched().plus(FETCH_AGAIN))) {
            return otherwise;
        }
        try {
            Optional<StsPolicy> policy = StsPolicy.parse(fetch.of(domain));
            if (policy.isPresent()) {
                return new Known(id.get(), policy, now, now.plus(policy.get().maxAge()), now);
            }
            warn(domain, "it is none");
        } catch (IOException e) {
            warn(domain, String.valueOf(e.getMessage()));
        }
        return otherwise;
    }

    private static void warn(Domain domain, String why) {
        LOG.atInfo().addKeyValue("domain", domain).addKeyValue("reason", why).log("no MTA-STS policy");
    }

    /** Of the one record (§3.1); several are none. */
    static Optional<String> id(List<String> texts) {
        List<String> records = texts.stream()
                .filter(text -> text.equals("v=STSv1") || text.startsWith("v=STSv1;") || text.startsWith("v=STSv1 "))
                .toList();
        if (records.size() != 1) {
            return Optional.empty();
        }
        for (String field : records.getFirst().split(";", -1)) {
            String said = field.strip();
            if (said.matches("id\\s*=\\s*[A-Za-z0-9]{1,32}")) {
                return Optional.of(said.substring(said.indexOf('=') + 1).strip());
            }
        }
        return Optional.empty();
    }
}
