package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.Failures;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.OutcomeRow.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/outcomes.md, row by row: what becomes of a mail to two recipients, of its route, and what mailq shows. */
class RepliesByClassIT {

    private static final Pattern HOST = Pattern.compile("\\S+\\[127\\.0\\.\\d+\\.\\d+]:\\d+");
    private static final Pattern DATE = Pattern.compile("\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?= )");
    private static final Pattern TIME = Pattern.compile("(?:\\w{3} \\d+ )?\\d\\d:\\d\\d:\\d\\d");
    private static final Pattern SIZE = Pattern.compile("(?m)^(\\w+!?) +\\d+ DATE");

    @TempDir
    private static Path directory;

    private static PlayedRows played;

    @BeforeAll
    static void sendOneMailToEach() {
        played = new PlayedRows(directory, _ -> true, 20, PlayedRows.NOT_AGAIN, Failures.QUARANTINE);
        played.begin();
        played.rows().forEach(row -> row.store(played.rig().spool()));
    }

    @AfterAll
    static void end() {
        played.close();
    }

    static Stream<PlayedRow> rows() {
        return played.rows().stream();
    }

    @Test
    void theDocumentHasRowsForEverythingThatIsPlayed() {
        assertThat(played.sections()).containsExactlyInAnyOrder(Section.values());
        assertThat(played.rows()).hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theRowIsTrue(PlayedRow one) {
        OutcomeRow row = one.row();
        InMemorySpool spool = played.rig().spool();
        await().atMost(LONG.multipliedBy(2)).untilAsserted(() -> {
            assertThat(one.fate(spool, one.tested())).isEqualTo(row.recipient());
            assertThat(one.fate(spool, one.other())).isNotEmpty();
            assertThat(played.state(one)).isEqualTo(row.route());
        });
        assertThat(one.primary().unplayed()).isEmpty();
        assertThat(one.fate(spool, one.other())).isEqualTo(row.isOfAll() ? row.recipient() : "delivered");
        assertThat(one.attempts(spool)).isEqualTo(row.attempts());
        assertThat(against(one)).isEqualTo(row.against());
        assertShown(one, normal(one.mailq(played.rig())));
        assertThat(one.primary().violations()).isEmpty();
    }

    /** The account that it is put to, from what has come of it. */
    private static String against(PlayedRow one) {
        InMemorySpool spool = played.rig().spool();
        if (one.row().recipient().equals("delivered")) {
            return "nobody";
        } else if (one.attempts(spool) == 0) {
            return played.state(one) == RouteStatus.State.DOWN ? "route" : "destination";
        }
        return one.fate(spool, one.other()).equals("delivered") ? "recipient" : "mail";
    }

    /** Without what is another each time, one blank for several. */
    private static List<String> normal(String mailq) {
        String text = HOST.matcher(mailq).replaceAll("HOST");
        text = TIME.matcher(DATE.matcher(text).replaceAll("DATE")).replaceAll("TIME");
        text = SIZE.matcher(text).replaceAll("$1 SIZE DATE");
        return text.lines().map(line -> line.replaceAll(" +", " ").strip()).toList();
    }

    private static void assertShown(PlayedRow one, List<String> shown) {
        OutcomeRow row = one.row();
        if (row.recipient().equals("delivered")) {
            assertThat(row.why()).isEmpty();
            assertThat(shown).containsExactly("Mail queue is empty");
            return;
        }
        String mark = row.hasFailed() ? "!" : "";
        assertThat(shown.get(1)).matches("[0-9A-Z]{16}" + mark + " SIZE DATE sender@client\\.example");
        List<String> recipients = new ArrayList<>();
        if (row.isOfAll()) {
            recipients.add(one.other());
        }
        recipients.add(one.tested());
        assertThat(shown.subList(3, shown.size() - 2)).isEqualTo(recipients);
        assertThat(shown.getLast()).matches("-- \\d+ Kbytes in 1 Request\\.");
        assertThat(row.why()).isNotEmpty();
        assertThat(shown.get(2))
                .matches(Pattern.quote("(" + until(row)) + row.whyPattern().pattern() + "\\)");
    }

    private static String until(OutcomeRow row) {
        return switch (row.recipient()) {
            case "waits" -> "route DOWN since TIME: "; // the first probe comes after this test
            case "deferred" -> "retry at TIME: ";
            default -> "";
        };
    }
}
