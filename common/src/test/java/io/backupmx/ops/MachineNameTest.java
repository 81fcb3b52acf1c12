package io.backupmx.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.backupmx.smtp.Domain;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MachineNameTest {

    @Test
    void configuredNameCountsAndNeedsNoWarning() {
        MachineName name = MachineName.of(Optional.of("MX2.example.org"));

        assertThat(name).isEqualTo(new MachineName(Domain.of("mx2.example.org"), Optional.empty()));
    }

    @Test
    void nonsenseIsRefusedWithItsKey() {
        assertThatThrownBy(() -> MachineName.of(Optional.of("mx 2")))
                .isInstanceOf(StartException.class)
                .hasMessage("hostname: 'mx 2' is not a domain name");
    }

    @Test
    void machinesOwnNameIsFullyQualifiedOrComesWithAWarning() {
        MachineName name = MachineName.of(Optional.empty());

        assertThat(name.warning().isPresent()).isEqualTo(name.domain().name().equals("localhost"));
        assertThat(name.domain().name()).matches("localhost|.+\\..+");
    }
}
