package io.backupmx.ingress.session;

import java.nio.ByteBuffer;

/**
 * What a client has sent and we have not yet looked at. One buffer comes uncopied; when more come before that is consumed,
 * they are copied together, so that the smallest of segments cost the heap hardly more than their octets.
 */
final class InputQueue {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private ByteBuffer current = NOTHING;

    /** Whether {@link #current} is ours to write behind its limit. */
    private boolean copied;

    /** @param octets the queue's from now on */
    void add(ByteBuffer octets) {
        if (current.hasRemaining()) {
            append(octets);
        } else {
            current = octets;
            copied = false;
        }
    }

    /** All octets there are. */
    ByteBuffer current() {
        return current;
    }

    /** Forgets consumed octets. Returns whether there are others to go on with. */
    boolean advance() {
        if (current.hasRemaining()) {
            return true;
        }
        clear(); // its array can go
        return false;
    }

    void clear() {
        current = NOTHING;
        copied = false;
    }

    boolean isEmpty() {
        return !current.hasRemaining();
    }

    int bytes() {
        return current.remaining();
    }

    private void append(ByteBuffer octets) {
        int end = current.limit() + octets.remaining();
        if (!copied || end > current.capacity()) {
            int bytes = current.remaining() + octets.remaining();
            current = ByteBuffer.allocate(bytes + bytes / 2).put(current).flip();
            copied = true;
            end = bytes;
        }
        int unread = current.position();
        int added = current.limit();
        current.limit(end).position(added);
        current.put(octets).position(unread);
    }
}
