package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything an operator can get wrong, and what we say. */
final class ConfigProblemsTest {

    @TempDir
    private Path directory;

    @Test
    void certificatesHaveKeysAndDoorsHavePortsOfTheirOwn() {
        assertThat(problems("""
                        ingress:
                          listen: 0.0.0.0:465
                          tls:
                            listen: 0.0.0.0:465
                            certificates:
                              other: {certificate: a.pem}
                        """))
                .containsExactly(
                        "ingress.tls.certificate: is missing, and certificates are there: name the one for clients that"
                                + " ask for none of them",
                        "ingress.tls.certificates: other has no key, which may be the same file (FILE line 5)",
                        "ingress.listen: 0.0.0.0:465 is the address of tls.listen, too: each needs a port of its own"
                                + " (FILE line 2)");
        assertThat(problems("""
                        ingress:
                          tls: {mode: "off", listen: 0.0.0.0:465}
                        """))
                .containsExactly("ingress.tls.listen: is there, and mode is off: nobody could connect (FILE line 2)");
        assertThat(problems("""
                        ingress:
                          tls:
                            certificate: a.pem
                            key: a.pem
                            certificates:
                              mx.example.org: {certificate: a.pem, key: a.pem}
                        """))
                .containsExactly(
                        "ingress.tls.certificates: 'mx.example.org' is no name made of small letters, digits, -"
                                + " and _ (FILE line 5)");
    }

    /** Vert.x would share the port: every other connection would be answered by the other one. */
    @Test
    void operatorsHaveAPortOfTheirOwn() {
        for (String door : List.of("listen: 127.0.0.1:8025", "tls: {listen: 127.0.0.1:8025}")) {
            assertThat(problems("domains: {example.org: {primary: mx1.example.org}}\ningress:\n  " + door))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "ingress: it listens at 127.0.0.1:8025, and so would ops.listen: each needs a port of its"
                                    + " own");
        }
    }

    @Test
    void whoIsBelievedIsNamedNarrowly() {
        assertThat(problems("""
                        domains: {example.org: {primary: mx1.example.org}}
                        ingress:
                          xclient_networks: [192.0.2.1, 0.0.0.0/0]
                          etrn: {networks: [172.16.0.0/12]}
                          rspamd: {url: "localhost:11333"}
                        """))
                .containsExactly(
                        "ingress.etrn.networks: '172.16.0.0/12' is too wide: whoever is in it may have mail tried at any"
                                + " time (FILE line 4)",
                        "ingress.rspamd.url: 'localhost:11333' is not a URL, as in http://127.0.0.1:11333 (FILE line 5)",
                        "ingress.xclient_networks: '0.0.0.0/0' is too wide: whoever is in it may claim to be any client"
                                + " (FILE line 3)");
    }

    @Test
    void allProblemsAreReportedAtOnceAndNameTheirLines() {
        assertThat(problems("""
                        hostname: not a host
                        ingres: {listen: 0.0.0.0:25}
                        ingress:
                          max_eror: 5
                          max_errors: many
                          max_hops: 5
                          max_recipients: 1
                          listen: 0.0.0.0
                          command_timeout: 5 minuts
                          data_timeout: 300
                          max_message_bytes: 50M
                          bare_line_end: keep
                        worker: 5
                        """))
                .containsExactly(
                        "ingres: unknown key; did you mean ingress? (FILE line 2)",
                        "ingress.max_eror: unknown key; did you mean max_errors? (FILE line 4)",
                        "ingress.max_errors: 'many' is not a whole number (FILE line 5)",
                        "ingress.command_timeout: '5 minuts' is not a time: write numbers with the units"
                                + " w, d, h, m, s, ms, as in 90s, 1500ms or 1h30m (FILE line 9)",
                        "ingress.data_timeout: '300' has no unit: write 300s, 300m or another of ms, s, m, h, d, w"
                                + " (FILE line 10)",
                        "ingress.max_message_bytes: '50M' is not a size: write bytes, or a number with"
                                + " KiB, MiB, GiB, kB, MB or GB, as in 50MiB (FILE line 11)",
                        "ingress.bare_line_end: 'keep' is not one of reject, normalize (FILE line 12)",
                        "ingress.listen: '0.0.0.0' is not an address and a port, as in"
                                + " 0.0.0.0:25, localhost:2525 or [::1]:25 (FILE line 8)",
                        "ingress.max_recipients: 1 is not within 100..100000 (FILE line 7)",
                        "ingress.max_hops: 5 is not within 10..1000 (FILE line 6)",
                        "worker: is a section: write its keys below it, indented, as in worker.key (FILE line 13)",
                        "hostname: 'not a host' is not a host name, as in backup.example.org (FILE line 1)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hi\\r\\n250 there", "hi\\n", "hi\\r", "a\\tb", "gr\\u00fc\\u00df", "\\u007f"})
    void aBannerThatIsNotOneLineOfAsciiIsAProblem(String banner) {
        assertThat(problems("ingress: {banner: \"" + banner + "\"}\n"))
                .containsExactly(
                        "ingress.banner: is not one line of at most 200 printable ASCII characters (FILE line 1)");
    }

    @Test
    void aBannerThatDoesNotFitIntoAReplyIsAProblem() {
        Map<String, String> longest = Map.of("ingress.banner", "x".repeat(200));
        assertThat(ConfigLoader.load(Optional.empty(), Map.of(), longest)
                        .ingress()
                        .banner())
                .isPresent();
        assertThat(problems("ingress: {banner: " + "x".repeat(201) + "}\n")).hasSize(1);
    }

    @Test
    void aSpillLimitThatHoldsNotEvenOneMailIsAProblem() {
        assertThat(problems("ingress: {max_message_bytes: 100MiB, content_spill_limit_bytes: 99MiB}\n"))
                .containsExactly("ingress.content_spill_limit_bytes: 99MiB is less than max_message_bytes, 100MiB:"
                        + " the largest mails would never be taken (FILE line 1)");
    }

    @Test
    void outOfRangeTimesAndSizesAreShownAsTheyAreWritten() {
        assertThat(problems("""
                        ingress: {content_spill_bytes: 1MiB, stop_grace: 1h}
                        worker: {probe_interval: 10ms}
                        """))
                .containsExactly(
                        "ingress.content_spill_bytes: 1MiB is not within 1KiB..100KiB (FILE line 1)",
                        "ingress.stop_grace: 1h is not within 0s..10m (FILE line 1)",
                        "worker.probe_interval: 10ms is not within 500ms..1h (FILE line 2)");
    }

    @Test
    void aKeyLikeNoneNamesThoseThatExist() {
        assertThat(problems("ops: {zebra: 1}"))
                .containsExactly("ops.zebra: unknown key; the keys here are listen, token_file (FILE line 1)");
    }

    @Test
    void aKeyWrittenTwiceIsReportedWithBothLines() {
        assertThat(problems("""
                        ingress:
                          max_errors: 5
                          max_hops: 50
                          max_errors: 6
                        ingress: {}
                        """))
                .containsExactly(
                        "ingress.max_errors: is there twice; first FILE line 2 (FILE line 4)",
                        "ingress: is there twice; first FILE line 1 (FILE line 5)");
    }

    @Test
    void aDomainWrittenTwiceInTwoSpellingsIsReported() {
        assertThat(problems("domains: {a.test: mx.a.test, A.Test.: mx.a.test, 'no domain': mx.a.test}"))
                .containsExactly(
                        "domains.A.Test.: is the same domain as domains.a.test (FILE line 1)",
                        "domains.no domain: 'no domain' is not a domain name (FILE line 1)");
    }

    @Test
    void wrongShapesAreReported() {
        assertThat(problems("""
                        domains:
                          a.test: {primary: [mx.a.test], recipients: alice}
                          b.test: {primry: mx.b.test, recipients: [alice, ~, {x: y}]}
                          c.test: [mx.c.test]
                        ingress: [1]
                        data: {x: y}
                        """))
                .containsExactly(
                        "domains.a.test.primary: is a list, not a text (FILE line 2)",
                        "domains.a.test.recipients: is 'alice', not a list, as in [alice, bob] (FILE line 2)",
                        "domains.b.test.primry: unknown key; did you mean primary? (FILE line 3)",
                        "domains.b.test.recipients: holds nothing where a text should be (FILE line 3)",
                        "domains.c.test.primary: is a list, not a text (FILE line 4)",
                        "ingress: is a section: write its keys below it, indented, as in ingress.key (FILE line 5)",
                        "data: is a mapping, not a file name (FILE line 6)");
        assertThat(problems("domains: [a.test, b.test]"))
                .containsExactly("domains: is a mapping: write \"example.org: mx.example.org\" below it (FILE line 1)");
    }

    @Test
    void retryDelaysThatMakeNoScheduleAreReported() {
        assertThat(problems("retry: {delays: [5m, soon]}"))
                .containsExactly(
                        "retry.delays: 'soon' is not a time: write numbers with the units w, d, h, m, s, ms, as in"
                                + " 90s, 1500ms or 1h30m (FILE line 1)");
        assertThat(problems("retry: {delays: [5]}"))
                .containsExactly("retry.delays: '5' has no unit: write 5s, 5m or another of ms, s, m, h, d, w"
                        + " (FILE line 1)");
        assertThat(problems("retry: {delays: 5m}"))
                .containsExactly("retry.delays: is '5m', not a list of times, as in [5m, 10m, 1h] (FILE line 1)");
        assertThat(problems("retry: {delays: []}"))
                .containsExactly("retry.delays: is empty; write at least one time (FILE line 1)");
        assertThat(problems("retry: {delays: [10m, 5m]}"))
                .containsExactly("retry.delays: [10m, 5m] is not in ascending order (FILE line 1)");
        assertThat(problems("retry: {delays: [1500ms]}"))
                .containsExactly("retry.delays: 1s500ms is not whole seconds (FILE line 1)");
        assertThat(problems("retry: {delays: [0s, 1m]}"))
                .containsExactly("retry.delays: 0s is not within 1s..1d (FILE line 1)");
        assertThat(problems("retry: {delays: [1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s,1s]}"))
                .containsExactly("retry.delays: 17 times are more than 16; the last one repeats (FILE line 1)");
    }

    @Test
    void aDomainsRetriesAreReportedAsThoseOfAllAre() {
        assertThat(problems("""
                        domains:
                          A.test:
                            primary: mx.test
                            retry:
                              delays: [10m, 5m]
                              max_lifetime: 0s
                          b.test: {primary: mx.test, retry: 5m}
                          c.test: {primary: mx.test, retry: {delay: 5m, max_lifetime: 5}}
                        retry: {report_lifetime: 366d}
                        """))
                .containsExactly(
                        "domains.a.test.retry.delays: [10m, 5m] is not in ascending order (FILE line 5)",
                        "domains.a.test.retry.max_lifetime: 0s is not within 1s..365d (FILE line 6)",
                        "domains.b.test.retry: is a section: write its keys below it, indented, as in"
                                + " domains.b.test.retry.key (FILE line 7)",
                        "domains.c.test.retry.delay: unknown key; did you mean delays? (FILE line 8)",
                        "domains.c.test.retry.max_lifetime: '5' has no unit: write 5s, 5m or another of ms, s, m, h, d,"
                                + " w (FILE line 8)",
                        "retry.report_lifetime: 366d is not within 1s..365d (FILE line 9)");
    }

    /** All entries commented out must not open the domain to every address. */
    @Test
    void aKeyWithoutValueIsRefused() {
        assertThat(problems("""
                        relay_recipients:
                        relay_domains: ""
                        domains:
                          a.test:
                            primary: mx.a.test
                            recipients:
                            # - alice
                        """))
                .containsExactly(
                        "relay_recipients: has no value; remove the key (FILE line 1)",
                        "relay_domains: has no value; remove the key or write a file name (FILE line 2)",
                        "domains.a.test.recipients: has no value; write [] for none, or remove the key"
                                + " (FILE line 6)");
    }

    @Test
    void problemsOfEnvironmentAndCommandLineNameThem() {
        ConfigException e = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.load(
                        Optional.empty(),
                        Map.of(
                                "BACKUPMX_INGRESS__MAX_ERORS", "5",
                                "BACKUPMX_INGRESS__MAX_ERRORS", "0",
                                "BACKUPMX_HOSTNAM", "x",
                                "BACKUPMX_OPS", "127.0.0.1:1",
                                "BACKUPMX_DOMAINS", "{a.test: [",
                                "BACKUPMX_OPS__LISTEN__PORT", "1"),
                        Map.of("worker.idle_timeout", "5", "ingress.max_hops.x", "1", "data", "")));

        assertThat(e.problems())
                .containsExactlyInAnyOrder(
                        "hostnam: unknown key; did you mean hostname? (BACKUPMX_HOSTNAM)",
                        "ingress.max_erors: unknown key; did you mean max_errors? (BACKUPMX_INGRESS__MAX_ERORS)",
                        "ops.listen.port: unknown key (BACKUPMX_OPS__LISTEN__PORT)",
                        "BACKUPMX_DOMAINS: column 11: not YAML: expected the node content, but found '<stream end>'",
                        "ingress.max_hops.x: unknown key (command line)",
                        "data: has no value; remove the key or write a file name (command line)",
                        "ops: is a section: write its keys below it, indented, as in ops.key (BACKUPMX_OPS)",
                        "ingress.max_errors: 0 is not within 1..10000 (BACKUPMX_INGRESS__MAX_ERRORS)",
                        "worker.idle_timeout: '5' has no unit: write 5s, 5m or another of ms, s, m, h, d, w"
                                + " (command line)");
    }

    @Test
    void textThatIsNotYamlNamesLineAndColumnAndOtherSourcesAreStillJudged() throws IOException {
        Path file = write("ingress:\n  max_errors: 5\n max_hops: 3\n");

        ConfigException e = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.load(Optional.of(file), Map.of(), Map.of("ingress.max_erors", "1")));

        assertThat(e.problems()).hasSize(2);
        assertThat(e.problems().getFirst()).startsWith(file + " line 3, column 2: not YAML: ");
        assertThat(e.problems().getLast()).startsWith("ingress.max_erors: unknown key");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'listen: [::1]:25'               | 'FILE line 1, column 10: not YAML: expected the node content, but found '':''; a value that begins with [ needs quotes, as in "[::1]:25"'
            'ingress: {'                     | 'FILE line 1, column 11: not YAML: expected the node content, but found ''<stream end>'''
            '- a'                            | 'FILE: is not a mapping of keys to values, as in "data: /var/lib/backupmx"'
            'just text'                      | 'FILE: is not a mapping of keys to values, as in "data: /var/lib/backupmx"'
            """)
    void notAMapping(String yaml, String problem) {
        assertThat(problems(yaml)).containsExactly(problem);
    }

    @Test
    void tabsAliasesAndSecondDocumentsAreProblems() {
        assertThat(problems("ingress:\n\tmax_errors: 5\n"))
                .singleElement()
                .asString()
                .contains("line 2", "TAB");
        assertThat(problems("data: &d /x\nhostname: *d\n"))
                .contains("hostname: aliases (*d) are not supported; write the value itself (FILE line 2)");
        assertThat(problems("data: /x\n---\ndata: /y\n"))
                .containsExactly("FILE: holds a second document (behind a line \"---\"); only one is read");
    }

    @Test
    void anEmptyFileIsNoProblem() throws IOException {
        assertThat(ConfigLoader.load(Optional.of(write("# nothing yet\n")), Map.of(), Map.of())
                        .domains())
                .isEmpty();
    }

    @Test
    void aMissingFileSaysWhatToWrite() {
        Path file = directory.resolve("absent.yaml");

        assertThat(problemsOf(file))
                .singleElement()
                .asString()
                .startsWith(file + ": no such file; write one, for example:")
                .contains("    domains:\n      example.org: mx1.example.org");
    }

    @Test
    void aFileThatCannotBeReadIsAProblem() throws IOException {
        assertThat(problemsOf(directory)).singleElement().asString().startsWith(directory + ": cannot be read: ");
        Path latin1 = Files.write(directory.resolve("latin1"), "hostname: ä".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(problemsOf(latin1)).containsExactly(latin1 + ": is not UTF-8 text");
    }

    private List<String> problems(String yaml) {
        try {
            return problemsOf(write(yaml)).stream()
                    .map(problem ->
                            problem.replace(directory.resolve("backupmx.yaml").toString(), "FILE"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> problemsOf(Path file) {
        return catchThrowableOfType(
                        ConfigException.class, () -> ConfigLoader.load(Optional.of(file), Map.of(), Map.of()))
                .problems();
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("backupmx.yaml"), yaml);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.0.0.0/0    | would trust strangers: a network is no shorter than /8, of IPv6 /16; who means it names it in trusted_networks_confirmed, too
            ::/0         | would trust strangers: a network is no shorter than /8, of IPv6 /16; who means it names it in trusted_networks_confirmed, too
            128.0.0.0/7  | would trust strangers: a network is no shorter than /8, of IPv6 /16; who means it names it in trusted_networks_confirmed, too
            172.16.0.0/12 | would trust strangers: it holds 172.16.0.0/12, where everybody seems to be behind a container's proxy; who means it names it in trusted_networks_confirmed, too
            172.0.0.0/8  | would trust strangers: it holds 172.16.0.0/12, where everybody seems to be behind a container's proxy; who means it names it in trusted_networks_confirmed, too
            10.0.0.1/8   | is not one, for there are bits behind its prefix: write 10.0.0.0/8
            mail.test    | is not a network, as in 192.0.2.0/24 or 2001:db8::/32, or an address
            """)
    void networksThatCannotBeTrustedAreToldWithTheReason(String network, String problem) {
        assertThatThrownBy(() -> ConfigLoader.load(
                        Optional.empty(), Map.of(), Map.of("ingress.trusted_networks", "['" + network + "']")))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactly(
                                        "ingress.trusted_networks: '" + network + "' " + problem + " (command line)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "::/0", "172.16.0.0/12"})
    void aNetworkOfStrangersIsTrustedByWhoSaysItTwice(String network) {
        IngressConfig ingress = ConfigLoader.load(
                        Optional.empty(),
                        Map.of(),
                        Map.of(
                                "ingress.trusted_networks", "['192.0.2.0/24', '" + network + "']",
                                "ingress.trusted_networks_confirmed", "['" + network + "']"))
                .ingress();

        assertThat(ingress.trusted().list()).hasSize(2);
    }

    @Test
    void onlyWhatIsTrustedCanBeConfirmed() {
        assertThatThrownBy(() -> ConfigLoader.load(
                        Optional.empty(), Map.of(), Map.of("ingress.trusted_networks_confirmed", "['0.0.0.0/0']")))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactly("ingress.trusted_networks_confirmed: '0.0.0.0/0' is not in"
                                        + " trusted_networks (command line)"));
    }
}
