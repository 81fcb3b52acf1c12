package io.backupmx.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a {@link ScriptedPrimary} does at a {@link Phase}. */
public sealed interface Behaviour {

    /** What a healthy server does. */
    record Accept() implements Behaviour {}

    /** Says this, code included; several lines are separated by {@code \n}, the code standing on the first only. */
    record Say(String reply) implements Behaviour {
        public Say {
            if (!reply.matches("(?s)[2-5][0-9]{2} .*")) {
                throw new IllegalArgumentException("'" + reply + "' does not begin with a reply code and a blank");
            }
        }
    }

    /** Says this, then closes the connection. */
    record SayAndClose(Say say) implements Behaviour {}

    /** Says nothing, reads on, and keeps the connection until the client closes it or the server is stopped. */
    record Hang() implements Behaviour {}

    /** Closes the connection without a word. */
    record Close() implements Behaviour {}

    /** Tears the connection down without a word: the client sees "connection reset". */
    record Reset() implements Behaviour {}

    /** Writes these octets (ISO 8859-1) in place of a reply, and goes on as if it had refused. */
    record Garbage(String octets) implements Behaviour {}

    /** Waits, then does the other thing. */
    record Delay(Duration time, Behaviour then) implements Behaviour {}

    /** At {@link Phase#CONTENT} only: does the other thing once this many octets of content have come. */
    record AfterOctets(long count, Behaviour then) implements Behaviour {}

    /** Reads nothing more, so that the client's writes block in the end, until the server is stopped. */
    record Stall() implements Behaviour {}

    static Behaviour accept() {
        return new Accept();
    }

    static Behaviour say(String reply) {
        return new Say(reply);
    }

    static Behaviour sayAndClose(String reply) {
        return new SayAndClose(new Say(reply));
    }

    static Behaviour hang() {
        return new Hang();
    }

    static Behaviour close() {
        return new Close();
    }

    static Behaviour reset() {
        return new Reset();
    }

    static Behaviour garbage(byte[] octets) {
        return new Garbage(new String(octets, StandardCharsets.ISO_8859_1));
    }

    static Behaviour delay(Duration time, Behaviour then) {
        return new Delay(time, then);
    }

    static Behaviour afterOctets(long count, Behaviour then) {
        return new AfterOctets(count, then);
    }

    static Behaviour stall() {
        return new Stall();
    }
}
