package io.backupmx.known;

import io.backupmx.spool.SharedTable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which addresses have been found to exist, or to exist no more, in buckets by their hash. Each bucket is one value of a table
 * that all ingresses share and that outlives them; whoever hears a bucket merges it into its own, and says the merger when it
 * knows more. So what one ingress has learned all know within seconds. A yes never ages; that somebody is gone is forgotten
 * after a month.
 */
public final class KnownRecipients implements RecipientMemory, SharedTable.Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KnownRecipients.class);

    static final int BUCKETS = 4096;

    private static final String KEY = "known.";
    private static final int MAX_BUCKET_CHARS = SharedTable.MAX_VALUE_BYTES / 4;
    private static final int PARTS_OF_HEAP = 8;
    private static final int AT_ONCE = 128;
    private static final long BETWEEN_ROUNDS_MILLIS = 500;
    private static final long POLL_MILLIS = 20;
    private static final long LAST_ROUND_MILLIS = 2000;

    /** A yes is written down again when it is older than that: the table need not hear of each mail. */
    private static final Duration REFRESH = Duration.ofDays(1);

    private static final Duration GONE_IS_KEPT = Duration.ofDays(30);

    private final SharedTable table;
    private final InstantSource clock;
    private final long maxChars;
    private final AtomicReferenceArray<FactBucket> buckets = new AtomicReferenceArray<>(BUCKETS);
    private final AtomicLong chars = new AtomicLong();
    private final AtomicBoolean full = new AtomicBoolean();
    private final Set<Integer> unsaid = ConcurrentHashMap.newKeySet();
    private final Set<Integer> saying = ConcurrentHashMap.newKeySet();
    private final Set<Integer> unheard = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread writer;

    /** Whether all that the table holds has been heard on this connection: what is said before would overwrite it. */
    private volatile boolean synced;

    private volatile boolean complete;

    /** @param table not started; closed with this */
    public KnownRecipients(SharedTable table, InstantSource clock) {
        this(table, clock, Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP);
    }

    KnownRecipients(SharedTable table, InstantSource clock, long maxChars) {
        this.table = table;
        this.clock = clock;
        this.maxChars = maxChars;
        for (int i = 0; i < BUCKETS; i++) {
            buckets.set(i, FactBucket.EMPTY);
        }
        this.writer = Thread.ofVirtual().name("known-recipients").unstarted(this::write);
    }

    /** Begins to hear what others know, unless it has begun. */
    public void start() {
        if (!started.getAndSet(true)) {
            table.start(this);
            writer.start();
        }
    }

    @Override
    public boolean isComplete() {
        start();
        return complete;
    }

    /** Addresses that exist, as far as is known; those of domains whose every address does count as one. */
    public long count() {
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            count += buckets.get(i).existing();
        }
        return count;
    }

    /** Hands over every address that is known to exist, in no particular order, until {@code taker} says no. */
    public void forEach(Predicate<String> taker) {
        for (int i = 0; i < BUCKETS; i++) {
            for (Map.Entry<String, Fact> fact : buckets.get(i).facts().entrySet()) {
                if (fact.getValue().exists() && !taker.test(fact.getKey())) {
                    return;
                }
            }
        }
    }

    /** Whether there is room to remember more. */
    public boolean hasRoom() {
        return chars.get() <= maxChars;
    }

    /** Waits until what has been learned of {@code addresses} is on the broker's disk; false when it is not in time. */
    public boolean awaitSaid(Collection<String> addresses, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        Set<Integer> awaited = addresses.stream().map(KnownRecipients::bucketOf).collect(Collectors.toSet());
        while (!Collections.disjoint(awaited, unsaid) || !Collections.disjoint(awaited, saying)) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    Optional<Fact> find(String address) {
        return buckets.get(bucketOf(address)).find(address);
    }

    /** Whether it is so long ago that {@code address} was found to exist that who knows should be asked again. */
    public boolean isStale(String address) {
        return find(address).filter(this::isStale).isPresent();
    }

    private boolean isStale(Fact fact) {
        return Math.abs(now() - fact.seconds()) > REFRESH.toSeconds();
    }

    @Override
    public boolean knows(String address) {
        start();
        return find(address).filter(Fact::exists).isPresent();
    }

    @Override
    public void exists(String address) {
        start();
        Optional<Fact> known = find(address);
        if (known.isEmpty() || !known.get().exists() || isStale(known.get())) {
            learn(address, true, known);
        }
    }

    @Override
    public void isGone(String address) {
        if (knows(address)) {
            learn(address, false, find(address));
        }
    }

    /** What is known already may always change; and a change of mind counts, whatever another's clock says. */
    private void learn(String address, boolean exists, Optional<Fact> known) {
        int index = bucketOf(address);
        long after = known.filter(fact -> fact.exists() != exists)
                .map(fact -> fact.seconds() + 1)
                .orElse(0L);
        Fact fact = new Fact(exists, Math.max(now(), after));
        if (known.isEmpty() && (!hasRoom() || buckets.get(index).length() > MAX_BUCKET_CHARS)) {
            warnFull();
            return;
        }
        update(index, bucket -> bucket.with(address, fact));
        unsaid.add(index);
    }

    private void warnFull() {
        if (!full.getAndSet(true)) {
            LOG.atWarn().addKeyValue("chars", chars.get()).log("no room to remember more recipients");
        }
    }

    private FactBucket update(int index, UnaryOperator<FactBucket> change) {
        while (true) {
            FactBucket before = buckets.get(index);
            FactBucket after = change.apply(before);
            if (buckets.compareAndSet(index, before, after)) {
                chars.addAndGet((long) after.length() - before.length());
                return after;
            }
        }
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }

    static int bucketOf(String address) {
        int hash = address.hashCode();
        return Math.floorMod(hash ^ (hash >>> 16), BUCKETS);
    }

    @Override
    public void connected() {
        for (int i = 0; i < BUCKETS; i++) {
            if (buckets.get(i).length() > FactBucket.EMPTY.length()) {
                unheard.add(i);
            }
        }
        synced = false;
    }

    @Override
    public void heard(String key, byte[] value) {
        int index = indexIn(key);
        if (index >= 0) {
            unheard.remove(index);
            long forgotten = now() - GONE_IS_KEPT.toSeconds();
            FactBucket heard = FactBucket.of(value).withoutGoneBefore(forgotten);
            FactBucket all =
                    update(index, bucket -> bucket.withoutGoneBefore(forgotten).merge(heard));
            if (!all.equals(heard)) {
                unsaid.add(index);
            }
        }
    }

    private static int indexIn(String key) {
        try {
            int index = key.startsWith(KEY) ? Integer.parseInt(key.substring(KEY.length())) : -1;
            return index < BUCKETS ? index : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** What the table has lost, or never had, it gets from us. */
    @Override
    public void complete() {
        unsaid.addAll(unheard);
        unheard.clear();
        complete = true;
        synced = true;
    }

    @Override
    public void disconnected() {
        synced = false;
    }

    private void write() {
        try {
            while (true) {
                Thread.sleep(BETWEEN_ROUNDS_MILLIS);
                if (synced && !unsaid.isEmpty()) {
                    round().join();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Says some of what is unsaid; done, never failed, when all of that has been answered. */
    private CompletableFuture<Void> round() {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (Iterator<Integer> rest = unsaid.iterator(); rest.hasNext() && all.size() < AT_ONCE; ) {
            int index = rest.next();
            saying.add(index);
            rest.remove(); // before it is read: what is learned from now on is said once more
            byte[] octets = buckets.get(index).octets();
            if (octets.length > SharedTable.MAX_VALUE_BYTES) {
                saying.remove(index);
                warnFull();
                continue;
            }
            all.add(table.put(KEY + index, octets)
                    .exceptionally(_ -> {
                        unsaid.add(index);
                        return null;
                    })
                    .thenRun(() -> saying.remove(index))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    /** Says what is unsaid, for two seconds at most. */
    @Override
    public void close() {
        writer.interrupt();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_ROUND_MILLIS);
        for (int rounds = BUCKETS / AT_ONCE;
                rounds >= 0 && synced && !unsaid.isEmpty() && System.nanoTime() < end;
                rounds--) {
            round().completeOnTimeout(null, LAST_ROUND_MILLIS, TimeUnit.MILLISECONDS)
                    .join();
        }
        table.close();
    }
}
