package io.backupmx.worker.delivery;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.routing.MailHosts;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.TakenMail;
import io.backupmx.worker.delivery.RecipientOutcome.Failed;
import io.backupmx.worker.delivery.RecipientOutcome.Postponed;
import io.backupmx.worker.delivery.RecipientOutcome.Untried;
import io.backupmx.worker.retry.BackOffTable;
import io.backupmx.worker.retry.BackOffTable.BackOff;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt to deliver one mail by MX records: where to, for each recipient's domain; then to each destination its share of
 * the recipients, some destinations at once, for one of them may take its time.
 */
final class MxAttempt {

    private static final Logger LOG = LoggerFactory.getLogger(MxAttempt.class);

    private static final int AT_ONCE = 10;

    private final TakenMail mail;
    private final boolean suspect;
    private final RouteParts parts;
    private final MxParts mx;
    private final BackOffTable backOffs;
    private final Destinations destinations;
    private final Semaphore deliveries;
    private final AtomicReferenceArray<RecipientOutcome> outcomes;

    /** @param deliveries how many more may go on at once */
    MxAttempt(TakenMail mail, boolean suspect, RouteParts parts, Destinations destinations, Semaphore deliveries) {
        this.mail = mail;
        this.suspect = suspect;
        this.parts = parts;
        this.mx = parts.mx();
        this.backOffs = mx.backOffs();
        this.destinations = destinations;
        this.deliveries = deliveries;
        this.outcomes = new AtomicReferenceArray<>(mail.envelope().recipients().size());
        for (int i = 0; i < outcomes.length(); i++) {
            outcomes.set(i, RecipientOutcome.INTERNAL_ERROR); // whom a surprise leaves without another
        }
    }

    private record Share(MxWay way, List<Integer> recipients) {}

    /** Blocks until every recipient has an outcome, one for each. */
    List<RecipientOutcome> run() {
        Map<Domain, List<Integer>> byDomain = new LinkedHashMap<>();
        for (int i = 0; i < outcomes.length(); i++) {
            byDomain.computeIfAbsent(domain(mail.envelope().recipients().get(i).path()), _ -> new ArrayList<>())
                    .add(i);
        }
        Map<String, Share> shares = new LinkedHashMap<>();
        atOnce(byDomain.entrySet(), entry -> resolve(entry.getKey(), entry.getValue(), shares));
        atOnce(List.copyOf(shares.values()), this::deliver);
        List<RecipientOutcome> all = new ArrayList<>();
        for (int i = 0; i < outcomes.length(); i++) {
            all.add(outcomes.get(i));
        }
        return all;
    }

    /** The bare postmaster is that of the first domain ({@link io.backupmx.route.RelayTables#verdict}). */
    private Domain domain(ForwardPath path) {
        return switch (path) {
            case ForwardPath.To to -> to.mailbox().domain();
            case ForwardPath.Postmaster _ -> parts.tables().domains().iterator().next();
        };
    }

    private <T> void atOnce(Collection<T> all, Consumer<T> action) {
        if (all.size() == 1) {
            all.forEach(one -> carefully(action, one));
            return;
        }
        Semaphore some = new Semaphore(AT_ONCE);
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("delivery-mx").factory())) {
            for (T one : all) {
                some.acquireUninterruptibly();
                threads.execute(() -> {
                    try {
                        carefully(action, one);
                    } finally {
                        some.release();
                    }
                });
            }
        }
    }

    private <T> void carefully(Consumer<T> action, T one) {
        try {
            action.accept(one);
        } catch (RuntimeException | Error e) {
            Delivery.surprise(mail.envelope(), e);
        }
    }

    /** The DNS' trouble with a domain is left alone under this name, which no destination has. */
    private static String inTable(Domain domain) {
        return "@" + domain;
    }

    private void resolve(Domain domain, List<Integer> recipients, Map<String, Share> shares) {
        String name = inTable(domain);
        Optional<BackOff> backOff = backOffs.begin(name);
        if (backOff.isPresent()) {
            end(recipients, leftAlone(backOff.get()));
            return;
        }
        MailHosts hosts = mx.resolver().resolve(domain);
        if (destinations.isAborted()) {
            end(recipients, new Untried("stopping"));
            return;
        }
        switch (hosts) {
            case MailHosts.Found found -> {
                mx.answered(name);
                TlsLevel tls = parts.tables().tls().of(domain);
                MxWay way = new MxWay(found, tls, domain, mx.tls().areOf(domain, tls));
                synchronized (shares) {
                    shares.computeIfAbsent(way.name(), _ -> new Share(way, new ArrayList<>()))
                            .recipients()
                            .addAll(recipients);
                }
            }
            case MailHosts.NullMx _ -> { // RFC 7505 §4.1
                mx.answered(name);
                end(recipients, new Failed("556 5.1.10 domain " + domain + " takes no mail (null MX)"));
            }
            case MailHosts.LoopsBack(String why) -> {
                LOG.atWarn()
                        .addKeyValue("domain", domain)
                        .addKeyValue("queue_id", mail.envelope().queueId())
                        .addKeyValue("reason", why)
                        .log("mail loops back: no host of the domain is to be preferred to us");
                mx.loopsBack(name, why);
                end(recipients, postponed(why, backOffs.of(name)));
            }
            case MailHosts.NotNow(String why) -> end(recipients, failed(name, why));
        }
    }

    private Postponed failed(String name, String why) {
        mx.failed(name, why);
        return postponed(why, backOffs.of(name));
    }

    private Postponed postponed(String why, Optional<BackOff> backOff) {
        return new Postponed(
                why, backOffs.queueUntil(backOff.map(BackOff::until).orElseGet(parts.clock()::instant)), true);
    }

    private Postponed leftAlone(BackOff backOff) {
        return new Postponed(Destination.text(backOff), backOffs.queueUntil(backOff.until()), false);
    }

    private void end(List<Integer> recipients, RecipientOutcome outcome) {
        recipients.forEach(i -> outcomes.set(i, outcome));
    }

    private void deliver(Share share) {
        Destination destination = destinations.use(share.way());
        try {
            Optional<BackOff> backOff = destination.backOff();
            if (backOff.isPresent()) {
                end(share.recipients(), leftAlone(backOff.get()));
            } else if (destination.enter()) {
                try {
                    deliver(share, destination);
                } finally {
                    destination.leave();
                }
            } else {
                end(share.recipients(), turnedAway(destination));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end(share.recipients(), new Untried("interrupted"));
        } finally {
            destinations.leave(destination);
        }
    }

    private RecipientOutcome turnedAway(Destination destination) {
        return destinations.isAborted()
                ? new Untried("stopping")
                : new Postponed(
                        "all connections to " + destination.name() + " are busy",
                        backOffs.queueUntil(parts.clock().instant().plus(destination.congestion())),
                        false);
    }

    private void deliver(Share share, Destination destination) {
        if (!deliveries.tryAcquire()) {
            end(share.recipients(), turnedAway(destination));
            return;
        }
        try {
            Optional<BackOff> backOff = backOffs.begin(destination.name());
            if (backOff.isPresent()) {
                end(share.recipients(), leftAlone(backOff.get()));
            } else {
                attempt(share, destination);
            }
        } finally {
            deliveries.release();
        }
    }

    private void attempt(Share share, Destination destination) {
        Envelope envelope = mail.envelope()
                .withRecipients(share.recipients().stream()
                        .map(i -> mail.envelope().recipients().get(i))
                        .toList());
        Outlet.Tried tried = new Attempt(
                        new Part(mail, envelope),
                        suspect,
                        destination.connections(),
                        destination.gate(),
                        parts.isSure(),
                        parts.tables()::isKnown,
                        new HostTerms(
                                false, // strangers have the trace header, as from anybody
                                share.way().hosts().hosts().size() == 1,
                                _ -> {}))
                .toTheEnd();
        count(tried, destination);
        Optional<BackOff> soonest = destination.soonest();
        for (int i = 0; i < share.recipients().size(); i++) {
            RecipientOutcome outcome = tried.outcomes().get(i);
            outcomes.set(
                    share.recipients().get(i),
                    outcome instanceof Untried(String why) && !destinations.isAborted()
                            ? postponed(why, soonest)
                            : outcome);
        }
    }

    /** No connection counts against each address already; what came later counts against the destination. */
    private void count(Outlet.Tried tried, Destination destination) {
        List<Untried> untried = tried.outcomes().stream()
                .filter(Untried.class::isInstance)
                .map(Untried.class::cast)
                .toList();
        if (tried.metTrouble() && !destinations.isAborted()) {
            mx.failed(
                    destination.name(),
                    untried.stream().findFirst().map(Untried::why).orElse("trouble in the middle of a mail"));
        } else if (untried.size() < tried.outcomes().size()) {
            mx.answered(destination.name());
        } else {
            backOffs.untried(destination.name());
        }
    }

    /** A mail as one destination gets it. */
    private record Part(TakenMail whole, Envelope envelope) implements TakenMail {

        @Override
        public Route route() {
            return whole.route();
        }

        @Override
        public Content content() {
            return whole.content();
        }

        @Override
        public int deliveryCount() {
            return whole.deliveryCount();
        }

        @Override
        public boolean isOurs() {
            return whole.isOurs();
        }

        @Override
        public CompletionStage<Void> settle(Settlement settlement) {
            throw new UnsupportedOperationException("a mail is settled as a whole");
        }
    }
}
