package io.backupmx.standalone;

import static io.backupmx.standalone.SourcesOfAllKinds.LDAP;
import static io.backupmx.standalone.SourcesOfAllKinds.LISTS;
import static io.backupmx.standalone.SourcesOfAllKinds.NEVER;
import static io.backupmx.standalone.SourcesOfAllKinds.PLAIN;
import static io.backupmx.standalone.SourcesOfAllKinds.SQL;
import static io.backupmx.standalone.SourcesOfAllKinds.known;
import static io.backupmx.standalone.SourcesOfAllKinds.listDomain;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.backupmx.testing.Ports;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A backup asks an OpenLDAP, a PostgreSQL and a web server who exists. Whatever becomes of them, nobody who exists is refused,
 * nobody who does not is taken, and who asks about others does not notice.
 */
@SystemTest
class RecipientSourcesIT {

    private static final String YES = "250 2.1.5";
    private static final String NO = "550 5.1.1";
    private static final String LATER = "451 4.3.0";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As configured. */
    private static final Duration SOURCE_TIMEOUT = Duration.ofSeconds(1);

    /** Less than it would take were anything to wait for the source. */
    private static final Duration AT_ONCE = SOURCE_TIMEOUT.dividedBy(2);

    private static final int SESSIONS = 6;
    private static final int ROUNDS = 10;

    /** Those below are the bystanders'. */
    private static final AtomicInteger NEXT = new AtomicInteger(100);

    private static final AtomicInteger NEXT_NOBODY = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static SourcesOfAllKinds sources;
    private static Path config;
    private static ServiceProcess backup;

    enum Trouble {
        DIRECTORY_REFUSES(LDAP, "directory", all -> all.directory.stop(), all -> all.directory.start()),
        DIRECTORY_HANGS(LDAP, "directory", all -> all.directory.freeze(), all -> all.directory.thaw()),
        DATABASE_REFUSES(SQL, "database", all -> all.database.stop(), all -> all.database.start()),
        DATABASE_HANGS(SQL, "database", all -> all.database.freeze(), all -> all.database.thaw());

        private final String domain;
        private final String source;
        private final Consumer<SourcesOfAllKinds> begin;
        private final Consumer<SourcesOfAllKinds> end;

        Trouble(String domain, String source, Consumer<SourcesOfAllKinds> begin, Consumer<SourcesOfAllKinds> end) {
            this.domain = domain;
            this.source = source;
            this.begin = begin;
            this.end = end;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        sources = new SourcesOfAllKinds();
        config = sources.configure(directory, Ports.free());
        backup = ServiceProcess.run(directory.resolve("data")).config(config).started();
        awaitAllIsWell();
    }

    @AfterAll
    static void stop() {
        try (SourcesOfAllKinds _ = sources;
                ServiceProcess _ = backup) {
            assertThat(backup.log().lines())
                    .filteredOn(line -> Stream.of(" ERROR ", "asker's secret", "owner's secret")
                            .anyMatch(line::contains))
                    .isEmpty();
        }
    }

    private static String fresh(String domain) {
        return known(NEXT.getAndIncrement(), domain);
    }

    private static String nobody(String domain) {
        return "nobody-" + NEXT_NOBODY.getAndIncrement() + "@" + domain;
    }

    private static String rcpt(String address) {
        try (RcptSession session = new RcptSession(backup.smtpPort())) {
            return session.rcpt(address);
        }
    }

    private static double up(String source) {
        return backup.metric("backupmx_recipient_source_up", "source=\"" + source + "\"");
    }

    private static void awaitAllIsWell() {
        ServiceProcess.await(PATIENCE, () -> {
            for (String domain : domains()) {
                assertThat(rcpt(known(NEXT.get(), domain))).as(domain).startsWith(YES);
                assertThat(rcpt(nobody(domain))).as(domain).startsWith(NO);
            }
            for (String source : namesBut(NEVER)) {
                assertThat(up(source)).as(source).isOne();
            }
        });
        NEXT.incrementAndGet();
    }

    private static List<String> domains() {
        return Stream.concat(Stream.of(LDAP, SQL), LISTS.stream().map(SourcesOfAllKinds::listDomain))
                .toList();
    }

    private static List<String> namesBut(String but) {
        return Stream.concat(Stream.of("directory", "database", NEVER), LISTS.stream())
                .filter(name -> !name.equals(but))
                .toList();
    }

    /** Sessions of which none is about {@code troubled}. */
    private static Bystanders bystanders(String troubled) {
        String other = troubled.equals(LDAP) ? SQL : LDAP;
        Map<String, String> listed = Map.of(known(0, PLAIN), YES, "nobody@" + PLAIN, NO, "postmaster@" + troubled, YES);
        Map<String, String> asked = new HashMap<>();
        IntStream.range(0, 100).forEach(n -> asked.put(known(n, other), YES));
        IntStream.range(0, 100).forEach(n -> asked.put("stranger-" + n + "@" + other, NO));
        return Bystanders.of(backup.smtpPort(), List.of(listed, asked));
    }

    /** What many sessions at once are told about recipients of a domain whose source does not answer; their waits. */
    private static List<Duration> askInVain(String domain, String seen) {
        List<CompletableFuture<List<Duration>>> all = IntStream.range(0, SESSIONS)
                .mapToObj(_ -> CompletableFuture.supplyAsync(
                        () -> {
                            try (RcptSession session = new RcptSession(backup.smtpPort())) {
                                for (int round = 0; round < ROUNDS; round++) {
                                    assertThat(session.rcpt(fresh(domain))).startsWith(LATER);
                                    assertThat(session.rcpt(nobody(domain))).startsWith(LATER);
                                    assertThat(session.rcpt(seen)).startsWith(YES);
                                }
                                return session.waits();
                            }
                        },
                        task -> Thread.ofVirtual().start(task)))
                .toList();
        return all.stream().flatMap(one -> one.join().stream()).toList();
    }

    private static Duration quantile(List<Duration> waits, int percent) {
        List<Duration> sorted = waits.stream().sorted().toList();
        return sorted.get((sorted.size() - 1) * percent / 100);
    }

    @ParameterizedTest
    @EnumSource
    void whileOneIsAwayItsRecipientsComeAgainAndOthersDoNotNotice(Trouble trouble) {
        String seen = fresh(trouble.domain);
        assertThat(rcpt(seen)).startsWith(YES);
        trouble.begin.accept(sources);
        try (Bystanders others = bystanders(trouble.domain)) {
            List<Duration> waits = askInVain(trouble.domain, seen);

            List<Duration> otherWaits = others.waits();
            assertThat(quantile(waits, 100)).isLessThan(SOURCE_TIMEOUT.multipliedBy(2));
            assertThat(quantile(waits, 90)).as("all but the first").isLessThan(AT_ONCE);
            assertThat(quantile(otherWaits, 99)).isLessThan(AT_ONCE);
            assertThat(up(trouble.source)).isZero();
            for (String source : namesBut(trouble.source)) {
                assertThat(up(source)).as(source).isEqualTo(source.equals(NEVER) ? 0 : 1);
            }
        } finally {
            trouble.end.accept(sources);
        }
        awaitAllIsWell();
    }

    @Test
    void aListThatHasGoneWrongIsTheOneBefore() {
        String newcomer = "newcomer-" + NEXT.getAndIncrement();
        sources.breakLists();
        try (Bystanders others = bystanders(LDAP)) {
            ServiceProcess.await(
                    PATIENCE,
                    () -> LISTS.forEach(list -> assertThat(up(list)).as(list).isZero()));
            for (String list : LISTS) {
                assertThat(rcpt(fresh(listDomain(list)))).as(list).startsWith(YES);
                assertThat(rcpt(nobody(listDomain(list)))).as(list).startsWith(NO);
                assertThat(rcpt(newcomer + "@" + listDomain(list))).as(list).startsWith(NO);
                assertThat(backup.metric("backupmx_recipient_list_entries", "source=\"" + list + "\""))
                        .as(list)
                        .isEqualTo(1001);
            }
            assertThat(rcpt(fresh(listDomain(NEVER)))).startsWith(LATER);
            assertThat(rcpt(nobody(listDomain(NEVER)))).startsWith(LATER);
            assertThat(quantile(others.waits(), 99)).isLessThan(AT_ONCE);
        } finally {
            sources.mendLists(newcomer);
        }
        ServiceProcess.await(
                PATIENCE,
                () -> LISTS.forEach(list -> assertThat(rcpt(newcomer + "@" + listDomain(list)))
                        .as(list)
                        .startsWith(YES)));
        awaitAllIsWell();
    }

    @Test
    void aRestartWhileNobodyAnswersForgetsNobody() throws IOException {
        List<String> seen = List.of(fresh(LDAP), fresh(SQL));
        seen.forEach(address -> assertThat(rcpt(address)).startsWith(YES));
        sources.directory.freeze();
        sources.database.stop();
        sources.breakLists();
        try {
            backup.terminate();
            backup.started();
            ServiceProcess.await(
                    PATIENCE,
                    () -> assertThat(backup.metric("backupmx_recipients_known")).isGreaterThanOrEqualTo(seen.size()));

            Map<String, String> expected = new HashMap<>();
            seen.forEach(address -> expected.put(address, YES));
            for (String domain : List.of(LDAP, SQL, listDomain(NEVER))) {
                expected.put(fresh(domain), LATER);
                expected.put(nobody(domain), LATER);
            }
            for (String list : LISTS) {
                expected.put(fresh(listDomain(list)), YES);
                expected.put(nobody(listDomain(list)), NO);
            }
            expected.forEach(
                    (address, begins) -> assertThat(rcpt(address)).as(address).startsWith(begins));
            Map<String, String> lookedUp = lookup(expected.keySet());
            expected.forEach((address, begins) ->
                    assertThat(lookedUp.get(address)).as(address).startsWith(begins));
            ServiceProcess.await(
                    PATIENCE,
                    () -> namesBut("")
                            .forEach(source -> assertThat(up(source)).as(source).isZero()));
        } finally {
            sources.directory.thaw();
            sources.database.start();
            sources.mendLists("somebody");
        }
        awaitAllIsWell();
    }

    /** Address → reply. */
    private static Map<String, String> lookup(Iterable<String> addresses) throws IOException {
        List<String> command = new ArrayList<>(List.of("lookup", "--json", "-c", config.toString()));
        addresses.forEach(command::add);
        Map<String, String> replies = new HashMap<>();
        for (String line : backup.cli(command.toArray(String[]::new))
                .succeeded()
                .out()
                .lines()
                .toList()) {
            var json = new ObjectMapper().readTree(line);
            replies.put(json.path("address").asText(), json.path("reply").asText());
        }
        return replies;
    }
}
