package io.backupmx.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A real Postfix as the primary MX of one domain: takes mail for everybody there, into one Maildir. */
public final class PostfixPrimary implements AutoCloseable {

    /** What virtual(8) puts on top of a mail. */
    private static final List<String> ADDED_AT_DELIVERY = List.of("Return-Path:", "X-Original-To:", "Delivered-To:");

    private final PostfixInstance postfix;
    private final Maildir inbox;

    private PostfixPrimary(PostfixInstance postfix) {
        this.postfix = postfix;
        this.inbox = new Maildir(postfix.directory().resolve("mail/inbox"), ADDED_AT_DELIVERY);
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
        return inbox.messages();
    }

    /**
     * The mails as they came over SMTP, lines ending with CRLF: {@link #messages} without the fields Postfix has put on top.
     * Postfix has dropped Bcc, Content-Length and Return-Path fields (message_drop_headers).
     */
    public List<byte[]> received() {
        return inbox.received();
    }

    /** Returns once {@code count} mails are in its Maildir; all that are, as {@link #messages}. */
    public List<byte[]> awaitMessages(int count, Duration timeout) {
        return inbox.awaitMessages(count, timeout, postfix::logText);
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
