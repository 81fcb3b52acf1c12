package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Failures;
import io.backupmx.smtp.ForwardPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose sender is told of failed mail, as the tables have it. */
final class FailuresTest {

    @TempDir
    private Path directory;

    private Optional<Failures> failures(String address) throws IOException {
        Path file = Files.writeString(directory.resolve("backupmx.yaml"), """
                domains:
                  told.test: {primary: mx1.test, failures: bounce}
                  usual.test: mx1.test
                """);
        return CheckedConfig.load(Optional.of(file), Map.of(), Map.of())
                .tables()
                .failures(ForwardPath.parse("<" + address + ">").orElseThrow());
    }

    @Test
    void aDomainMaySayItForItself() throws IOException {
        assertThat(failures("a@told.test")).contains(Failures.BOUNCE);
        assertThat(failures("a@usual.test")).isEmpty();
    }

    /** Its mail may be on a route that others go by, and be refused there since it left the configuration. */
    @Test
    void aDomainThatIsOursNoMoreIsAnOperatorsToDecide() throws IOException {
        assertThat(failures("a@gone.test")).contains(Failures.QUARANTINE);
    }
}
