package io.backupmx.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** A connection on which dialogues are played one after the other, with other things happening between them. */
public final class Conversation implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Wire wire;
    private final Transcript transcript = new Transcript();
    private boolean over;

    private Conversation(Wire wire) {
        this.wire = wire;
    }

    /** Connects to 127.0.0.1 and says nothing yet. */
    public static Conversation open(int port) {
        return open(Ports.loopback(), port);
    }

    static Conversation open(InetAddress address, int port) {
        try {
            return new Conversation(Wire.connect(address, port, CONNECT_TIMEOUT));
        } catch (IOException e) {
            throw new AssertionError("cannot connect to " + address.getHostAddress() + ":" + port, e);
        }
    }

    /** Plays the next part, written as in {@link Dialogue}. */
    public Transcript play(String text) {
        return play(Dialogue.of(text));
    }

    /** Plays the next part. */
    public Transcript play(Dialogue dialogue) {
        for (DialogueStep step : dialogue.steps()) {
            play(step, dialogue.patience());
        }
        return transcript;
    }

    private void play(DialogueStep step, Duration patience) {
        switch (step) {
            case DialogueStep.Send send -> send(send, patience);
            case DialogueStep.Expect expect -> expectReply(expect, patience);
            case DialogueStep.ExpectClosed closed -> expectClosed(closed, patience);
            case DialogueStep.ExpectSilence silence -> expectSilence(silence);
            case DialogueStep.Close _ -> close();
            case DialogueStep.Reset reset -> {
                try {
                    wire.reset();
                    over = true;
                    transcript.note("reset by the client");
                } catch (IOException e) {
                    throw failure(reset.source(), "a connection to reset", e.toString());
                }
            }
        }
    }

    private void send(DialogueStep.Send send, Duration patience) {
        byte[] octets = send.octets().getBytes(StandardCharsets.ISO_8859_1);
        try {
            wire.write(octets, Deadline.in(patience));
            transcript.sent(octets);
        } catch (IOException e) {
            throw failure(send.source(), "an open connection", e.toString());
        }
    }

    private void expectReply(DialogueStep.Expect expect, Duration patience) {
        Reply reply;
        try {
            reply = Reply.read(wire, Deadline.in(patience));
        } catch (IOException e) {
            throw failure(expect.source(), "a reply within " + patience, e.toString());
        }
        transcript.received(reply);
        if (!matches(expect.reply(), reply)) {
            throw failure(expect.source(), "this reply", reply.text());
        }
    }

    private static boolean matches(Pattern pattern, Reply reply) {
        return pattern.matcher(reply.text()).matches()
                || pattern.matcher(reply.text().stripTrailing()).matches();
    }

    private void expectClosed(DialogueStep.ExpectClosed closed, Duration patience) {
        try {
            int octet = wire.read(Deadline.in(patience));
            if (octet >= 0) {
                throw failure(closed.source(), "the server closes", "it says " + pending(octet));
            }
        } catch (SocketTimeoutException e) {
            throw failure(closed.source(), "the server closes", "it is still there after " + patience);
        } catch (SocketException _) {
            // reset: closed as well
        } catch (IOException e) {
            throw failure(closed.source(), "the server closes", e.toString());
        }
        over = true;
        transcript.note("closed by the server");
    }

    private void expectSilence(DialogueStep.ExpectSilence silence) {
        try {
            int octet = wire.read(Deadline.in(silence.length()));
            throw failure(silence.source(), "silence", octet < 0 ? "the server closed" : "it says " + pending(octet));
        } catch (SocketTimeoutException _) {
            transcript.note("silence for " + silence.length());
        } catch (IOException e) {
            throw failure(silence.source(), "silence", e.toString());
        }
    }

    /** Fails when the server has already said more than was expected of it. */
    void expectNothingMore() {
        try {
            if (!over && wire.hasPending()) {
                int octet = wire.read(Deadline.in(Duration.ofSeconds(1)));
                if (octet >= 0) {
                    throw failure("the end", "nothing more", "the server says " + pending(octet));
                }
            }
        } catch (IOException e) {
            throw failure("the end", "nothing more", e.toString());
        }
    }

    /** {@code first} and what has come with it. */
    private String pending(int first) throws IOException {
        StringBuilder octets = new StringBuilder().append((char) first);
        while (octets.length() < 2000 && wire.hasPending()) {
            int octet = wire.read();
            if (octet < 0) {
                break;
            }
            octets.append((char) octet);
        }
        return Octets.shown(octets.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private AssertionError failure(String source, String expected, String got) {
        return new AssertionError("""
                SMTP dialogue failed
                at line:  %s
                expected: %s
                got:      %s
                transcript so far:
                %s
                """.formatted(source, expected, got, transcript));
    }

    public Transcript transcript() {
        return transcript;
    }

    @Override
    public void close() {
        try {
            wire.close();
            if (!over) {
                transcript.note("closed by the client");
            }
            over = true;
        } catch (IOException e) {
            throw new AssertionError("cannot close the connection", e);
        }
    }
}
