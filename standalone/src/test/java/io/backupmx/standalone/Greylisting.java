package io.backupmx.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * For {@code bench/outage}: a primary that tempfails every recipient with an even number before its name once, and takes
 * everything else; in the end it says how much later than the delay those came again. No two mails have a recipient in
 * common.
 */
final class Greylisting {

    private static final long QUIET_SECONDS = 25;
    private static final Pattern EVEN = Pattern.compile("<\\d*[02468]\\D");
    private static final String FINE = "250 2.0.0 fine";

    private final Map<String, Long> deferredAt = new ConcurrentHashMap<>();
    private final Queue<Long> waitedNanos = new ConcurrentLinkedQueue<>();
    private final AtomicLong lastNanos = new AtomicLong(System.nanoTime());

    private Greylisting() {}

    /** Port, how many to wait for, the delay configured. */
    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[1]);
        long delay = TimeUnit.SECONDS.toNanos(Long.parseLong(args[2]));
        Greylisting primary = new Greylisting();
        try (ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 100, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> primary.serve(server));
            while (primary.waitedNanos.size() < count
                    && primary.quietFor().toSeconds() < delay / 1_000_000_000L + QUIET_SECONDS) {
                Thread.sleep(100);
            }
        }
        List<Double> late = primary.waitedNanos.stream()
                .sorted()
                .map(nanos -> (nanos - delay) / 1e6)
                .toList();
        System.out.printf(
                Locale.ROOT,
                "%d of %d, p50 %.0f ms, p99 %.0f ms, max %.0f ms%n",
                late.size(),
                count,
                late.get(late.size() / 2),
                late.get(late.size() * 99 / 100),
                late.getLast());
        System.exit(0);
    }

    private Duration quietFor() {
        return Duration.ofNanos(System.nanoTime() - lastNanos.get());
    }

    private void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> converse(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void converse(Socket client) {
        try (client;
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
                Writer out = new OutputStreamWriter(client.getOutputStream(), StandardCharsets.ISO_8859_1)) {
            client.setTcpNoDelay(true);
            say(out, "220 primary.example");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lastNanos.set(System.nanoTime());
                say(out, answer(line));
                if (line.equalsIgnoreCase("DATA")) {
                    while (!".".equals(in.readLine())) {
                        // content
                    }
                    say(out, "250 2.0.0 taken");
                }
            }
        } catch (IOException e) {
            // the client's way to leave
        }
    }

    private String answer(String line) {
        String verb = line.substring(0, Math.min(4, line.length())).toUpperCase(Locale.ROOT);
        return switch (verb) {
            case "RCPT" -> EVEN.matcher(line).find() ? answerTo(line.substring(0, line.indexOf('>'))) : FINE;
            case "DATA" -> "354 go on";
            case "QUIT" -> "221 2.0.0 bye";
            default -> FINE;
        };
    }

    private String answerTo(String recipient) {
        long now = System.nanoTime();
        Long before = deferredAt.putIfAbsent(recipient, now);
        if (before == null) {
            return "450 4.7.1 come again";
        }
        waitedNanos.add(now - before);
        return FINE;
    }

    private static void say(Writer out, String reply) throws IOException {
        out.write(reply + "\r\n");
        out.flush();
    }
}
