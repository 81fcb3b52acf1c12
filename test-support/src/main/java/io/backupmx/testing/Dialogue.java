package io.backupmx.testing;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/**
 * An SMTP dialogue as text, played by a client against a server.
 *
 * <pre>{@code
 * S: 220 *                       one reply, however many lines; * stands for anything, line ends included
 * C: EHLO client.example         one line, CRLF is added
 * S: 250 *\nPIPELINING*          \n is the end of a line within a reply
 * C+: MAIL FROM:<>               written together with the next C line, in one write
 * C: RCPT TO:<postmaster>
 * S: 250 *
 * S: 250 *
 * C!: DATA\r\nx\x00.\n.\r\n      exactly these octets (\r \n \t \s \\ \xHH), no CRLF is added; C!+: joins with the next
 * S: <silence 300>               nothing comes for 300 ms
 * S: <closed>                    the server closes
 * C: <close>                     the client closes; <reset> does so with a RST
 * # a comment
 * }</pre>
 *
 * Replies are read strictly: CRLF alone ends a line, no line is too long, all lines have one code. A failure is an
 * {@link AssertionError} with what was expected, what came instead, and the transcript so far.
 */
public final class Dialogue {

    private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

    private final List<DialogueStep> steps;
    private final Duration patience;

    private Dialogue(List<DialogueStep> steps, Duration patience) {
        this.steps = steps;
        this.patience = patience;
    }

    /** @throws IllegalArgumentException when a line is none of the above */
    public static Dialogue of(String text) {
        return new Dialogue(DialogueParser.parse(text), DEFAULT_PATIENCE);
    }

    /** Waits this long for each reply, instead of 10 s. */
    public Dialogue patience(Duration patience) {
        return new Dialogue(steps, patience);
    }

    /** Plays it on a new connection to 127.0.0.1, which must have nothing more to say at the end, and closes that. */
    public Transcript against(int port) {
        return against(Ports.loopback(), port);
    }

    /** Plays it on a new connection to {@code host}, an address or a name. */
    public Transcript against(String host, int port) {
        return against(Hosts.address(host), port);
    }

    private Transcript against(InetAddress address, int port) {
        try (Conversation conversation = Conversation.open(address, port)) {
            Transcript transcript = conversation.play(this);
            conversation.expectNothingMore();
            return transcript;
        }
    }

    List<DialogueStep> steps() {
        return steps;
    }

    Duration patience() {
        return patience;
    }
}
