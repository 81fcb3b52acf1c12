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

    /** Who says that; empty: one of ours, as far as that goes. */
    static Optional<Stranger> saying(ByteBuffer firstOctets) {
        if (firstOctets.hasRemaining() && firstOctets.get(firstOctets.position()) == HANDSHAKE) {
            return Optional.of(TLS);
        }
        return METHODS.stream().anyMatch(method -> startsWith(firstOctets, method))
                ? Optional.of(HTTP)
                : Optional.empty();
    }

    private static boolean startsWith(ByteBuffer octets, byte[] prefix) {
        return octets.remaining() >= prefix.length
                && octets.slice(octets.position(), prefix.length).equals(ByteBuffer.wrap(prefix));
    }
}
