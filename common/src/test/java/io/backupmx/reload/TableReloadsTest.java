package io.backupmx.reload;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.backupmx.config.ConfigException;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.ConfigSource;
import io.backupmx.route.RelayTables;
import io.backupmx.smtp.Domain;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When tables are taken, and when the old ones stay. */
final class TableReloadsTest {

    private static final String TWO = "domains: {a.test: mx.a.test, b.test: mx.b.test}\n";

    private static final Confirmation NONE = new Confirmation.None();

    @TempDir
    private Path directory;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<RelayTables> taken = new ArrayList<>();
    private ConfigSource source = new ConfigSource(Optional.empty(), Map.of(), Map.of());

    @BeforeEach
    void config() {
        source = new ConfigSource(Optional.of(directory.resolve("backupmx.yaml")), Map.of(), Map.of());
    }

    @Test
    void aDomainMoreIsTakenAtOnce() throws IOException {
        TableReloads reloads = startedWith(TWO);

        write("domains: {a.test: mx.a.test, b.test: mx.b.test, c.test: mx.c.test}\n");
        ReloadOutcome outcome = reloads.reload(TableReloads.Cause.COMMAND, NONE);

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ReloadOutcome.Loaded.class,
                        loaded -> assertThat(loaded.changes().added()).containsExactly(Domain.of("c.test")));
        assertThat(taken).hasSize(1);
        assertThat(taken.getFirst().domains()).contains(Domain.of("c.test"));
        assertThat(gauge("backupmx.domains")).isEqualTo(3);
    }

    @Test
    void whatIsBrokenChangesNothingAndShows() throws IOException {
        TableReloads reloads = startedWith(TWO);

        write("domains: {a.test: '[', c.test: }\n");
        ReloadOutcome outcome = reloads.reload(TableReloads.Cause.COMMAND, new Confirmation.OfTheLast());

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ReloadOutcome.Failed.class,
                        failed -> assertThat(failed.problems()).hasSize(2));
        assertThat(taken).isEmpty();
        assertThat(gauge("backupmx.tables.reload.failed")).isEqualTo(1);

        write(TWO);
        reloads.reload(TableReloads.Cause.COMMAND, NONE);
        assertThat(gauge("backupmx.tables.reload.failed")).isZero();
    }

    @Test
    void whatShrinksIsTakenWhenConfirmed() throws IOException {
        TableReloads reloads = startedWith(TWO);

        write("domains: {a.test: mx.a.test}\n");
        ReloadOutcome refused = reloads.reload(TableReloads.Cause.COMMAND, NONE);

        assertThat(refused)
                .isInstanceOfSatisfying(
                        ReloadOutcome.Refused.class,
                        it -> assertThat(it.shrinkages())
                                .extracting(Object::toString)
                                .containsExactly("b.test: no longer backed up, had every address"));
        assertThat(taken).isEmpty();
        assertThat(gauge("backupmx.tables.reload.failed")).isEqualTo(1);

        assertThat(reloads.reload(TableReloads.Cause.COMMAND, new Confirmation.OfTheLast()))
                .isInstanceOf(ReloadOutcome.Loaded.class);
        assertThat(taken).hasSize(1);
        assertThat(gauge("backupmx.tables.reload.failed")).isZero();
    }

    @Test
    void whatIsConfirmedIsWhatWasRefused() throws IOException {
        String domain = "domains: {a.test: {primary: mx, recipients: [%s]}}\n";
        TableReloads reloads = startedWith(domain.formatted("a, b, c, d, e"));

        write(domain.formatted("a, b, c"));
        String shown = refused(reloads.reload(TableReloads.Cause.CHANGE, NONE)).code();
        assertThat(refused(reloads.preview()).code()).isEqualTo(shown).matches("[0-9a-f]{8}");

        write(domain.formatted("a, b, d")); // as many, but others
        for (Confirmation one : List.of(new Confirmation.OfTheLast(), new Confirmation.Of(shown))) {
            assertThat(refused(reloads.reload(TableReloads.Cause.COMMAND, one)).confirmedAnother())
                    .isTrue();
            reloads.reload(TableReloads.Cause.CHANGE, NONE);
            assertThat(taken).isEmpty();
            write(domain.formatted("a"));
        }
        String now = refused(reloads.preview()).code();
        assertThat(now).isNotEqualTo(shown);

        assertThat(reloads.reload(TableReloads.Cause.COMMAND, new Confirmation.Of(now)))
                .isInstanceOf(ReloadOutcome.Loaded.class);
        assertThat(gauge("backupmx.recipients")).isEqualTo(1);
    }

    @Test
    void aConfirmationIsOverOnceItHasServedOrNothingWasLost() throws IOException {
        TableReloads reloads = startedWith(TWO);
        write("domains: {a.test: mx.a.test}\n");
        String first = refused(reloads.reload(TableReloads.Cause.CHANGE, NONE)).code();
        write(TWO);
        reloads.reload(TableReloads.Cause.CHANGE, NONE);

        write("domains: {b.test: mx.b.test}\n");

        assertThat(refused(reloads.reload(TableReloads.Cause.COMMAND, new Confirmation.Of(first)))
                        .confirmedAnother())
                .isTrue();
    }

    @Test
    void aPartThatIsClosedByAStopIsNobodysTrouble() throws IOException {
        Path file = write(TWO);
        CheckedConfig started = load();
        TableReloads reloads = new TableReloads(
                started, source, Files.getLastModifiedTime(file).toInstant().plusSeconds(10), InstantSource.system());
        reloads.handTo(
                _ -> {
                    reloads.close();
                    throw new IllegalStateException("closed");
                },
                started.tables());
        try (LogLines log = LogLines.of(TableReloads.class)) {
            write("domains: {a.test: mx.a.test, b.test: mx.b.test, c.test: mx.c.test}\n");
            reloads.reload(TableReloads.Cause.CHANGE, NONE);

            assertThat(reloads.reload(TableReloads.Cause.COMMAND, NONE))
                    .isEqualTo(new ReloadOutcome.Failed(List.of("the service is stopping")));
            assertThat(log.from(Level.ERROR)).isEmpty();
        }
    }

    private static ReloadOutcome.Refused refused(ReloadOutcome outcome) {
        assertThat(outcome).isInstanceOf(ReloadOutcome.Refused.class);
        return (ReloadOutcome.Refused) outcome;
    }

    @Test
    void theLimitIsConfigured() throws IOException {
        String all = "domains: {a.test: {primary: mx, recipients: [a, b, c, d]}}\n";
        TableReloads reloads = startedWith(all + "reload: {shrink_limit_percent: 50}\n");

        write("domains: {a.test: {primary: mx, recipients: [a, b]}}\nreload: {shrink_limit_percent: 50}\n");

        assertThat(reloads.reload(TableReloads.Cause.COMMAND, NONE)).isInstanceOf(ReloadOutcome.Loaded.class);
    }

    @Test
    void aPreviewChangesNothing() throws IOException {
        TableReloads reloads = startedWith(TWO);

        write("domains: {a.test: mx.a.test}\n");

        assertThat(reloads.preview()).isInstanceOf(ReloadOutcome.Refused.class);
        assertThat(taken).isEmpty();
        assertThat(gauge("backupmx.tables.reload.failed")).isZero();
    }

    @Test
    void keysThatNeedARestartAreNamed() throws IOException {
        TableReloads reloads = startedWith(TWO);

        write(TWO + "ingress: {max_errors: 5}\nretry: {max_lifetime: 5d}\n");

        assertThat(reloads.reload(TableReloads.Cause.COMMAND, NONE))
                .isInstanceOfSatisfying(
                        ReloadOutcome.Loaded.class,
                        loaded -> assertThat(loaded.needRestart())
                                .containsExactly("ingress.max_errors", "retry.max_lifetime"));
    }

    @Test
    void whoComesLateIsGivenWhatIsInUse() throws IOException {
        TableReloads reloads = startedWith(TWO);
        write("domains: {a.test: mx.a.test, b.test: mx.b.test, c.test: mx.c.test}\n");
        reloads.reload(TableReloads.Cause.SIGNAL, NONE);

        List<RelayTables> late = new ArrayList<>();
        reloads.handTo(late::add, taken.getFirst());
        assertThat(late).isEmpty();

        reloads.handTo(late::add, load().tables());
        assertThat(late).isEqualTo(taken);
    }

    @Test
    void aFileThatIsBeingWrittenIsLeftAlone() throws IOException {
        TableReloads reloads = startedWith(TWO);

        write("domains: {a.test: mx.a.test, b.test: mx.b.test, c");
        reloads.look();
        write("domains: {a.test: mx.a.test, b.test: mx.b.test, c.test: mx.c.test}\n");
        reloads.look();
        assertThat(taken).isEmpty();

        reloads.look();
        assertThat(taken).hasSize(1);
        reloads.look();
        assertThat(taken).hasSize(1);
    }

    @Test
    void aFileThatTakesThePlaceOfAnotherIsSeenWhateverItsTimeAndSize() throws IOException {
        TableReloads reloads = startedWith(TWO);
        Path file = directory.resolve("backupmx.yaml");
        FileTime time = Files.getLastModifiedTime(file);

        Path other = Files.writeString(directory.resolve("new"), TWO.replace("mx.b", "mx.c"));
        Files.setLastModifiedTime(other, time);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
        reloads.look();
        reloads.look();

        assertThat(taken).hasSize(1);
    }

    @Test
    void aTableIsWatchedFromTheMomentTheConfigurationNamesIt() throws IOException {
        TableReloads reloads = startedWith(TWO);
        Files.writeString(directory.resolve("recipients"), "alice@a.test x\n@b.test x\n");
        write(TWO + "relay_recipients: recipients\n");
        reloads.reload(TableReloads.Cause.COMMAND, new Confirmation.OfTheLast());
        reloads.look(); // young as it is, it is read once more
        reloads.look();
        int before = taken.size();

        Files.writeString(directory.resolve("recipients"), "alice@a.test x\n@b.test x\nbob@a.test x\n");
        reloads.look();
        reloads.look();

        assertThat(taken).hasSize(before + 1);
        assertThat(gauge("backupmx.recipients")).isEqualTo(2);
    }

    @Test
    void aDirectoryIsWatchedForFilesThatComeGoAndChange() throws IOException {
        Path recipients = Files.createDirectory(directory.resolve("recipients"));
        Files.writeString(recipients.resolve("a"), "a@a.test x\nb@a.test x\n");
        Files.writeString(recipients.resolve("b"), "a@b.test x\n");
        settled(recipients, "a", "b");
        TableReloads reloads = startedWith(TWO + "relay_recipients: recipients\n");
        assertThat(gauge("backupmx.recipients")).isEqualTo(3);

        Files.writeString(recipients.resolve("c"), "c@a.test x\n");
        settled(recipients, "c");
        assertThat(seen(reloads)).isEqualTo(4);

        Files.writeString(recipients.resolve("c"), "c@a.test x\nd@a.test x\n");
        assertThat(seen(reloads)).isEqualTo(5);

        Files.delete(recipients.resolve("c"));
        reloads.look();
        reloads.look();
        assertThat(gauge("backupmx.tables.reload.failed"))
                .as("two of four have gone")
                .isEqualTo(1);

        Files.writeString(recipients.resolve("d"), "c@a.test x\n");
        assertThat(seen(reloads)).isEqualTo(4);
    }

    @Test
    void theSameFailureIsTriedAgainUntilItIsOver() throws IOException {
        TableReloads reloads = startedWith(TWO);
        Files.delete(directory.resolve("backupmx.yaml"));
        reloads.reload(TableReloads.Cause.COMMAND, NONE);
        assertThat(gauge("backupmx.tables.reload.failed")).isEqualTo(1);

        write(TWO);
        reloads.tryAgain();

        assertThat(gauge("backupmx.tables.reload.failed")).isZero();
    }

    /** What is shown of them ends long before. */
    @Test
    void theCodeIsAboutEachOneThatIsGone() throws IOException {
        TableReloads reloads = startedWith(users(0, 2000));

        write(users(1990, 1999));
        String one = refused(reloads.preview()).code();
        assertThat(refused(reloads.preview()).code()).isEqualTo(one);
        write(users(1991, 2000)); // as many, and the first thousand of those that are gone are the same

        assertThat(refused(reloads.preview()).code()).isNotEqualTo(one);
    }

    private static String users(int from, int to) {
        return "domains: {a.test: {primary: mx, recipients: ["
                + IntStream.range(from, to).mapToObj("u%04d"::formatted).collect(Collectors.joining(", "))
                + "]}}\n";
    }

    /** A certificate has two months, and no table is a reason to let it expire. */
    @Test
    void aTableThatCannotEvenBeLookedAtStopsNobodyElse() throws IOException {
        TableReloads reloads = startedWith(TWO);
        List<String> done = new ArrayList<>();
        reloads.accompany(new Witness("first", done));
        reloads.accompany(new Witness("second", done));
        boolean[] armed = new boolean[1];
        reloads.handTo(
                _ -> {
                    if (armed[0]) {
                        throw new NoClassDefFoundError("as the test says");
                    }
                },
                load().tables());
        armed[0] = true;
        done.clear();

        write(TWO.replace("}", ", c.test: mx}"));
        for (int look = 0; look < 2; look++) {
            try {
                reloads.look();
            } catch (NoClassDefFoundError | IllegalStateException _) {
                done.add("thrown");
            }
        }

        assertThat(done)
                .contains("thrown")
                .filteredOn(one -> one.endsWith("first looked"))
                .hasSize(2);
        assertThat(done).filteredOn(one -> one.equals("second looked")).hasSize(2);
    }

    /** One that is in trouble itself. */
    private record Witness(String name, List<String> done) implements Companion {
        @Override
        public List<String> reload() {
            return List.of();
        }

        @Override
        public void look() {
            done.add(name + " looked");
            throw new IllegalStateException("as the test says");
        }

        @Override
        public void tryAgain() {
            done.add(name + " tried again");
        }
    }

    private TableReloads startedWith(String yaml) throws IOException {
        Path file = write(yaml);
        Instant begun = Files.getLastModifiedTime(file).toInstant().plusSeconds(10);
        TableReloads reloads = new TableReloads(load(), source, begun, InstantSource.system());
        TableMetrics.show(reloads, metrics);
        reloads.handTo(taken::add, load().tables());
        taken.clear();
        return reloads;
    }

    /** How many recipients there are once whatever has changed is loaded. */
    private double seen(TableReloads reloads) {
        reloads.look();
        reloads.look();
        return gauge("backupmx.recipients");
    }

    /** They were not written just now: neither has to be read once more for being young. */
    private static void settled(Path where, String... files) throws IOException {
        FileTime before = FileTime.from(Instant.now().minusSeconds(60));
        for (String file : files) {
            Files.setLastModifiedTime(where.resolve(file), before);
        }
        Files.setLastModifiedTime(where, before);
    }

    private CheckedConfig load() {
        try {
            return source.load();
        } catch (ConfigException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("backupmx.yaml"), yaml);
    }

    private double gauge(String name) {
        return metrics.get(name).gauge().value();
    }
}
