package io.backupmx.testing;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Turns a {@link Behaviour} into what a client sees on one connection. An IOException is the end of the session. */
final class PrimaryStage {

    private final Wire wire;
    private final CountDownLatch stopped = new CountDownLatch(1);

    PrimaryStage(Wire wire) {
        this.wire = wire;
    }

    /** Ends waits, from another thread. */
    void stop() {
        stopped.countDown();
    }

    /**
     * Does it, and returns the reply that was sent.
     *
     * @param usual the reply of a healthy server
     * @param decided hears the reply, or that there is none, before the client does
     */
    String act(Behaviour behaviour, String usual, Consumer<Optional<String>> decided) throws IOException {
        return switch (behaviour) {
            case Behaviour.Accept _ -> said(usual, decided);
            case Behaviour.Say say -> said(say.reply(), decided);
            case Behaviour.SayAndClose last -> {
                said(last.say().reply(), decided);
                throw new EOFException("closed as scripted");
            }
            case Behaviour.Garbage garbage -> {
                decided.accept(Optional.empty());
                wire.write(garbage.octets().getBytes(StandardCharsets.ISO_8859_1));
                yield "500 garbage";
            }
            case Behaviour.Delay delay -> {
                pause(delay.time());
                yield act(delay.then(), usual, decided);
            }
            case Behaviour.Hang _, Behaviour.Close _, Behaviour.Reset _, Behaviour.Stall _, Behaviour.AfterOctets _ -> {
                decided.accept(Optional.empty());
                throw vanish(behaviour);
            }
        };
    }

    /**
     * Reads content as far as {@code behaviour} lets it; whether the final dot has come.
     *
     * @param playing called once it does what it is told, which with too short a content it never does
     */
    boolean readContent(ContentReader reader, Behaviour behaviour, Runnable playing) throws IOException {
        return switch (behaviour) {
            case Behaviour.Accept _ -> {
                playing.run();
                yield reader.read(wire, _ -> true);
            }
            case Behaviour.Delay delay -> {
                pause(delay.time());
                yield readContent(reader, delay.then(), playing);
            }
            case Behaviour.AfterOctets after -> {
                if (reader.read(wire, count -> count < after.count())) {
                    yield true;
                }
                yield readContent(reader, after.then(), playing);
            }
            case Behaviour.SayAndClose last -> {
                playing.run();
                reply(last.say().reply());
                wire.finish(); // closed with octets unread, the reply might be lost
                throw new EOFException("closed as scripted");
            }
            case Behaviour.Hang _, Behaviour.Close _, Behaviour.Reset _, Behaviour.Stall _ -> {
                playing.run();
                throw vanish(behaviour);
            }
            case Behaviour.Say _, Behaviour.Garbage _ -> throw new IllegalStateException("refused by Script.on");
        };
    }

    void reply(String text) throws IOException {
        String code = text.substring(0, 3);
        StringBuilder lines = new StringBuilder();
        String rest = text.substring(4);
        for (int end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
            lines.append(code).append('-').append(rest, 0, end).append("\r\n");
            rest = rest.substring(end + 1);
        }
        wire.write(Octets.utf8(
                lines.append(code).append(' ').append(rest).append("\r\n").toString()));
    }

    private String said(String text, Consumer<Optional<String>> decided) throws IOException {
        decided.accept(Optional.of(text));
        reply(text);
        return text;
    }

    private EOFException vanish(Behaviour behaviour) throws IOException {
        if (behaviour instanceof Behaviour.Reset) {
            wire.reset();
        } else if (behaviour instanceof Behaviour.Stall) {
            pause(Duration.ofDays(1));
        } else if (behaviour instanceof Behaviour.Hang) {
            while (wire.read() >= 0) {
                // the client may go on talking
            }
        }
        return new EOFException("gone as scripted");
    }

    private void pause(Duration time) throws IOException {
        try {
            if (stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new EOFException("stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EOFException("interrupted");
        }
    }
}
