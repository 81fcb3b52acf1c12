package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Postfix's {@code smtp-sink}: takes any mail at full speed and counts; the other end of rate measurements. */
public final class SmtpSink implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(5);
    private static final String COUNT = "mesg=";

    private final RunningProgram program;
    private final int port;

    private SmtpSink(RunningProgram program, int port) {
        this.program = program;
        this.port = port;
    }

    /** One that counts. */
    public static SmtpSink start(int port) {
        return start(port, List.of());
    }

    /** One that also writes each mail to a file of its own in {@code directory}: {@code X-} lines, trace, content with LF. */
    public static SmtpSink dumping(int port, Path directory) {
        return start(port, List.of("-d", directory.resolve("mail.").toString()));
    }

    private static SmtpSink start(int port, List<String> options) {
        Program sink = Programs.require("smtp-sink", "postfix");
        List<String> arguments = new ArrayList<>(List.of("-c"));
        if ("root".equals(System.getProperty("user.name"))) {
            arguments.addAll(List.of("-u", "root")); // it wants to be told whom to run as
        }
        arguments.addAll(options);
        arguments.addAll(List.of("127.0.0.1:" + port, "1000"));
        SmtpSink started = new SmtpSink(sink.start(arguments.toArray(String[]::new)), port);
        try {
            Ports.awaitListening(port, START);
            return started;
        } catch (AssertionError e) {
            started.close();
            throw new AssertionError("smtp-sink did not start:\n" + started.program.output(), e);
        }
    }

    public int port() {
        return port;
    }

    /** Mails it has taken. */
    public int count() {
        return count(program.end());
    }

    /** Returns once it has taken {@code count} mails. */
    public void awaitCount(int count, Duration timeout) {
        program.await(
                said -> count(said.subSequence(Math.max(0, said.length() - 200), said.length())
                                .toString())
                        >= count,
                "taken " + count + " mails",
                timeout);
    }

    /** It says {@code sess=1 quit=1 mesg=3} and a CR at each change; the last may be cut. */
    private static int count(String said) {
        int end = said.lastIndexOf('\r');
        int last = end < 0 ? -1 : said.lastIndexOf(COUNT, end);
        return last < 0
                ? 0
                : Integer.parseInt(said.substring(last + COUNT.length(), end).strip());
    }

    /** The mails that a dumping sink has written to {@code directory}. */
    public static List<String> dumped(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<String> mails = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                mails.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return mails;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
