package io.backupmx.worker.delivery;

import io.backupmx.worker.RouteStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A row of the tables in docs/outcomes.md: what a primary does, and what that comes to.
 *
 * @param number from 1, in the document's order
 * @param recipient what becomes of the recipient that is meant: {@code delivered}, {@code deferred}, {@code failed}, {@code waits}
 * @param status what its sender is told when it has failed
 * @param attempts on the mail's account
 * @param against what it counts against: {@code nobody}, {@code recipient}, {@code mail}, {@code route}, {@code destination}
 * @param streak what several such mails in a row make of the route; empty: nothing
 * @param why what mailq gives as the reason; empty where it shows nothing
 */
record OutcomeRow(
        int number,
        Section section,
        String at,
        String primaryDoes,
        String recipient,
        Optional<String> status,
        RouteStatus.State route,
        int attempts,
        String against,
        Optional<Streak> streak,
        String why) {

    /** What is played otherwise than by SMTP to one host that nothing is demanded of, by its heading. */
    enum Section {
        BY_SMTP("By SMTP"),
        KEPT_CONNECTION("On a kept connection"),
        TLS_REQUIRED("With `worker.tls: required`"),
        TLS_VERIFIED("With `worker.tls: verify`"),
        PASSWORD("Where a password is due (`worker.credentials`)"),
        BY_LMTP("By LMTP (`lmtp:[host]`)"),
        SMTPUTF8("Mail that needs SMTPUTF8"),
        REQUIRETLS("Mail with REQUIRETLS"),
        OLD("Mail that has had its time (`retry.max_lifetime`)"),
        BY_MX("By the route `mx`");

        private final String heading;

        Section(String heading) {
            this.heading = heading;
        }
    }

    /** @param mails of different ids, none of them delivered */
    record Streak(int mails, RouteStatus.State route) {}

    private static final Path DOC = Path.of("..", "docs", "outcomes.md");

    private static final Pattern ROW = Pattern.compile("\\| (\\w+) \\| ([^|]+)"
            + " \\| (delivered|deferred|failed|waits)(?: ([245]\\.\\d+\\.\\d+))? \\| (UP|DOWN) \\| (\\d)"
            + " \\| (nobody|recipient|mail|route|destination)(?:; (\\d): (THROTTLED|DOWN))? \\| (?:`([^|`]+)`)? *\\|");

    /** All there are. What looks like a row and is none, or stands under a heading that nobody plays, is an error. */
    static List<OutcomeRow> all() {
        List<OutcomeRow> rows = new ArrayList<>();
        Optional<Section> section = Optional.empty();
        for (String line : lines()) {
            if (line.startsWith("## ")) {
                section = Arrays.stream(Section.values())
                        .filter(one -> line.equals("## " + one.heading))
                        .findFirst();
            } else if (line.startsWith("| ") && !line.startsWith("| At | ")) {
                Matcher row = ROW.matcher(line);
                if (section.isEmpty() || !row.matches()) {
                    throw new AssertionError("not a row that is played: " + line);
                }
                rows.add(read(rows.size() + 1, section.get(), row));
            }
        }
        return rows;
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(DOC);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static OutcomeRow read(int number, Section section, MatchResult row) {
        return new OutcomeRow(
                number,
                section,
                row.group(1),
                row.group(2),
                row.group(3),
                Optional.ofNullable(row.group(4)),
                RouteStatus.State.valueOf(row.group(5)),
                Integer.parseInt(row.group(6)),
                row.group(7),
                Optional.ofNullable(row.group(8))
                        .map(mails -> new Streak(Integer.parseInt(mails), RouteStatus.State.valueOf(row.group(9)))),
                Optional.ofNullable(row.group(10)).orElse(""));
    }

    boolean hasFailed() {
        return recipient.equals("failed");
    }

    /** Whether the other recipients of the mail share its fate. */
    boolean isOfAll() {
        return !against.equals("recipient");
    }

    /** As {@link #why}, where {@code …} is whatever there is. */
    Pattern whyPattern() {
        return Pattern.compile(
                Arrays.stream(why.split("…", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    @Override
    public String toString() {
        return number + " " + section + ", " + at + ": " + primaryDoes;
    }
}
