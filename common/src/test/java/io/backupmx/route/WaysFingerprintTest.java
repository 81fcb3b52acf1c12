package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether two processes would send everybody's mail the same way. */
final class WaysFingerprintTest {

    @TempDir
    private Path directory;

    private String ways(String domains) throws IOException {
        return ways(domains, "");
    }

    private String ways(String domains, String transport) throws IOException {
        Path lines = Files.writeString(directory.resolve("transport"), transport);
        Path file = Files.writeString(
                directory.resolve("backupmx.yaml"), "transport: " + lines + "\ndomains: {" + domains + "}");
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of())
                .tables()
                .ways();
    }

    @Test
    void theOrderAndTheRecipientsDoNotMatter() throws IOException {
        String usual = ways(
                "z.test: mx1.test, a.test: mx1.test, b.test: mx2.test", "x@a.test smtp:[mx3.test]\n.b.test error:no\n");

        assertThat(ways(
                        "z.test: mx1.test, b.test: mx2.test, a.test: {primary: mx1.test, recipients: [x]}",
                        "# other lines\n.b.test error:no\nx@a.test smtp:[mx3.test]\n"))
                .isEqualTo(usual)
                .hasSize(32);
    }

    @Test
    void everyWayMatters() throws IOException {
        String usual = ways("a.test: mx1.test, b.test: mx2.test");

        assertThat(ways("a.test: mx2.test, b.test: mx2.test")).isNotEqualTo(usual);
        assertThat(ways("a.test: mx1.test")).isNotEqualTo(usual);
        assertThat(ways("b.test: mx2.test, a.test: mx1.test")).isNotEqualTo(usual); // whose is the bare postmaster
        assertThat(ways("a.test: {primary: mx1.test, hold: true}, b.test: mx2.test"))
                .isNotEqualTo(usual);
        assertThat(ways("a.test: {primary: mx1.test, subdomains: accept}, b.test: mx2.test"))
                .isNotEqualTo(usual);
        assertThat(ways("a.test: mx1.test, b.test: mx2.test", "x@a.test smtp:[mx3.test]\n"))
                .isNotEqualTo(usual);
    }
}
