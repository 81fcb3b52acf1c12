package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.mail.MailCodec;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One mail on its way to the broker. Two things end, each once: the sender's wait ({@link #succeed}, {@link #fail}), and
 * the claim on the byte budget ({@link #release}), which lasts until the broker has answered or its session is gone.
 */
final class StoreJob {

    private final List<SpoolEntry> entries;
    private final List<byte[]> blocks;
    private final Content content;
    private final long bytes;
    private final long timeoutNanos;
    private volatile long sinceNanos = System.nanoTime();
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.WAITING);
    private final ByteBudget budget;
    private final Context context;
    private final Promise<Void> promise = Promise.promise();
    private final AtomicBoolean answered = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();

    private StoreJob(
            List<SpoolEntry> entries,
            List<byte[]> blocks,
            Content content,
            long bytes,
            long timeoutNanos,
            ByteBudget budget,
            Context context) {
        this.entries = entries;
        this.blocks = blocks;
        this.content = content;
        this.bytes = bytes;
        this.timeoutNanos = timeoutNanos;
        this.budget = budget;
        this.context = context;
    }

    static StoreJob of(
            List<SpoolEntry> entries, Content content, long timeoutNanos, ByteBudget budget, Context context) {
        List<byte[]> blocks = entries.stream()
                .map(entry -> MailCodec.encode(entry.envelope()))
                .toList();
        long bytes = blocks.stream().mapToLong(block -> block.length).sum()
                + (long) entries.size() * Math.min(content.sizeBytes(), MailMessages.LARGE_BYTES);
        return new StoreJob(List.copyOf(entries), blocks, content, bytes, timeoutNanos, budget, context);
    }

    List<SpoolEntry> entries() {
        return entries;
    }

    /** The encoded envelope of the i-th entry. */
    byte[] block(int i) {
        return blocks.get(i);
    }

    Content content() {
        return content;
    }

    /** Heap it claims while in flight. */
    long bytes() {
        return bytes;
    }

    Future<Void> future() {
        return promise.future();
    }

    /** One message, small: what the confirming lane takes. */
    boolean isSmallAndSingle() {
        return entries.size() == 1 && !MailMessages.isLarge(blocks.getFirst().length, content);
    }

    /** A lane takes it to the broker; false when it was withdrawn meanwhile. */
    boolean begin() {
        sinceNanos = System.nanoTime();
        return stage.compareAndSet(Stage.WAITING, Stage.BEGUN);
    }

    /** It shall not be sent any more; false when that is too late. */
    boolean withdraw() {
        return stage.compareAndSet(Stage.WAITING, Stage.WITHDRAWN);
    }

    /** Whether it has been where it is for longer than the store timeout: waiting for a lane, or at the broker. */
    boolean isOverdue(long nowNanos) {
        return nowNanos - sinceNanos > timeoutNanos;
    }

    private enum Stage {
        WAITING,
        BEGUN,
        WITHDRAWN
    }

    /** The broker has answered or can no longer: the bytes are free. */
    void release() {
        if (released.compareAndSet(false, true)) {
            budget.giveBack(bytes);
        }
    }

    void succeed() {
        if (answered.compareAndSet(false, true)) {
            context.runOnContext(_ -> promise.complete());
        }
    }

    void fail(SpoolException why) {
        if (answered.compareAndSet(false, true)) {
            context.runOnContext(_ -> promise.fail(why));
        }
    }
}
