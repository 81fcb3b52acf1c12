package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.DataDecoder;
import io.backupmx.mail.Content;
import io.backupmx.mail.SpilledContent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A content as it comes in: in the heap up to a size and as long as the budget of all sessions lasts, then in a temporary
 * file, written by a worker thread, as long as there is {@link SpillSpace}. Belongs to one event loop. Whatever happens, {@link #close} gives back what it holds,
 * once.
 */
final class ContentBuffer implements DataDecoder.Sink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ContentBuffer.class);
    private static final byte[] NOTHING = {};
    private static final int FIRST_BYTES = 8 << 10;

    private final ContentBudget budget;
    private final SpillSpace space;
    private final int maxHeapBytes;
    private final Context context;

    private byte[] heap = NOTHING;
    private int heapBytes;
    private long reservedBytes;

    /** What came since there was no room in the heap, and is yet to be written: not more than one read of a socket. */
    private byte[] overflow = NOTHING;

    private int overflowBytes;
    private Optional<SpilledContent> spilled = Optional.empty();
    private long reservedOnDisk;
    private boolean writing;
    private boolean closed;

    /** @param maxHeapBytes a larger content goes to a file */
    ContentBuffer(ContentBudget budget, long maxHeapBytes, SpillSpace space, Context context) {
        this.budget = budget;
        this.maxHeapBytes = Math.toIntExact(maxHeapBytes);
        this.space = space;
        this.context = context;
    }

    @Override
    public void accept(byte[] octets, int offset, int length) {
        if (spilled.isEmpty() && overflowBytes == 0 && heapHolds(heapBytes + length)) {
            System.arraycopy(octets, offset, heap, heapBytes, length);
            heapBytes += length;
        } else {
            if (overflowBytes + length > overflow.length) {
                overflow = Arrays.copyOf(overflow, Math.max(overflowBytes + length, 2 * overflow.length));
            }
            System.arraycopy(octets, offset, overflow, overflowBytes, length);
            overflowBytes += length;
        }
    }

    /** Whether {@link #spill} must be called before more is accepted. */
    boolean mustSpill() {
        return overflowBytes > 0;
    }

    /** Whether there is room on the disk for {@link #spill}, which is to follow then. Else nothing is left but {@link #close}. */
    boolean reserveSpill() {
        long bytes = overflowBytes + (spilled.isPresent() ? 0L : heapBytes);
        if (!space.reserve(bytes)) {
            return false;
        }
        reservedOnDisk += bytes;
        return true;
    }

    /** Writes what the heap could not hold to a file, the rest first. Nothing else may be called until it is done. */
    Future<Void> spill() {
        byte[] first = heap;
        int firstBytes = heapBytes;
        byte[] rest = overflow;
        int restBytes = overflowBytes;
        Optional<SpilledContent> begun = spilled;
        overflow = NOTHING;
        overflowBytes = 0;
        writing = true;
        return context.executeBlocking(() -> write(begun, first, firstBytes, rest, restBytes), false)
                .andThen((file, failure) -> {
                    writing = false;
                    if (failure == null) {
                        spilled = Optional.of(file);
                        dropHeap();
                    } else {
                        space.failed(failure);
                    }
                    if (closed) {
                        release();
                    }
                })
                .mapEmpty();
    }

    /** All that was accepted; nothing may be left to spill. Stays this buffer's to close. */
    Content content() {
        if (spilled.isPresent()) {
            return spilled.get();
        }
        if (heap.length > heapBytes) {
            heap = Arrays.copyOf(heap, heapBytes);
            budget.giveBack(reservedBytes - heapBytes);
            reservedBytes = heapBytes;
        }
        return Content.of(heap);
    }

    /** Idempotent, and allowed at any time. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (!writing) {
                release();
            }
        }
    }

    private boolean heapHolds(int bytes) {
        if (bytes <= heap.length) {
            return true;
        }
        if (bytes > maxHeapBytes) {
            return false;
        }
        int generous = Math.clamp(2L * heap.length, Math.max(bytes, Math.min(FIRST_BYTES, maxHeapBytes)), maxHeapBytes);
        return growTo(generous) || growTo(bytes);
    }

    private boolean growTo(int bytes) {
        int more = bytes - heap.length;
        if (!budget.reserve(more)) {
            return false;
        }
        reservedBytes += more;
        heap = Arrays.copyOf(heap, bytes);
        return true;
    }

    private SpilledContent write(
            Optional<SpilledContent> begun, byte[] first, int firstBytes, byte[] rest, int restBytes)
            throws IOException {
        if (begun.isPresent()) {
            begun.get().append(rest, 0, restBytes);
            return begun.get();
        }
        SpilledContent file = SpilledContent.in(space.directory());
        try {
            file.append(first, 0, firstBytes);
            file.append(rest, 0, restBytes);
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void release() {
        dropHeap();
        overflow = NOTHING;
        overflowBytes = 0;
        long onDisk = reservedOnDisk;
        reservedOnDisk = 0;
        spilled.ifPresentOrElse(file -> closeElsewhere(file, onDisk), () -> space.giveBack(onDisk));
        spilled = Optional.empty();
    }

    private void dropHeap() {
        budget.giveBack(reservedBytes);
        reservedBytes = 0;
        heap = NOTHING;
        heapBytes = 0;
    }

    /** Closing a large file without a name frees its blocks, which takes the disk's time. */
    private void closeElsewhere(SpilledContent file, long bytes) {
        try {
            context.executeBlocking(() -> close(file, bytes), false)
                    .onFailure(e -> LOG.warn("a temporary file was not closed", e));
        } catch (RejectedExecutionException e) {
            close(file, bytes); // the workers have ended, so nobody is kept waiting here
        }
    }

    private boolean close(SpilledContent file, long bytes) {
        try {
            file.close();
            return true;
        } finally {
            space.giveBack(bytes);
        }
    }
}
