package io.backupmx.ingress.session;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.ContentFlaw;
import io.backupmx.ingress.protocol.ContentReader;
import io.backupmx.mail.Content;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;

/** One content on its way in: reads, judges and keeps it, and says when it has to wait for the disk. */
final class ContentIntake implements AutoCloseable {

    enum Progress {
        /** All octets are consumed, and the content is not over. */
        WANTS_MORE,
        /** The disk is at work; the given action runs when it is done. */
        WAITING,
        /** The content is over; what is left are commands. */
        ENDED
    }

    private final ContentReader reader;
    private final ContentBuffer buffer;
    private boolean ended;
    private boolean waiting;

    private ContentIntake(ContentReader reader, ContentBuffer buffer) {
        this.reader = reader;
        this.buffer = buffer;
    }

    /**
     * Of a content behind DATA.
     *
     * @param deliverableBytes as much of it can be handed on, if that is known
     */
    static ContentIntake ofData(IngressConfig config, OptionalLong deliverableBytes, ContentBuffer buffer) {
        return new ContentIntake(ContentReader.ofData(config, deliverableBytes, buffer), buffer);
    }

    /** As {@link #ofData}, of a content in chunks, each begun by {@link #beginChunk}. */
    static ContentIntake ofChunks(IngressConfig config, OptionalLong deliverableBytes, ContentBuffer buffer) {
        return new ContentIntake(ContentReader.ofChunks(config, deliverableBytes, buffer), buffer);
    }

    /** Goes on with the next chunk: {@link #read} ends with it. */
    void beginChunk(long bytes, boolean last) {
        reader.begin(bytes, last);
        ended = false;
    }

    Progress read(ByteBuffer in, Runnable whenReady) {
        if (!waiting && !ended) {
            ended = reader.read(in);
            if (reader.flaw().isPresent()) {
                buffer.close(); // from here on everything is read in vain
            } else if (buffer.mustSpill()) {
                if (buffer.reserveSpill()) {
                    spill(whenReady);
                } else {
                    giveUp();
                }
            }
        }
        if (waiting) {
            return Progress.WAITING;
        }
        return ended ? Progress.ENDED : Progress.WANTS_MORE;
    }

    /** Whether it is us who are slow. */
    boolean isWaiting() {
        return waiting;
    }

    /** Why the content is not taken; final when it has ended. */
    Optional<ContentFlaw> flaw() {
        return reader.flaw();
    }

    /** Whether the header is ASCII; else it is one of RFC 6532. */
    boolean isHeaderAscii() {
        return reader.isHeaderAscii();
    }

    /** A content that has ended without a flaw. Open until {@link #close}. */
    Content content() {
        return buffer.content();
    }

    /** Idempotent, and allowed at any time. */
    @Override
    public void close() {
        buffer.close();
    }

    private void spill(Runnable whenReady) {
        waiting = true;
        buffer.spill().onComplete((_, failure) -> {
            waiting = false;
            if (failure != null) {
                giveUp();
            }
            whenReady.run();
        });
    }

    /** Nothing more is kept; the rest is read, so that the client gets its 452 and keeps its session. */
    private void giveUp() {
        reader.refuse(ContentFlaw.NO_ROOM);
        buffer.close();
    }
}
