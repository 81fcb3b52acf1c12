package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoticesConfigTest {

    private static final Map<String, String> SOUND = Map.of(
            "notices.to",
            "[ops@elsewhere.example]",
            "notices.smarthost",
            "mail.elsewhere.example:587",
            "domains.example.org",
            "mx.example.org");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            notices.to=[]                      | notices.to: is empty
            notices.to=[nobody]                | notices.to: 'nobody' is not an address
            notices.smarthost=mail.example     | notices.smarthost: 'mail.example' is not a host and a port
            notices.smarthost=mail.example:0   | notices.smarthost: 'mail.example:0' is not a host and a port
            notices.from=nobody                | notices.from: 'nobody' is not an address
            notices.user=backup                | notices.user: has no password
            notices.down_after=0s              | notices.down_after: 0s is not within
            notices.digest_at=24:00            | notices.digest_at: '24:00' is not a time of day
            notices.digest_at=6am              | notices.digest_at: '6am' is not a time of day
            failed.retention=1s                | failed.retention: 1s is not within
            failed.max_share_percent=0         | failed.max_share_percent: 0 is not within
            """)
    void whatMakesNoSenseIsSaid(String setting, String problem) {
        String[] parts = setting.split("=", 2);
        Map<String, String> settings = new HashMap<>(SOUND);
        settings.put(parts[0], parts[1]);

        assertThatThrownBy(() -> ConfigLoader.load(Optional.empty(), Map.of(), settings))
                .isInstanceOfSatisfying(
                        ConfigException.class, e -> assertThat(e.problems()).anyMatch(one -> one.startsWith(problem)));
    }

    @Test
    void aTimeOfDayIsOneAndOffIsNone() {
        Map<String, String> settings = new HashMap<>(SOUND);
        assertThat(ConfigLoader.load(Optional.empty(), Map.of(), settings)
                        .notices()
                        .digestTime())
                .contains(LocalTime.of(6, 0));
        settings.put("notices.digest_at", "off");
        NoticesConfig notices =
                ConfigLoader.load(Optional.empty(), Map.of(), settings).notices();
        assertThat(notices.digestTime()).isEmpty();
        assertThat(notices.areWanted()).isTrue();
        assertThat(NoticesConfig.DEFAULT.areWanted()).isFalse();
    }
}
