package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PermitMxBackupConfigTest {

    private static Config load(String setting) {
        String[] parts = setting.split("=", 2);
        return ConfigLoader.load(Optional.empty(), Map.of(), Map.of(parts[0], parts[1]));
    }

    @Test
    void networksOfAnyUsualSizeAreTaken() {
        assertThat(Config.DEFAULT.permitMxBackup().allowed()).isEmpty();
        assertThat(
                        load("permit_mx_backup.networks=[192.0.2.0/24, 10.0.0.0/8, 198.51.100.7, '2001:db8::/32', '2a02:f000::/20']")
                                .permitMxBackup()
                                .allowed())
                .map(Networks::toString)
                .contains(
                        "192.0.2.0/24, 10.0.0.0/8, 198.51.100.7/32, 2001:db8:0:0:0:0:0:0/32, 2a02:f000:0:0:0:0:0:0/20");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            networks=[]                                   | networks: is empty: without networks no domain is backed up
            recipient_sources=[primary]                   | networks: is missing: the addresses of the primaries
            unknown_recipients=accept                     | networks: is missing: the addresses of the primaries
            unlisted_recipients=accept                    | networks: is missing: the addresses of the primaries
            networks=[mx.example.org]                     | networks: 'mx.example.org' is not a network, as in 192.0.2.0/24
            networks=[192.0.2.1/24]                       | networks: '192.0.2.1/24' has bits beyond its prefix: write 192.0.2.0/24
            networks=[0.0.0.0/0]                          | networks: '0.0.0.0/0' is too wide: whoever
            networks=[192.0.2.0/24, 128.0.0.0/1]          | networks: '128.0.0.0/1' is too wide: whoever
            networks=['::/0']                             | networks: '::/0' is too wide: whoever
            networks=['2000::/3']                         | networks: '2000::/3' is too wide: whoever
            networks=['2002:c000::/20']                   | networks: '2002:c000::/20' is too wide: whoever
            networks=['64:ff9b::/96']                     | networks: '64:ff9b::/96' is too wide: whoever has an address in it could have his mail relayed; here no wider than /104
            networks=['64:ff9b::/32']                     | networks: '64:ff9b::/32' is too wide: whoever
            networks=[12.0.0.0/8, 13.0.0.0/8, 14.0.0.0/8] | networks: are too wide together
            networks=192.0.2.0/24                         | networks: is '192.0.2.0/24', not a list
            """)
    void whatMakesNoSenseOrAnOpenRelayIsRefused(String setting, String problem) {

        assertThatThrownBy(() -> load("permit_mx_backup." + setting))
                .isInstanceOfSatisfying(ConfigException.class, e -> {
                    assertThat(e.problems()).singleElement().asString().startsWith("permit_mx_backup." + problem);
                    assertThat(e.usable().permitMxBackup()).isEqualTo(PermitMxBackupConfig.DEFAULT);
                });
    }

    @Test
    void manyNetworksMakeNoWideOne() {
        String halves =
                IntStream.range(0, 8).mapToObj(i -> (i * 32) + ".0.0.0/9").collect(Collectors.joining(", "));

        assertThatThrownBy(() -> load("permit_mx_backup.networks=[" + halves + "]"))
                .hasMessageContaining("are too wide together");
        assertThat(load("permit_mx_backup.networks=[" + halves.replace("/9", "/10") + "]")
                        .permitMxBackup()
                        .allowed())
                .isPresent();
    }

    @Test
    void theSectionIsOneOfTheTables() {
        assertThat(Config.DEFAULT.keysToRestartFor(load("permit_mx_backup.networks=[192.0.2.0/24]")))
                .isEqualTo(List.of());
    }
}
