package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class SqlQueryTest {

    private static void becomes(String query, String sql, String... parameters) {
        SqlQuery parsed = SqlQuery.parse(query);
        assertThat(parsed.sql()).isEqualTo(sql);
        assertThat(parsed.parameters().stream()
                        .map(parameter -> parameter.expand("o'bob@example.org", UnaryOperator.identity()))
                        .toList())
                .isEqualTo(List.of(parameters));
    }

    @Test
    void placesBecomeParameters() {
        becomes("SELECT 1 FROM m WHERE a = %s", "SELECT 1 FROM m WHERE a = ?", "o'bob@example.org");
        becomes("SELECT 1 WHERE u=%u AND d=%d", "SELECT 1 WHERE u=? AND d=?", "o'bob", "example.org");
    }

    /** As for Postfix, which puts the address between the quotes. */
    @Test
    void quotesAroundPlacesAreTakenAway() {
        becomes("SELECT 1 WHERE a = '%s'", "SELECT 1 WHERE a = ?", "o'bob@example.org");
        becomes("SELECT 1 WHERE a = \"%s\"", "SELECT 1 WHERE a = ?", "o'bob@example.org");
    }

    @Test
    void aTextWithPlacesIsOneParameter() {
        becomes("a LIKE '%u@%d%%' AND b", "a LIKE ? AND b", "o'bob@example.org%");
        becomes("a = 'it''s %u'", "a = ?", "it's o'bob");
    }

    @Test
    void aTextWithoutPlacesStays() {
        becomes(
                "a = 'it''s ?' AND b LIKE 'x%%' AND c %% 2 = %u",
                "a = 'it''s ?' AND b LIKE 'x%' AND c % 2 = ?", "o'bob");
    }

    @Test
    void mistakesAreTold() {
        for (String query : List.of("a = '%s", "a = ?", "a = %x", "a LIKE '%foo' AND b = %s")) {
            assertThatThrownBy(() -> SqlQuery.parse(query)).as(query).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
