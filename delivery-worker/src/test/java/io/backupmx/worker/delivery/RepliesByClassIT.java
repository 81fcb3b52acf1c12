package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.close;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/outcomes.md, row by row: every one a route with a primary of its own, all of one worker, and all at once. */
class RepliesByClassIT {

    private static final Path DOC = Path.of("..", "docs", "outcomes.md");
    private static final Pattern ROW = Pattern.compile(
            "^\\| (\\w+) \\| ([^|]+) \\| (delivered|deferred|failed|waits) \\| (UP|DOWN) \\| (\\d) \\|$",
            Pattern.MULTILINE);
    private static final Duration IMPATIENT = Duration.ofSeconds(1);

    /** So that what is down stays down until it was looked at. */
    private static final Duration NOT_AGAIN = Duration.ofHours(1);

    private static List<Case> cases;
    private static WorkerRig rig;

    /** One row, and the primary that plays it. */
    private record Case(
            String at, String primaryDoes, String recipient, String route, int attempts, ScriptedPrimary primary) {

        static Case of(MatchResult row) {
            Case made = new Case(
                    row.group(1),
                    row.group(2),
                    row.group(3),
                    row.group(4),
                    Integer.parseInt(row.group(5)),
                    ScriptedPrimary.stopped());
            if (!made.primaryDoes.equals("nobody there")) {
                made.primary.play(Script.acceptAll()
                        .offering("PIPELINING", "8BITMIME", made.at.equals("STARTTLS") ? "STARTTLS" : "XFORWARD ADDR")
                        .on(made.phase(), made.behaviour()));
                made.primary.start();
            }
            return made;
        }

        private Phase phase() {
            return switch (at) {
                case "connect" -> Phase.CONNECT;
                case "STARTTLS" -> Phase.OTHER;
                case "content" -> Phase.CONTENT;
                case "dot" -> Phase.DOT;
                default -> Phase.valueOf(at);
            };
        }

        private Behaviour behaviour() {
            return switch (primaryDoes) {
                case "connection lost" -> close();
                case "silence" -> hang();
                case "garbage" -> garbage("what do you want?\r\n".getBytes(ISO_8859_1));
                default -> {
                    String reply = primaryDoes.replace("`", "");
                    yield reply.startsWith("421") ? sayAndClose(reply) : say(reply);
                }
            };
        }

        Route to() {
            return WorkerRig.route(primary.port());
        }

        @Override
        public String toString() {
            return at + ": " + primaryDoes;
        }
    }

    private static List<Case> read() {
        try {
            return ROW.matcher(Files.readString(DOC)).results().map(Case::of).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeAll
    static void sendOneMailToEach() {
        cases = read();
        rig = new WorkerRig(
                Settings.usual().withTimeouts(IMPATIENT, IMPATIENT).withProbes(NOT_AGAIN, NOT_AGAIN),
                cases.stream().mapToInt(one -> one.primary().port()).toArray());
        for (Case one : cases) {
            Envelope envelope = Mails.envelope("a@x.test");
            rig.spool().store(one.to(), envelope, WorkerRig.text("Subject: x\r\n\r\nx\r\n"));
        }
    }

    @AfterAll
    static void end() {
        rig.close();
        cases.forEach(one -> one.primary().close());
    }

    static Stream<Case> cases() {
        return cases.stream();
    }

    @Test
    void everyRowIsRead() throws IOException {
        long rows = Files.readString(DOC)
                .lines()
                .filter(line -> line.startsWith("| "))
                .count();
        assertThat(cases).hasSize((int) rows - 1).hasSizeGreaterThan(40);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theRowIsTrue(Case row) {
        await().atMost(LONG).untilAsserted(() -> {
            assertThat(recipient(row)).isEqualTo(row.recipient());
            assertThat(status(row).state().name()).isEqualTo(row.route());
        });
        assertThat(attempts(row)).isEqualTo(row.attempts());
        assertThat(row.primary().violations()).isEmpty();
    }

    /** What has become of it; while it is in hand, nothing yet. */
    private static String recipient(Case row) {
        List<String> found = new ArrayList<>();
        rig.spool().deferred().stream()
                .filter(mail -> mail.route().equals(row.to()))
                .forEach(_ -> found.add("deferred"));
        rig.spool().failed().stream()
                .filter(mail -> mail.route().equals(row.to()))
                .forEach(_ -> found.add("failed"));
        rig.spool().waiting(row.to()).forEach(_ -> found.add("waits"));
        if (row.primary().mailCount() > 0 && found.isEmpty()) {
            found.add("delivered");
        }
        return String.join(", ", found);
    }

    private static int attempts(Case row) {
        return Stream.of(
                        rig.spool().deferred(),
                        rig.spool().failed(),
                        rig.spool().waiting(row.to()))
                .flatMap(List::stream)
                .filter(mail -> mail.route().equals(row.to()))
                .mapToInt(mail -> mail.envelope().attempts())
                .sum();
    }

    private static RouteStatus status(Case row) {
        return rig.worker().routes().stream()
                .filter(status -> status.route().equals(row.to()))
                .findFirst()
                .orElseThrow();
    }
}
