package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A real Postfix as the primary MX of one domain: takes mail for everybody there, into one Maildir. */
public final class PostfixPrimary implements AutoCloseable {

    /** What virtual(8) puts on top of a mail. */
    private static final List<String> ADDED_AT_DELIVERY = List.of("Return-Path:", "X-Original-To:", "Delivered-To:");

    private final PostfixInstance postfix;

    private PostfixPrimary(PostfixInstance postfix) {
        this.postfix = postfix;
    }

    /** One that runs. */
    public static PostfixPrimary started(String domain) {
        PostfixPrimary primary = stopped(domain, Map.of());
        try {
            primary.start();
            return primary;
        } catch (AssertionError e) {
            primary.close();
            throw e;
        }
    }

    /** One that does not run yet, with these settings of main.cf besides its own. */
    public static PostfixPrimary stopped(String domain, Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("virtual_mailbox_domains", domain);
        all.put("virtual_mailbox_base", "@dir@/mail");
        all.put("virtual_mailbox_maps", "static:inbox/");
        all.put("virtual_uid_maps", "static:65534");
        all.put("virtual_gid_maps", "static:65534");
        // Its client, the backup MX, stands for one elsewhere, whose mail Postfix leaves as it is.
        all.put("local_header_rewrite_clients", "");
        all.putAll(settings);
        PostfixInstance postfix =
                PostfixInstance.create(Path.of(System.getProperty("java.io.tmpdir")), "primary.example", all);
        postfix.ownedBy("nobody", "mail");
        return new PostfixPrimary(postfix);
    }

    public int port() {
        return postfix.port();
    }

    /** Starts it, again if need be, with the mail it had. */
    public void start() {
        postfix.start();
    }

    /** Stops it: nobody listens on its port. */
    public void stop() {
        postfix.stop();
    }

    /** The mails in its Maildir as they are stored, lines ending with LF, oldest first. */
    public List<byte[]> messages() {
        Path inbox = postfix.directory().resolve("mail/inbox/new");
        if (!Files.isDirectory(inbox)) {
            return List.of();
        }
        record Stored(Path file, FileTime at) {}
        List<Stored> stored = new ArrayList<>();
        try (Stream<Path> files = Files.list(inbox)) {
            for (Path file : files.toList()) {
                stored.add(new Stored(file, Files.getLastModifiedTime(file)));
            }
            stored.sort(Comparator.comparing(Stored::at).thenComparing(Stored::file));
            List<byte[]> messages = new ArrayList<>();
            for (Stored mail : stored) {
                messages.add(Files.readAllBytes(mail.file()));
            }
            return messages;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The mails as they came over SMTP, lines ending with CRLF: {@link #messages} without the fields Postfix has put on top.
     * Postfix has dropped Bcc, Content-Length and Return-Path fields (message_drop_headers).
     */
    public List<byte[]> received() {
        return messages().stream().map(PostfixPrimary::asReceived).toList();
    }

    private static byte[] asReceived(byte[] stored) {
        String text = new String(stored, StandardCharsets.ISO_8859_1);
        while (ADDED_AT_DELIVERY.stream().anyMatch(text::startsWith)) {
            text = withoutFirstField(text);
        }
        return withoutFirstField(text).replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String withoutFirstField(String text) {
        int end = text.indexOf('\n') + 1;
        while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
            end = text.indexOf('\n', end) + 1;
        }
        return text.substring(end);
    }

    /** Returns once {@code count} mails are in its Maildir; all that are, as {@link #messages}. */
    public List<byte[]> awaitMessages(int count, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        while (true) {
            List<byte[]> messages = messages();
            if (messages.size() >= count) {
                return messages;
            }
            if (deadline.isOver()) {
                throw new AssertionError(
                        "%d of %d mails after %s\n%s".formatted(messages.size(), count, timeout, postfix.logText()));
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** Its mail log. */
    public String log() {
        return postfix.logText();
    }

    List<ProcessHandle> processes() {
        return postfix.processes();
    }

    @Override
    public void close() {
        postfix.close();
    }
}
