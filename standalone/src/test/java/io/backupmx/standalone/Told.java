package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.ReceivedMail;
import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the senders of marked mail were told, life by life of the product: reports of failure, as Jakarta Mail reads them. Each
 * has to be for the one whose mail it is about.
 */
final class Told {

    private final Map<Integer, Set<String>> reports = new TreeMap<>();
    private final Map<String, Integer> lastLife = new HashMap<>();
    private final Map<Integer, Integer> again = new TreeMap<>();
    private int seen;
    private int unended;

    /**
     * Takes what came to the senders' primary up to the end of a life.
     *
     * @param all that ever came
     * @throws AssertionError when one of them is no report to a sender of his own mail
     */
    void add(int life, List<ReceivedMail> all) {
        for (ReceivedMail mail : all.subList(seen, all.size())) {
            if (mail.accepted()) {
                received(life, mail);
            } else {
                unended++;
            }
            seen++;
        }
    }

    private void received(int life, ReceivedMail mail) {
        try {
            MimeMessage message =
                    new MimeMessage(Session.getInstance(new Properties()), new ByteArrayInputStream(mail.content()));
            int mark = markOf(message);
            assertThat(mail.sender()).isEmpty();
            assertThat(mail.recipients()).containsExactly(MarkedLoad.sender(mark));
            reports.computeIfAbsent(mark, _ -> new TreeSet<>()).add(message.getMessageID());
            Integer before = lastLife.put(message.getMessageID(), life);
            if (before != null) {
                again.merge(before, 1, Integer::sum);
            }
        } catch (MessagingException e) {
            throw new AssertionError("no report: " + mail.text(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of the mail that it is about. */
    private static int markOf(MimeMessage report) throws MessagingException, IOException {
        assertThat(report.getContentType()).startsWith("multipart/report").contains("delivery-status");
        MimeMultipart parts = new MimeMultipart(report.getDataHandler().getDataSource());
        assertThat(parts.getCount()).isEqualTo(3);
        InputStream status = parts.getBodyPart(1).getInputStream();
        InternetHeaders ofMail = new InternetHeaders(status);
        InternetHeaders ofRecipient = new InternetHeaders(status);
        assertThat(ofMail.getHeader("Reporting-MTA", null)).startsWith("dns; ");
        assertThat(ofRecipient.getHeader("Final-Recipient", null)).endsWith("@" + MarkedLoad.DOMAIN);
        assertThat(ofRecipient.getHeader("Action", null)).isEqualTo("failed");
        assertThat(ofRecipient.getHeader("Status", null)).isEqualTo("5.1.1");
        assertThat(status.available()).as("told of another recipient").isZero();
        BodyPart returned = parts.getBodyPart(2);
        assertThat(returned.getContentType()).startsWith("text/rfc822-headers");
        String mark = new InternetHeaders(returned.getInputStream()).getHeader(MarkedMail.FIELD, null);
        return Integer.parseInt(mark.split(" ", -1)[0]);
    }

    /** Whose senders were told. */
    Set<Integer> marks() {
        return reports.keySet();
    }

    /** Whose senders were told by more than one report, whatever number of times each came. */
    Map<Integer, Set<String>> reportedTwice() {
        return reports.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** How many reports that came in this life came again, then or later. */
    int receivedAgain(int life) {
        return again.getOrDefault(life, 0);
    }

    @Override
    public String toString() {
        return "%d senders told, %d reports received again (by life: %s), %d cut"
                .formatted(
                        reports.size(),
                        again.values().stream().mapToInt(Integer::intValue).sum(),
                        again,
                        unended);
    }
}
