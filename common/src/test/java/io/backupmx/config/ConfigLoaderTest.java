package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {

    @TempDir
    private Path directory;

    @Test
    void nothingSaidIsTheDefault() {
        assertThat(ConfigLoader.load(Optional.empty(), Map.of(), Map.of())).isEqualTo(Config.DEFAULT);
    }

    @Test
    void everyDefaultSurvivesBeingWrittenAndRead() throws IOException {
        String written = ConfigJson.MAPPER.writeValueAsString(Config.DEFAULT);

        assertThat(ConfigJson.MAPPER.readValue(written, Config.class)).isEqualTo(Config.DEFAULT);
    }

    @Test
    void aDomainsShortFormAndFurtherKeysOfItAddUpInAnyOrder() throws IOException {
        Path file = write("domains: {example.org: filemx}");
        SequencedMap<String, String> said = new LinkedHashMap<>();
        said.put("domains.example.org", "climx");
        said.put("domains.example.org.recipients", "[alice]");
        DomainConfig both = new DomainConfig(Optional.of("climx"), Optional.of(List.of("alice")));

        assertThat(ConfigLoader.load(Optional.of(file), Map.of(), said).domains())
                .containsExactly(entry("example.org", both));
        assertThat(ConfigLoader.load(Optional.of(file), Map.of(), said.reversed())
                        .domains())
                .containsExactly(entry("example.org", both));
    }

    @Test
    void exampleLoads() throws IOException {
        Config config = load(ConfigLoader.EXAMPLE);

        assertThat(config.domains().get("example.org"))
                .isEqualTo(new DomainConfig(Optional.of("mx1.example.org"), Optional.empty()));
        assertThat(config.data()).isEqualTo(Path.of("/var/lib/backupmx"));
    }

    @Test
    void valuesOfEveryKindAreRead() throws IOException {
        Config config = load("""
                hostname: backup.example.org
                ingress:
                  listen: "[::1]:2525"
                  banner: no spam, 100% welcome
                  max_message_bytes: 100MB
                  content_heap_bytes: 64MiB
                  content_spill_bytes: 2048
                  max_errors: 010
                  command_timeout: 1m30s
                  bare_line_end: Normalize
                worker: {probe_interval: 500ms, mail_timeout: 2 m}
                spool:
                  broker: tcp://broker:61616
                  password_file: secret/broker
                ops:
                """);

        assertThat(config.hostname()).contains("backup.example.org");
        assertThat(config.ingress().listenAddress()).isEqualTo(new HostPort("::1", 2525));
        assertThat(config.ingress().banner()).contains("no spam, 100% welcome");
        assertThat(config.ingress().maxMessageBytes()).isEqualTo(100_000_000);
        assertThat(config.ingress().contentHeapBytes()).isEqualTo(64 << 20);
        assertThat(config.ingress().contentSpillBytes()).isEqualTo(2048);
        assertThat(config.ingress().maxErrors()).isEqualTo(10);
        assertThat(config.ingress().commandTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.ingress().bareLineEnd()).isEqualTo(IngressConfig.BareLineEnd.NORMALIZE);
        assertThat(config.worker().probeInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.worker().mailTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.spool().broker()).contains("tcp://broker:61616");
        assertThat(config.ops()).isEqualTo(OpsConfig.DEFAULT);
    }

    @Test
    void keysNotSaidKeepTheirDefaults() throws IOException {
        Config config = load("ingress: {max_errors: 7}");

        assertThat(config.ingress().maxErrors()).isEqualTo(7);
        assertThat(config.ingress().maxHops()).isEqualTo(IngressConfig.DEFAULT.maxHops());
        assertThat(config.worker()).isEqualTo(WorkerConfig.DEFAULT);
    }

    @Test
    void domainsKeepTheirOrderAndHaveAShortForm() throws IOException {
        Config config = load("""
                domains:
                  zebra.test: 127.0.0.1:2526
                  Alpha.TEST.:
                    primary: mx.alpha.test
                    recipients: [alice, bob@alpha.test]
                  middle.test:
                  bücher.test: "[::1]:25"
                """);

        assertThat(config.domains())
                .containsExactly(
                        entry("zebra.test", new DomainConfig(Optional.of("127.0.0.1:2526"), Optional.empty())),
                        entry(
                                "alpha.test",
                                new DomainConfig(
                                        Optional.of("mx.alpha.test"), Optional.of(List.of("alice", "bob@alpha.test")))),
                        entry("middle.test", new DomainConfig(Optional.empty(), Optional.empty())),
                        entry("xn--bcher-kva.test", new DomainConfig(Optional.of("[::1]:25"), Optional.empty())));
    }

    @Test
    void environmentIsStrongerThanTheFileAndTheCommandLineThanBoth() throws IOException {
        Path file = write("ingress: {max_errors: 1, max_hops: 11, max_recipients: 101}");

        Config config = ConfigLoader.load(
                Optional.of(file),
                Map.of("BACKUPMX_INGRESS__MAX_HOPS", "12", "BACKUPMX_INGRESS__MAX_RECIPIENTS", "102"),
                Map.of("ingress.max_recipients", "103"));

        assertThat(config.ingress().maxErrors()).isEqualTo(1);
        assertThat(config.ingress().maxHops()).isEqualTo(12);
        assertThat(config.ingress().maxRecipients()).isEqualTo(103);
    }

    @Test
    void domainsOfAllSourcesComeTogether() throws IOException {
        Path file = write("domains: {a.test: {primary: mx.a.test, recipients: [alice]}}");
        Map<String, String> overrides = new LinkedHashMap<>();
        overrides.put("domains.A.Test", "127.0.0.1:2526");
        overrides.put("domains.b.test.primary", "mx.b.test");
        overrides.put("domains.b.test.recipients", "[bob]");

        Config config =
                ConfigLoader.load(Optional.of(file), Map.of("BACKUPMX_DOMAINS", "{c.test: mx.c.test}"), overrides);

        assertThat(config.domains())
                .containsExactly(
                        entry("a.test", new DomainConfig(Optional.of("127.0.0.1:2526"), Optional.of(List.of("alice")))),
                        entry("c.test", new DomainConfig(Optional.of("mx.c.test"), Optional.empty())),
                        entry("b.test", new DomainConfig(Optional.of("mx.b.test"), Optional.of(List.of("bob")))));
    }

    @Test
    void aDomainsRetriesComeKeyByKeyFromAnywhere() throws IOException {
        Path file = write(
                "domains: {a.test: {primary: mx.a.test, retry: {delays: [5m, 1h], max_lifetime: 10d}}, b.test: mx}");
        Map<String, String> overrides = new LinkedHashMap<>();
        overrides.put("domains.a.test.retry.max_lifetime", "7d");
        overrides.put("domains.b.test.retry.delays", "[2h]");

        Config config = ConfigLoader.load(Optional.of(file), Map.of(), overrides);

        assertThat(config.domains().keySet()).containsExactly("a.test", "b.test");
        assertThat(config.domains().values())
                .extracting(DomainConfig::retry)
                .containsExactly(
                        Optional.of(new DomainRetry(
                                Optional.of(List.of(Duration.ofMinutes(5), Duration.ofHours(1))),
                                Optional.of(Duration.ofDays(7)))),
                        Optional.of(new DomainRetry(Optional.of(List.of(Duration.ofHours(2))), Optional.empty())));
        assertThat(config.longestLifetime()).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void fileNamesInTheFileAreRelativeToItAndOthersToTheWorkingDirectory() throws IOException {
        Path file = write("""
                transport: maps/transport
                relay_domains: /etc/relay_domains
                spool: {password_file: secret}
                recipient_sources: {http: {staff: {url: "https://x.test/", token_file: token}}}
                """);

        Config config =
                ConfigLoader.load(Optional.of(file), Map.of("BACKUPMX_RELAY_RECIPIENTS", "here/recipients"), Map.of());

        assertThat(config.transport()).contains(directory.resolve("maps/transport"));
        assertThat(config.relayDomains()).contains(Path.of("/etc/relay_domains"));
        assertThat(config.spool().passwordFile()).contains(directory.resolve("secret"));
        assertThat(config.recipientSources().http().get("staff").tokenFile()).contains(directory.resolve("token"));
        assertThat(config.relayRecipients()).contains(Path.of("here/recipients"));
        assertThat(config.data()).isEqualTo(directory.resolve("data"));
        assertThat(ConfigLoader.load(Optional.of(file), Map.of(), Map.of("data", "./data"))
                        .data())
                .isEqualTo(Path.of("./data"));
    }

    @Test
    void variablesThatContainersInjectAreNoSettings() {
        Map<String, String> injected = Map.of(
                "BACKUPMX_SERVICE_HOST", "10.0.0.1",
                "BACKUPMX_SMTP_SERVICE_PORT_SMTP", "25",
                "BACKUPMX_PORT", "tcp://10.0.0.1:25",
                "BACKUPMX_PORT_25_TCP_ADDR", "10.0.0.1",
                "BACKUPMX_HOSTNAME", "",
                "PATH", "/bin");

        assertThat(ConfigLoader.load(Optional.empty(), injected, Map.of())).isEqualTo(Config.DEFAULT);
    }

    private Config load(String yaml) throws IOException {
        return ConfigLoader.load(Optional.of(write(yaml)), Map.of(), Map.of());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("backupmx.yaml"), yaml);
    }
}
