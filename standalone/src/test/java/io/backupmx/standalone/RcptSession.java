package io.backupmx.standalone;

import io.backupmx.testing.ScriptedSmtpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A session that says RCPT and nothing else, and how long it waited for each reply. */
final class RcptSession implements AutoCloseable {

    /** Fewer than a mail may have. */
    private static final int RECIPIENTS_OF_A_MAIL = 500;

    private final ScriptedSmtpClient client;
    private final List<Duration> waits = new ArrayList<>();

    RcptSession(int port) {
        this.client = ScriptedSmtpClient.to(port);
        try {
            client.connect();
            client.hello("client.example");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The reply's text, code included. */
    String rcpt(String address) {
        try {
            if (waits.size() % RECIPIENTS_OF_A_MAIL == 0) {
                client.command("RSET");
                client.command("MAIL FROM:<x@client.example>");
            }
            long asked = System.nanoTime();
            String reply = client.command("RCPT TO:<" + address + ">").text();
            waits.add(Duration.ofNanos(System.nanoTime() - asked));
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One for each reply, in their order. */
    List<Duration> waits() {
        return List.copyOf(waits);
    }

    @Override
    public void close() {
        client.quit();
    }
}
