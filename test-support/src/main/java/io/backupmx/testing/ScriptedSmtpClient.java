package io.backupmx.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A blocking SMTP client for tests that want each octet under control, or thousands of clients on virtual threads. One
 * thread at a time uses one of them. It connects when it first has to, and anew after a connection was lost.
 */
public final class ScriptedSmtpClient implements AutoCloseable {

    private static final byte[] FINAL_DOT = Octets.utf8(".\r\n");

    private final String host;
    private final int port;
    private final Duration timeout;
    private Optional<Wire> wire = Optional.empty();
    private boolean greeted;

    private ScriptedSmtpClient(String host, int port, Duration timeout) {
        this.host = host;
        this.port = port;
        this.timeout = timeout;
    }

    /** To 127.0.0.1, waiting up to 30 s for each reply. */
    public static ScriptedSmtpClient to(int port) {
        return to("127.0.0.1", port, Duration.ofSeconds(30));
    }

    /** @param timeout for the connection, for each write, and for each reply */
    public static ScriptedSmtpClient to(String host, int port, Duration timeout) {
        return new ScriptedSmtpClient(host, port, timeout);
    }

    /** Connects anew, and reads nothing yet. */
    public void connect() throws IOException {
        close();
        wire = Optional.of(Wire.connect(Hosts.address(host), port, timeout));
    }

    public boolean isConnected() {
        return wire.isPresent();
    }

    /** Whether a greeting and EHLO were exchanged by {@link #hello}. */
    public boolean isGreeted() {
        return greeted;
    }

    /** Reads the greeting and says EHLO; the reply that decided. */
    public Reply hello(String name) throws IOException {
        Reply greeting = readReply();
        if (!greeting.isPositive()) {
            return greeting;
        }
        Reply reply = command("EHLO " + name);
        greeted = reply.isPositive();
        return reply;
    }

    /** Reads the next reply. */
    public Reply readReply() throws IOException {
        return Reply.read(connected(), Deadline.in(timeout));
    }

    /** Sends one line, CRLF is added, and reads the reply. */
    public Reply command(String line) throws IOException {
        send(Octets.utf8(line + "\r\n"));
        return readReply();
    }

    /** Sends these octets as they are, in one write. */
    public void send(byte[] octets) throws IOException {
        connected().write(octets, Deadline.in(timeout));
    }

    /** Sends content with dots stuffed, without the final dot. */
    public void sendContent(byte[] content) throws IOException {
        send(stuffed(content));
    }

    /** Sends the final dot. */
    public void sendFinalDot() throws IOException {
        send(FINAL_DOT);
    }

    /** Says QUIT, and closes whatever comes of it. */
    public void quit() {
        try (this) {
            command("QUIT");
        } catch (IOException _) {
            // closed either way
        }
    }

    /**
     * Sends one mail, connecting and greeting when needed, each command after the reply to the one before. The connection
     * stays open for the next mail unless it failed or the server said 421.
     *
     * @param from the reverse-path without angle brackets, empty for the null one
     * @param content lines that end with CRLF
     */
    public SendOutcome sendMail(String from, List<String> recipients, byte[] content) {
        SendOutcome.When when = SendOutcome.When.BEFORE_DOT;
        try {
            List<String> refused = new ArrayList<>();
            Optional<Reply> no = asFarAsContent(from, recipients, refused);
            if (no.isPresent()) {
                return refusal(no.get());
            }
            sendContent(content);
            when = SendOutcome.When.AFTER_DOT;
            sendFinalDot();
            Reply reply = readReply();
            if (reply.isPositive()) {
                return new SendOutcome.Accepted(reply, List.copyOf(refused));
            }
            closeAfter421(reply);
            return new SendOutcome.Refused(reply);
        } catch (IOException e) {
            close();
            return new SendOutcome.Unknown(when, e.toString());
        }
    }

    /** The reply that ended the attempt, or empty when the server awaits the content. */
    private Optional<Reply> asFarAsContent(String from, List<String> recipients, List<String> refused)
            throws IOException {
        if (!isConnected()) {
            connect();
        }
        if (!greeted) {
            Reply hello = hello("client.example");
            if (!hello.isPositive()) {
                return Optional.of(hello);
            }
        }
        Reply mail = command("MAIL FROM:<" + from + ">");
        if (!mail.isPositive()) {
            return Optional.of(mail);
        }
        Optional<Reply> no = Optional.empty();
        for (String recipient : recipients) {
            Reply rcpt = command("RCPT TO:<" + recipient + ">");
            if (!rcpt.isPositive()) {
                refused.add(recipient);
                no = Optional.of(rcpt);
            }
            if (rcpt.code() == 421) {
                return no;
            }
        }
        if (refused.size() == recipients.size()) {
            return no;
        }
        Reply data = command("DATA");
        return data.code() == 354 ? Optional.empty() : Optional.of(data);
    }

    private SendOutcome refusal(Reply reply) {
        closeAfter421(reply);
        try {
            if (greeted && command("RSET").isPositive()) {
                return new SendOutcome.Refused(reply);
            }
        } catch (IOException _) {
            // the refusal stands
        }
        close();
        return new SendOutcome.Refused(reply);
    }

    private void closeAfter421(Reply reply) {
        if (reply.code() == 421) { // RFC 5321 §3.8: the server closes
            close();
        }
    }

    private Wire connected() throws SocketException {
        return wire.orElseThrow(() -> new SocketException("not connected"));
    }

    /** {@code content} as it goes over the wire: a line that begins with a dot gets one more (RFC 5321 §4.5.2). */
    static byte[] stuffed(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 64);
        for (int i = 0; i < content.length; i++) {
            boolean lineStart = i == 0 || (content[i - 1] == '\n' && i > 1 && content[i - 2] == '\r');
            if (lineStart && content[i] == '.') {
                out.write('.');
            }
            out.write(content[i]);
        }
        return out.toByteArray();
    }

    /** Closes the connection without QUIT; it may be connected again. */
    @Override
    public void close() {
        greeted = false;
        Optional<Wire> before = wire;
        wire = Optional.empty();
        before.ifPresent(ScriptedSmtpClient::closeQuietly);
    }

    private static void closeQuietly(Wire wire) {
        try {
            wire.close();
        } catch (IOException _) {
            // nothing more is to be done with it
        }
    }
}
