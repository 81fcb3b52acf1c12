package io.backupmx.ingress.session;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** What a client has sent and we have not yet looked at, as it came, uncopied. */
final class InputQueue {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>(1);
    private ByteBuffer current = NOTHING;
    private long waitingBytes;

    void add(ByteBuffer octets) {
        if (current.hasRemaining() || !waiting.isEmpty()) {
            waiting.add(octets);
            waitingBytes += octets.remaining();
        } else {
            current = octets;
        }
    }

    /** The first octets of the queue; empty only when all of it is, or {@link #advance} is due. */
    ByteBuffer current() {
        return current;
    }

    /** Forgets a consumed buffer. Returns whether there are octets to go on with. */
    boolean advance() {
        while (!current.hasRemaining()) {
            ByteBuffer next = waiting.poll();
            if (next == null) {
                current = NOTHING; // the array of the last one can go
                return false;
            }
            waitingBytes -= next.remaining();
            current = next;
        }
        return true;
    }

    void clear() {
        waiting.clear();
        waitingBytes = 0;
        current = NOTHING;
    }

    long bytes() {
        return current.remaining() + waitingBytes;
    }
}
