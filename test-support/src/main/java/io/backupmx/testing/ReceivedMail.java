package io.backupmx.testing;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One mail transaction that reached its content, as a {@link ScriptedPrimary} saw it. */
public final class ReceivedMail {

    private final int connection;
    private final int transaction;
    private final EnvelopeLine mail;
    private final List<EnvelopeLine> recipients;
    private final byte[] content;
    private final boolean complete;
    private final Optional<String> answer;
    private final Instant begun;
    private final Instant ended;

    ReceivedMail(
            int connection,
            int transaction,
            EnvelopeLine mail,
            List<EnvelopeLine> recipients,
            byte[] content,
            boolean complete,
            Optional<String> answer,
            Instant begun,
            Instant ended) {
        this.connection = connection;
        this.transaction = transaction;
        this.mail = mail;
        this.recipients = List.copyOf(recipients);
        this.content = content;
        this.complete = complete;
        this.answer = answer;
        this.begun = begun;
        this.ended = ended;
    }

    /** Which connection it came over, from 1. */
    public int connection() {
        return connection;
    }

    /** Which MAIL command it began with, from 1. */
    public int transaction() {
        return transaction;
    }

    public EnvelopeLine mail() {
        return mail;
    }

    /** The reverse-path without angle brackets, empty for {@code <>}. */
    public String sender() {
        return mail.address();
    }

    /** The RCPT commands that were accepted, in order. */
    public List<EnvelopeLine> recipientLines() {
        return recipients;
    }

    /** The addresses that were accepted, in order. */
    public List<String> recipients() {
        return recipients.stream().map(EnvelopeLine::address).toList();
    }

    /** The exact octets, dots un-stuffed; as far as they came when it is not {@link #complete}. */
    public byte[] content() {
        return content.clone();
    }

    /** The content as ISO 8859-1: one character for each octet. */
    public String text() {
        return new String(content, StandardCharsets.ISO_8859_1);
    }

    /**
     * The content without its first header field: what came before a relay prepended its trace (RFC 5321 §4.4).
     *
     * @throws AssertionError when the content does not begin with {@code Received:}
     */
    public byte[] contentBelowTrace() {
        String text = text();
        if (!text.startsWith("Received:")) {
            throw new AssertionError("no Received field on top: " + Octets.shown(content));
        }
        int end = 0;
        do {
            end = text.indexOf("\r\n", end) + 2;
        } while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t'));
        return text.substring(end).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether the final dot has come. */
    public boolean complete() {
        return complete;
    }

    /** What the primary answered to the final dot; empty when it closed, hung or never saw the dot. */
    public Optional<String> answer() {
        return answer;
    }

    /** Whether the primary has taken it: it answered 2xx, or was about to when the client vanished. */
    public boolean accepted() {
        return answer.filter(text -> text.startsWith("2")).isPresent();
    }

    /** When MAIL came. */
    public Instant begun() {
        return begun;
    }

    /** When the answer to the final dot was sent, or the connection was lost. */
    public Instant ended() {
        return ended;
    }

    @Override
    public String toString() {
        return "mail %d on connection %d: %s -> %s, %d octets%s, %s"
                .formatted(
                        transaction,
                        connection,
                        mail.line(),
                        recipients(),
                        content.length,
                        complete ? "" : " (cut)",
                        answer.orElse("not answered"));
    }
}
