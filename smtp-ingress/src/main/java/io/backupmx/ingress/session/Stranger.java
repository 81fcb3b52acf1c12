package io.backupmx.ingress.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A client that took us for something else: its first octets tell. */
enum Stranger {
    /** It begins with TLS where we begin with SMTP. */
    TLS(ConnectionOutcome.TLS_AT_ONCE),
    /** Also a browser that a web page has speak to us, with commands in what it posts: it must not get that far. */
    HTTP(ConnectionOutcome.HTTP);

    /** The type of a TLS record that holds a handshake (RFC 8446 §5.1): SYN, which begins no command. */
    private static final byte HANDSHAKE = 0x16;

    /** None of them is a command of ours, nor the beginning of one. */
    private static final List<byte[]> METHODS = List.of(
                    "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "CONNECT ", "DELETE ", "PATCH ", "TRACE ", "PRI * ")
            .stream()
            .map(method -> method.getBytes(StandardCharsets.US_ASCII))
            .toList();

    private final ConnectionOutcome outcome;

    Stranger(ConnectionOutcome outcome) {
        this.outcome = outcome;
    }

    ConnectionOutcome outcome() {
        return outcome;
    }

    /** Listens to the first octets of a session until they tell. Of one session. */
    static final class Watch {

        private static final int LONGEST =
                METHODS.stream().mapToInt(method -> method.length).max().orElseThrow();

        private final ByteBuffer first = ByteBuffer.allocate(LONGEST);
        private boolean over;

        /** @param octets those behind what it was shown before; they stay unread. Returns who says that; empty: one of ours, so far */
        Optional<Stranger> hear(ByteBuffer octets) {
            if (over || !octets.hasRemaining()) {
                return Optional.empty();
            }
            int count = Math.min(octets.remaining(), first.remaining());
            first.put(octets.slice(octets.position(), count));
            ByteBuffer said = first.duplicate().flip();
            if (said.get(0) == HANDSHAKE) {
                return Optional.of(TLS);
            }
            over = !first.hasRemaining();
            return METHODS.stream().anyMatch(method -> startsWith(said, method)) ? Optional.of(HTTP) : Optional.empty();
        }

        /** A line is complete, and was one of ours. */
        void end() {
            over = true;
        }
    }

    private static boolean startsWith(ByteBuffer octets, byte[] prefix) {
        return octets.remaining() >= prefix.length
                && octets.slice(0, prefix.length).equals(ByteBuffer.wrap(prefix));
    }
}
