package io.backupmx.ingress.session;

import io.backupmx.mail.Content;
import io.backupmx.spool.SpoolEntry;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolWriter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A spool that keeps mail in memory, and answers when and as the test says. */
final class MemorySpool implements SpoolWriter {

    /**
     * One mail that came in; whether it was confirmed is another matter.
     *
     * @param text the content, one char an octet
     */
    record Mail(List<SpoolEntry> entries, Class<? extends Content> kept, String text) {

        SpoolEntry only() {
            if (entries.size() != 1) {
                throw new AssertionError("expected one entry, not " + entries);
            }
            return entries.getFirst();
        }
    }

    private final List<Mail> mails = new CopyOnWriteArrayList<>();
    private final Queue<Promise<Void>> held = new ConcurrentLinkedQueue<>();
    private volatile Room room = Room.OPEN;
    private volatile Supplier<Future<Void>> answer = Future::succeededFuture;

    /** Every mail that came, in order. */
    List<Mail> mails() {
        return List.copyOf(mails);
    }

    Mail only() {
        if (mails.size() != 1) {
            throw new AssertionError("expected one mail, not " + mails.size());
        }
        return mails.getFirst();
    }

    void setRoom(Room now) {
        room = now;
    }

    /** From now on answers no store, until {@link #release} or {@link #releaseFailing}. */
    void hold() {
        answer = () -> {
            Promise<Void> promise = Promise.promise();
            held.add(promise);
            return promise.future();
        };
    }

    int heldStores() {
        return held.size();
    }

    /** Confirms the oldest held store, from a thread of its own choice: that of the test. */
    void release() {
        held.remove().complete();
    }

    void releaseFailing(Throwable cause) {
        held.remove().fail(cause);
    }

    void fail(SpoolException.Kind kind) {
        answer = () -> Future.failedFuture(new SpoolException(kind, "as the test says"));
    }

    void throwing(RuntimeException defect) {
        answer = () -> {
            throw defect;
        };
    }

    @Override
    public Future<Void> store(List<SpoolEntry> entries, Content content) {
        try (InputStream stream = content.open()) {
            byte[] octets = stream.readAllBytes();
            if (octets.length != content.sizeBytes()) {
                throw new AssertionError(octets.length + " octets, said to be " + content.sizeBytes());
            }
            mails.add(new Mail(
                    List.copyOf(entries), content.getClass(), new String(octets, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answer.get();
    }

    @Override
    public Room room() {
        return room;
    }
}
