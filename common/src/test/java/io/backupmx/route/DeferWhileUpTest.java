package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.ConfigLoader;
import io.backupmx.smtp.ForwardPath;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose senders are told to come again while the primary is up. */
final class DeferWhileUpTest {

    private static ConfiguredRelayTables tables(String... domains) {
        return RelayTablesLoader.load(ConfigLoader.load(
                Optional.empty(), Map.of(), Map.of("domains", "{" + String.join(", ", domains) + "}")));
    }

    private static ForwardPath path(String address) {
        return ForwardPath.parse("<" + address + ">").orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            x@all.test,           true
            X@ALL.test,           true
            postmaster@all.test,  false
            Abuse@all.test,       false
            postmaster,           false
            x@sub.all.test,       false
            x@off.test,           false
            x@unsaid.test,        false
            x@below.test,         true
            abuse@sub.below.test, false
            x@own.below.test,     false
            x@a.never.below.test, false
            x@a.b.below.test,     true
            x@elsewhere.test,     false
            """)
    void aDomainSpeaksForItselfAndForSubdomainsThatAreTaken(String address, boolean deferred) {
        ConfiguredRelayTables tables = tables(
                "all.test: {primary: mx, defer_while_up: all}",
                "off.test: {primary: mx, defer_while_up: off}",
                "unsaid.test: mx",
                "below.test: {primary: mx, subdomains: accept, defer_while_up: all}",
                "own.below.test: mx",
                "never.below.test: {primary: mx, subdomains: accept, defer_while_up: off}");
        assertThat(tables.defersWhileUp(path(address))).isEqualTo(deferred);
        assertThat(tables.explain(path(address)).defersWhileUp()).isEqualTo(deferred);
    }

    @Test
    void withoutAWordNobodysAre() {
        ConfiguredRelayTables tables = tables("off.test: {primary: mx, defer_while_up: off}", "unsaid.test: mx");
        assertThat(tables.defersWhileUp(path("x@off.test"))).isFalse();
    }
}
