package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Envelope;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.Settlement.Copy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RedirectionTest {

    private static final int PORT = 2525;
    private static final Route.Hold HOLD = new Route.Hold(Domain.of("held.test"));

    private static final Route USUAL = WorkerRig.route(PORT);

    @TempDir
    private Path directory;

    private final Envelope both = Mails.envelope("a@held.test", "b@free.test", "c@sub.held.test");

    private Envelope only(int... recipients) {
        return both.withRecipients(
                Arrays.stream(recipients).mapToObj(both.recipients()::get).toList());
    }

    private static Optional<Settlement> replaced(Copy... copies) {
        return Optional.of(new Settlement.Replace(List.of(copies)));
    }

    @Test
    void nobodyIsHeldAndAllIsDelivered() {
        assertThat(Redirection.aside(both, USUAL, HeldTables.free(directory, PORT)))
                .isEmpty();
        assertThat(Redirection.aside(only(1), USUAL, HeldTables.held(directory, PORT)))
                .isEmpty();
    }

    @Test
    void whoIsHeldIsPutAsideAndTheOthersHaveTheirTurnAgain() {
        assertThat(Redirection.aside(both, USUAL, HeldTables.held(directory, PORT)))
                .isEqualTo(replaced(new Copy.Moved(HOLD, only(0, 2)), new Copy.Requeued(only(1))));
    }

    @Test
    void whatWasHeldGoesWhereItsMailGoesNow() {
        RelayTables tables = HeldTables.of(directory, """
                domains:
                  held.test: mx1.test
                  sub.held.test: mx2.test
                  free.test: mx3.test
                """);

        assertThat(Redirection.aside(only(0, 2), HOLD, tables))
                .isEqualTo(replaced(
                        new Copy.Moved(Route.of("smtp:[mx1.test]:25"), only(0)),
                        new Copy.Moved(Route.of("smtp:[mx2.test]:25"), only(2))));
    }

    @Test
    void aSubdomainThatIsOursNoMoreGoesTheDomainsWay() {
        RelayTables tables = HeldTables.of(directory, "domains: {held.test: mx1.test}");

        assertThat(Redirection.aside(only(0, 2), HOLD, tables))
                .isEqualTo(replaced(new Copy.Moved(Route.of("smtp:[mx1.test]:25"), only(0, 2))));
    }

    /** Postfix, which reads the same file, may send everything else by a line of it; what it says of one address is not the domain's way. */
    @Test
    void linesAboutOthersAreNotItsWay() throws IOException {
        Files.writeString(directory.resolve("transport"), """
                postmaster@held.test  error:5.1.6 moved
                *                     smtp:[smarthost.test]
                """);
        String yaml = "transport: " + directory.resolve("transport") + "\ndomains: {%s: mx1.test}";
        RelayTables ours = HeldTables.of(directory, yaml.formatted("held.test"));
        RelayTables others = HeldTables.of(directory, yaml.formatted("free.test"));
        Envelope postmaster = Mails.envelope("postmaster@held.test");
        Route usual = Route.of("smtp:[mx1.test]:25");

        assertThat(Redirection.aside(only(0, 2), HOLD, ours)).isEqualTo(replaced(new Copy.Moved(usual, only(0, 2))));
        assertThat(Redirection.aside(postmaster, HOLD, ours)).isEqualTo(replaced(new Copy.Moved(usual, postmaster)));
        assertThat(Redirection.aside(only(0), HOLD, others)).isEmpty();
    }

    @Test
    void aDomainThatIsHeldStillOrOursNoMoreKeepsItsMail() {
        assertThat(Redirection.aside(only(0), HOLD, HeldTables.held(directory, PORT)))
                .isEmpty();
        assertThat(Redirection.aside(only(0), HOLD, HeldTables.of(directory, "domains: {free.test: mx1.test}")))
                .isEmpty();
    }

    @Test
    void whoseDomainHasGotAnotherPrimaryGoesThere() {
        RelayTables tables = HeldTables.of(directory, "domains: {held.test: mx1.test, free.test: \"127.0.0.1:2525\"}");

        assertThat(Redirection.aside(only(0, 1), USUAL, tables))
                .isEqualTo(
                        replaced(new Copy.Moved(Route.of("smtp:[mx1.test]:25"), only(0)), new Copy.Requeued(only(1))));
    }

    /** A report, for one, whose recipient's domain is none of ours. */
    @Test
    void whomTheTablesSayNothingOfStays() {
        RelayTables tables = HeldTables.of(directory, "domains: {other.test: mx1.test}");

        assertThat(Redirection.aside(both, USUAL, tables)).isEmpty();
        assertThat(Redirection.aside(both, new Route.ByMx(), tables)).isEmpty();
    }

    @Test
    void nothingThatWaitsIsThrownAwayForALineThatDiscards() throws IOException {
        Files.writeString(directory.resolve("transport"), "held.test discard:\nfree.test smtp:[mx1.test]\n");
        RelayTables tables = HeldTables.of(directory, """
                transport: %s
                domains: {held.test: {}, free.test: {}}
                """.formatted(directory.resolve("transport")));

        assertThat(Redirection.aside(only(0), USUAL, tables)).isEmpty();
        assertThat(Redirection.aside(only(1), new Route.Discard(), tables))
                .isEqualTo(replaced(new Copy.Moved(Route.of("smtp:[mx1.test]:25"), only(1))));
    }
}
