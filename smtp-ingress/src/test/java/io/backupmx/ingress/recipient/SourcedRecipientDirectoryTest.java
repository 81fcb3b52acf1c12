package io.backupmx.ingress.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.UnknownRecipients;
import io.backupmx.ingress.recipient.PrimaryTruth.Existence;
import io.backupmx.known.RecipientMemory;
import io.backupmx.route.RecipientQuestion;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SourcedRecipientDirectoryTest {

    private static final Route ROUTE = Route.of("smtp:[mx.x.test]:25");
    private static final ForwardPath PATH = ForwardPath.parse("<a+b@x.test>").orElseThrow();
    private static final RecipientVerdict ACCEPTED = new RecipientVerdict.Accepted(ROUTE);
    private static final RecipientVerdict UNKNOWN = new RecipientVerdict.UnknownUser();
    private static final RecipientVerdict UNAVAILABLE = new RecipientVerdict.Unavailable();
    private static final Future<Boolean> YES = Future.succeededFuture(true);
    private static final Future<Boolean> NO = Future.succeededFuture(false);
    private static final Future<Boolean> DOWN = Future.failedFuture("down");

    private final List<String> asked = new ArrayList<>();
    private final Map<String, Future<Boolean>> said = new HashMap<>();
    private final Map<String, Future<Boolean>> remembered = new HashMap<>();
    private Future<Existence> primary = Future.succeededFuture(Existence.NOBODY);
    private Optional<Existence> knownByPrimary = Optional.empty();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    /** Questions whose turn has not come. */
    private final List<Supplier<Future<RecipientVerdict>>> waiting = new ArrayList<>();

    private final Memory memory = new Memory();

    private static final class Memory implements RecipientMemory {
        private final Set<String> known = new HashSet<>();
        private boolean complete = true;

        @Override
        public boolean knows(String address) {
            return known.contains(address);
        }

        @Override
        public boolean isComplete() {
            return complete;
        }

        @Override
        public void exists(String address) {
            known.add(address);
        }

        @Override
        public void isGone(String address) {
            known.remove(address);
        }
    }

    private RecipientLookup source(String name) {
        return new RecipientLookup() {
            @Override
            public Future<Boolean> exists(String address) {
                asked.add(name + " " + address);
                return said.getOrDefault(name + " " + address, said.getOrDefault(name, NO));
            }

            @Override
            public Optional<Future<Boolean>> known(String address) {
                return Optional.ofNullable(remembered.get(name + " " + address));
            }

            @Override
            public void close() {}
        };
    }

    private RecipientVerdict check(UnknownRecipients unknown, String... sources) {
        return directory(unknown, sources).check(PATH).result();
    }

    private SourcedRecipientDirectory directory(UnknownRecipients unknown, String... sources) {
        return directory(ROUTE, unknown, sources);
    }

    private SourcedRecipientDirectory directory(Route route, UnknownRecipients unknown, String... sources) {
        RecipientVerdict open = new RecipientVerdict.Unsettled(
                route, new RecipientQuestion(List.of("a+b@x.test", "a@x.test"), List.of(sources), unknown));
        return new SourcedRecipientDirectory(
                tables(open),
                Map.of("ldap", source("ldap"), "sql", source("sql")),
                new PrimaryTruth() {
                    @Override
                    public Future<Existence> ask(Route route, ForwardPath path, List<String> addresses) {
                        asked.add("primary " + addresses);
                        return primary;
                    }

                    @Override
                    public Optional<Existence> known(ForwardPath path, List<String> addresses) {
                        return knownByPrimary;
                    }
                },
                memory,
                new RecipientMetrics(metrics));
    }

    /** Who have no questions. */
    private static RecipientDirectory tables(RecipientVerdict verdict) {
        return new RecipientDirectory() {
            @Override
            public Future<RecipientVerdict> check(ForwardPath path) {
                return Future.succeededFuture(verdict);
            }

            @Override
            public Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
                return check(path);
            }
        };
    }

    private Optional<RecipientVerdict> checkOutOfTurn(String... sources) {
        Future<RecipientVerdict> verdict = directory(UnknownRecipients.DEFER, sources)
                .check(
                        PATH,
                        (known, question) -> known.get().orElseGet(() -> {
                            waiting.add(question);
                            return Future.failedFuture("not yet");
                        }));
        return verdict.succeeded() ? Optional.of(verdict.result()) : Optional.empty();
    }

    private RecipientVerdict turnComes() {
        return waiting.removeFirst().get().result();
    }

    @Test
    void whatIsKnownWaitsForNoTurn() {
        remembered.put("ldap a+b@x.test", NO);
        remembered.put("sql a+b@x.test", DOWN);
        knownByPrimary = Optional.of(Existence.NOBODY);
        remembered.put("ldap a@x.test", NO);
        remembered.put("sql a@x.test", NO);

        assertThat(checkOutOfTurn("ldap", "primary")).contains(UNKNOWN);
        assertThat(checkOutOfTurn("ldap", "sql", "primary")).contains(UNAVAILABLE);
        remembered.put("sql a@x.test", YES);
        assertThat(checkOutOfTurn("known", "ldap", "sql")).contains(ACCEPTED);
        assertThat(asked).isEmpty();
    }

    @Test
    void nobodyIsAskedOutOfTurnAndNobodyTwice() {
        remembered.put("ldap a+b@x.test", NO);

        assertThat(checkOutOfTurn("ldap", "sql", "primary")).isEmpty();
        assertThat(asked).isEmpty();
        assertThat(turnComes()).isEqualTo(UNKNOWN);
        assertThat(asked)
                .containsExactly("sql a+b@x.test", "primary [a+b@x.test, a@x.test]", "ldap a@x.test", "sql a@x.test");
        assertThat(waiting).as("all of it is one question").isEmpty();
        assertThat(metrics.get("backupmx.recipient.lookups").tags("source", "ldap").counters().stream()
                        .mapToDouble(Counter::count)
                        .sum())
                .isEqualTo(2);

        asked.clear();
        assertThat(checkOutOfTurn("primary")).isEmpty();
        assertThat(asked).isEmpty();
        assertThat(turnComes()).isEqualTo(UNKNOWN);
        assertThat(asked).containsExactly("primary [a+b@x.test, a@x.test]");
    }

    @Test
    void wholeAddressIsLookedUpEverywhereBeforeTheOneWithoutExtension() {
        assertThat(check(UnknownRecipients.DEFER, "ldap", "sql", "primary")).isEqualTo(UNKNOWN);
        assertThat(asked)
                .containsExactly(
                        "ldap a+b@x.test",
                        "sql a+b@x.test",
                        "primary [a+b@x.test, a@x.test]",
                        "ldap a@x.test",
                        "sql a@x.test");
    }

    @Test
    void whereMailIsThrownAwayThereIsNoPrimaryToAsk() {
        Route discard = new Route.Discard();

        assertThat(directory(discard, UnknownRecipients.DEFER, "primary")
                        .check(PATH)
                        .result())
                .isEqualTo(new RecipientVerdict.Accepted(discard));
        assertThat(asked).isEmpty();
        assertThat(directory(discard, UnknownRecipients.DEFER, "ldap")
                        .check(PATH)
                        .result())
                .isEqualTo(UNKNOWN);
    }

    @Test
    void firstYesDecides() {
        said.put("sql a@x.test", YES);
        said.put("ldap", DOWN);

        assertThat(check(UnknownRecipients.DEFER, "ldap", "sql")).isEqualTo(ACCEPTED);
        assertThat(memory.knows("a@x.test")).isTrue();
        assertThat(memory.knows("a+b@x.test")).isFalse();
    }

    @Test
    void sourceThatCannotBeAskedMakesItNeitherYesNorNo() {
        said.put("ldap", DOWN);
        for (UnknownRecipients unknown : UnknownRecipients.values()) {
            assertThat(check(unknown, "ldap", "sql")).isEqualTo(UNAVAILABLE);
            assertThat(check(unknown, "sql", "ldap", "primary")).isEqualTo(UNAVAILABLE);
        }
        primary = Future.failedFuture("it says neither");
        said.clear();
        for (UnknownRecipients unknown : UnknownRecipients.values()) {
            assertThat(check(unknown, "primary")).isEqualTo(UNAVAILABLE);
        }
    }

    @Test
    void sourceThatNobodyRunsCannotBeAsked() {
        assertThat(check(UnknownRecipients.ACCEPT, "ldap", "added-later")).isEqualTo(UNAVAILABLE);
    }

    @Test
    void whatIsKnownStandsWhileTheSourceCannotBeAskedAndEndsWithItsNo() {
        said.put("ldap a@x.test", YES);
        assertThat(check(UnknownRecipients.DEFER, "ldap")).isEqualTo(ACCEPTED);
        said.clear();
        said.put("ldap", DOWN);
        assertThat(check(UnknownRecipients.DEFER, "ldap")).isEqualTo(ACCEPTED);
        said.clear();
        assertThat(check(UnknownRecipients.DEFER, "ldap")).isEqualTo(UNKNOWN);
        said.put("ldap", DOWN);
        assertThat(check(UnknownRecipients.DEFER, "ldap")).isEqualTo(UNAVAILABLE);
    }

    @Test
    void domainSaysWhatIsDoneWhileThePrimaryIsAway() {
        primary = Future.succeededFuture(Existence.PRIMARY_AWAY);

        assertThat(check(UnknownRecipients.DEFER, "primary")).isEqualTo(UNAVAILABLE);
        assertThat(check(UnknownRecipients.ACCEPT, "primary")).isEqualTo(ACCEPTED);
        assertThat(check(UnknownRecipients.REJECT, "primary")).isEqualTo(UNKNOWN);

        primary = Future.succeededFuture(Existence.PRIMARY_AWAY_BRIEFLY);

        assertThat(check(UnknownRecipients.ACCEPT, "primary")).isEqualTo(ACCEPTED);
        assertThat(check(UnknownRecipients.REJECT, "primary")).isEqualTo(UNAVAILABLE);
    }

    @Test
    void whatIsKnownIsASourceThatSaysNoWhenAllHasBeenHeard() {
        assertThat(check(UnknownRecipients.ACCEPT, "known")).isEqualTo(UNKNOWN);
        memory.complete = false;
        assertThat(check(UnknownRecipients.ACCEPT, "known")).isEqualTo(UNAVAILABLE);
        memory.exists("a@x.test");
        assertThat(check(UnknownRecipients.ACCEPT, "known")).isEqualTo(ACCEPTED);
    }

    @Test
    void whatTheTablesSettleNobodyIsAskedAbout() {
        SourcedRecipientDirectory directory = new SourcedRecipientDirectory(
                _ -> Future.succeededFuture(new RecipientVerdict.RelayDenied()),
                Map.of("ldap", source("ldap")),
                (_, _, _) -> primary,
                RecipientMemory.NONE,
                new RecipientMetrics(new SimpleMeterRegistry()));

        assertThat(directory
                        .check(ForwardPath.parse("<a@y.test>").orElseThrow())
                        .result())
                .isEqualTo(new RecipientVerdict.RelayDenied());
        assertThat(asked).isEmpty();
    }
}
