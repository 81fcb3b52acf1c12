package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.config.ConfigException;
import io.backupmx.config.DomainRetry;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tables say of when a domain's mail is tried again. */
final class DomainRetryTest {

    private static final DomainRetry OWN =
            new DomainRetry(Optional.of(List.of(Duration.ofHours(2))), Optional.of(Duration.ofDays(10)));

    @TempDir
    private Path directory;

    private ConfiguredRelayTables tables(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), yaml);
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of()).tables();
    }

    private static ForwardPath path(String address) {
        return ForwardPath.parse("<" + address + ">").orElseThrow();
    }

    @Test
    void aDomainsWordIsForItAndForTheSubdomainsThatComeWithIt() throws IOException {
        RelayTables tables = tables("""
                domains:
                  own.test: {primary: mx1.test, subdomains: accept, retry: {delays: [2h], max_lifetime: 10d}}
                  other.own.test: mx1.test
                  empty.test: {primary: mx1.test, retry: {}}
                  usual.test: mx1.test
                """);

        assertThat(tables.retry(path("a@OWN.test"))).contains(OWN);
        assertThat(tables.retry(path("a@deep.sub.own.test"))).contains(OWN);
        assertThat(tables.retry(path("postmaster")))
                .as("it is the first domain's")
                .contains(OWN);
        assertThat(tables.retry(path("a@other.own.test"))).isEmpty();
        assertThat(tables.retry(path("a@empty.test"))).isEmpty();
        assertThat(tables.retry(path("a@usual.test"))).isEmpty();
        assertThat(tables.retry(path("a@elsewhere.test"))).isEmpty();
        assertThat(tables.retries()).containsExactly(OWN);
        CurrentTables current = new CurrentTables(tables("domains: {usual.test: mx1.test}"));
        assertThat(current.retries()).isEmpty();
        current.replace(tables);
        assertThat(current.retry(path("a@own.test"))).contains(OWN);
        assertThat(current.retries()).containsExactly(OWN);
    }

    @Test
    void whoAsksIsToldOfIt() throws IOException {
        assertThat(tables("domains: {own.test: {primary: mx1.test, retry: {delays: [2h], max_lifetime: 10d}}}")
                        .explain(path("a@own.test"))
                        .retry())
                .contains(OWN);
    }

    @Test
    void allDomainsTogetherHaveNoMoreTimesThanCanBeServed() throws IOException {
        assertThat(tables(domainsWithTimes(27)).retries()).hasSize(27); // five are those of all domains

        assertThatThrownBy(() -> tables(domainsWithTimes(29)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("domains.d28.test.retry.delays: retry.delays and those of all domains are 34"
                        + " different times, and no more than 32 can be served: use the same ones for many domains");
    }

    /** Each with one of its own, and one that others have, too. */
    private static String domainsWithTimes(int number) {
        return IntStream.rangeClosed(1, number)
                .mapToObj(i -> "  d%d.test: {primary: mx1.test, retry: {delays: [5m, %ds]}}".formatted(i, 10_000 + i))
                .collect(Collectors.joining("\n", "domains:\n", "\n"));
    }
}
