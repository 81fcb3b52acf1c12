package io.backupmx.mail;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The trace header that goes in front of a mail when it is handed on (RFC 5321 §4.4): folded, and made of safe
 * characters only, whatever the client said.
 */
public final class ReceivedHeader {

    /** RFC 5322 §3.3; {@code RFC_1123_DATE_TIME} would write days of one digit and GMT. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH);

    private static final String SHORTEST_DATE = "Thu, 1 Jan 1970 00:00:00 +0000";

    private static final int MAX_HELO = 255;

    private record WrittenDate(long second, ZoneId zone, String text) {}

    /** The last one: a queue's mails come in the order of their arrival, many in a second. */
    private static final AtomicReference<WrittenDate> LAST_DATE =
            new AtomicReference<>(written(Instant.EPOCH, ZoneOffset.UTC));

    private ReceivedHeader() {}

    /** @return complete lines, ended by CRLF */
    public static String of(Envelope envelope, ZoneId zone) {
        return undated(envelope) + date(envelope.arrival().at(), zone) + "\r\n";
    }

    /** How many octets {@link #of} has at least, in whatever zone and whenever the mail has arrived: at most one less. */
    public static int leastOctets(Envelope envelope) {
        return undated(envelope).getBytes(StandardCharsets.UTF_8).length + SHORTEST_DATE.length() + "\r\n".length();
    }

    private static String undated(Envelope envelope) {
        Arrival arrival = envelope.arrival();
        return "Received: from " + helo(arrival.helo()) + " (" + literal(arrival.clientAddress()) + ")"
                + arrival.tls().map(ReceivedHeader::comment).orElse("") + "\r\n\tby "
                + arrival.receivedBy() + " with " + atom(arrival.protocol()) + " id " + envelope.queueId()
                + recipient(envelope) + ";\r\n\t";
    }

    /** In Postfix's words, which are what people grep for. */
    private static String comment(TlsFacts tls) {
        return "\r\n\t(using " + safe(tls.version(), "._-") + " with cipher " + safe(tls.cipher(), "._-") + " ("
                + tls.bits() + "/" + tls.bits() + " bits))";
    }

    /** Named only where it gives no other recipient away (RFC 5321 §7.2). Beyond ASCII he is only sent to under SMTPUTF8. */
    private static String recipient(Envelope envelope) {
        if (envelope.recipients().size() != 1) {
            return "";
        }
        return "\r\n\tfor " + envelope.recipients().getFirst().path();
    }

    /** A domain or address literal as the client gave it; what neither can hold becomes {@code ?}. */
    private static String helo(String said) {
        String safe = safe(said.substring(0, Math.min(said.length(), MAX_HELO)), "-._:[]");
        return safe.isEmpty() ? "unknown" : safe;
    }

    /** @param more than letters and digits */
    private static String safe(String text, String more) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean allowed = isLetterOrDigit(c) || more.indexOf(c) >= 0;
            safe.append(allowed ? c : '?');
        }
        return safe.toString();
    }

    /** RFC 5321 §4.1.3. */
    private static String literal(String address) {
        StringBuilder safe = new StringBuilder(address.length());
        for (int i = 0; i < address.length(); i++) {
            char c = address.charAt(i);
            if (isLetterOrDigit(c) || c == '.' || c == ':') {
                safe.append(c);
            }
        }
        return safe.indexOf(":") >= 0 ? "[IPv6:" + safe + "]" : "[" + safe + "]";
    }

    private static String atom(String text) {
        return text.chars().allMatch(c -> isLetterOrDigit((char) c)) && !text.isEmpty() ? text : "SMTP";
    }

    private static String date(Instant at, ZoneId zone) {
        WrittenDate last = LAST_DATE.get();
        if (last.second() != at.getEpochSecond() || !last.zone().equals(zone)) {
            last = written(at, zone);
            LAST_DATE.set(last);
        }
        return last.text();
    }

    private static WrittenDate written(Instant at, ZoneId zone) {
        return new WrittenDate(at.getEpochSecond(), zone, DATE.format(at.atZone(zone)));
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
