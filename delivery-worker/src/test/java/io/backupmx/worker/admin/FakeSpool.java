package io.backupmx.worker.admin;

import io.backupmx.mail.QueueId;
import io.backupmx.spool.BrokerStatus;
import io.backupmx.spool.FailedMail;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.MailParts;
import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.RestingMails;
import io.backupmx.spool.SpoolAdmin;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A spool that makes up its mail as it is browsed. Its methods refuse event loops, as the contract demands. */
public final class FakeSpool implements SpoolAdmin, RestingMails {

    private record Queue(int mails, IntFunction<ListedMail> mail) {}

    private final Map<SpoolQueue, Queue> queues = new LinkedHashMap<>();
    private final AtomicInteger shown = new AtomicInteger();
    private Optional<Integer> failsAfter = Optional.empty();
    private Optional<Optional<QueueId>> released = Optional.empty();
    private int releasable;
    private Optional<Optional<QueueId>> bounced = Optional.empty();
    private int bounceable;
    private volatile Function<ListedMail, Instant> failedAt =
            mail -> mail.envelope().arrival().at();
    private volatile Runnable meanwhile = () -> {};
    private volatile boolean away;
    private volatile byte[] content = new byte[0];

    public void put(SpoolQueue queue, ListedMail... mails) {
        queues.put(queue, new Queue(mails.length, i -> mails[i]));
    }

    void put(SpoolQueue queue, int mails, IntFunction<ListedMail> mail) {
        queues.put(queue, new Queue(mails, mail));
    }

    /** From now on browsing fails, once so many mails were shown. */
    void failAfter(int mails) {
        failsAfter = Optional.of(mails);
    }

    /** Whether, from now on, no question for counters is answered. */
    public void away(boolean isAway) {
        away = isAway;
    }

    /** Happens once, before the next mail is removed or moved. */
    public void meanwhile(Runnable what) {
        meanwhile = what;
    }

    private void letThatHappen() {
        Runnable now = meanwhile;
        meanwhile = () -> {};
        now.run();
    }

    public void releasable(int mails) {
        releasable = mails;
    }

    /** How many mails a viewer has been shown. */
    int shown() {
        return shown.get();
    }

    /** What {@link #release} was last called with. */
    public Optional<Optional<QueueId>> released() {
        return released;
    }

    @Override
    public BrokerStatus broker() {
        refuseEventLoop();
        failIfAway();
        return new BrokerStatus("2.56.0", Duration.ofHours(1), 0.25, 3 << 20, 64 << 20, 7, 5);
    }

    @Override
    public List<QueueDepth> depths() {
        refuseEventLoop();
        failIfAway();
        return queues.entrySet().stream()
                .map(e -> new QueueDepth(
                        e.getKey(),
                        e.getValue().mails(),
                        1000L * e.getValue().mails(),
                        e.getValue().mails() == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(90))))
                .toList();
    }

    @Override
    public List<SpoolQueue> occupied() {
        refuseEventLoop();
        failIfAway();
        return queues.entrySet().stream()
                .filter(e -> e.getValue().mails() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void browse(List<SpoolQueue> browsed, Predicate<ListedMail> viewer) {
        refuseEventLoop();
        boolean wantsMore = true;
        for (Iterator<SpoolQueue> rest = browsed.iterator(); wantsMore && rest.hasNext(); ) {
            wantsMore = browse(rest.next(), viewer);
        }
    }

    private boolean browse(SpoolQueue queue, Predicate<ListedMail> viewer) {
        Queue there = queues.get(queue);
        for (int i = 0; there != null && i < there.mails(); i++) {
            if (failsAfter.filter(n -> shown.get() >= n).isPresent()) {
                throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "the broker is gone");
            }
            shown.incrementAndGet();
            if (!viewer.test(there.mail().apply(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int release(Optional<QueueId> id) {
        refuseEventLoop();
        released = Optional.of(id);
        return releasable;
    }

    @Override
    public void look(MailParts parts, List<SpoolQueue> looked, Viewer viewer) {
        refuseEventLoop();
        for (SpoolQueue queue : looked) {
            for (ListedMail mail : mailsOn(queue)) {
                if (isOf(parts, mail)) {
                    viewer.part(mail).ifPresent(this::writeContent);
                }
            }
        }
    }

    private void writeContent(OutputStream to) {
        try {
            to.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int remove(MailParts parts, List<SpoolQueue> from) {
        refuseEventLoop();
        letThatHappen();
        int removed = 0;
        for (SpoolQueue queue : from) {
            List<ListedMail> all = mailsOn(queue);
            ListedMail[] left = all.stream().filter(mail -> !isOf(parts, mail)).toArray(ListedMail[]::new);
            removed += all.size() - left.length;
            put(queue, left);
        }
        return removed;
    }

    @Override
    public int move(MailParts parts, SpoolQueue queue, SpoolQueue.Reports to) {
        letThatHappen();
        List<ListedMail> moved =
                mailsOn(queue).stream().filter(mail -> isOf(parts, mail)).toList();
        int removed = remove(parts, List.of(queue));
        put(
                to,
                Stream.concat(
                                mailsOn(to).stream(),
                                moved.stream()
                                        .map(mail -> new ListedMail(
                                                to, mail.route(), mail.envelope(), mail.sizeBytes(), mail.dueAt())))
                        .toArray(ListedMail[]::new));
        return removed;
    }

    private static boolean isOf(MailParts parts, ListedMail mail) {
        return parts.ids().contains(mail.envelope().queueId())
                && parts.route().filter(route -> !route.equals(mail.route())).isEmpty();
    }

    /** When a mail failed; when it arrived, unless told. */
    public void failedAt(Function<ListedMail, Instant> when) {
        failedAt = when;
    }

    @Override
    public int prune(SpoolQueue queue, Judge judge) {
        refuseEventLoop();
        List<ListedMail> all = mailsOn(queue);
        List<FailedMail> gone = new ArrayList<>();
        List<ListedMail> left = new ArrayList<>(all);
        boolean goesOn = true;
        for (Iterator<ListedMail> rest = all.iterator(); goesOn && rest.hasNext(); ) {
            ListedMail mail = rest.next();
            FailedMail failed = new FailedMail(mail, Optional.of(failedAt.apply(mail)));
            switch (judge.judge(failed)) {
                case GOES -> {
                    gone.add(failed);
                    left.remove(mail);
                }
                case PASSED_OVER -> {}
                case STAYS -> goesOn = false;
            }
        }
        gone.forEach(judge::removing);
        put(queue, left.toArray(ListedMail[]::new));
        gone.forEach(judge::removed);
        return gone.size();
    }

    /** Of every mail. */
    public void content(byte[] octets) {
        content = octets.clone();
    }

    /** Now. */
    public List<ListedMail> mailsOn(SpoolQueue queue) {
        Queue there = queues.get(queue);
        return there == null
                ? List.of()
                : IntStream.range(0, there.mails()).mapToObj(there.mail()).toList();
    }

    @Override
    public int bounce(Optional<QueueId> id) {
        refuseEventLoop();
        failIfAway();
        bounced = Optional.of(id);
        return bounceable;
    }

    public void bounceable(int mails) {
        bounceable = mails;
    }

    /** What {@link #bounce} was last called with. */
    public Optional<Optional<QueueId>> bounced() {
        return bounced;
    }

    @Override
    public void close() {}

    private void failIfAway() {
        if (away) {
            throw new SpoolException(SpoolException.Kind.UNAVAILABLE, "the broker is gone");
        }
    }

    private static void refuseEventLoop() {
        if (!Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("called from " + Thread.currentThread());
        }
    }
}
