package io.backupmx.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteChoiceTest {

    private static final List<String> NAMES = List.of(
            "smtp:[mx1.example.org]:25",
            "smtp:[mx1.example.org]:2525",
            "smtp:[example.net]:25",
            "smtp:[mx.example.net]:25,[2001:db8::25]:25");

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "smtp:[mx1.example.org]:25 smtp:[mx1.example.org]:25",
                "SMTP:[MX1.Example.Org] smtp:[mx1.example.org]:25",
                "[mx1.example.org]:25 smtp:[mx1.example.org]:25",
                ":2525 smtp:[mx1.example.org]:2525",
                "example.net smtp:[example.net]:25",
                "mx.example smtp:[mx.example.net]:25,[2001:db8::25]:25",
                "2001:db8::25 smtp:[mx.example.net]:25,[2001:db8::25]:25"
            })
    void whatIsMeantIsFound(String text, String route) {
        assertThat(RouteChoice.among(NAMES, text)).isEqualTo(route);
    }

    @Test
    void severalAreNamed() {
        assertThatThrownBy(() -> RouteChoice.among(NAMES, "mx1.example.org"))
                .isInstanceOf(CliException.class)
                .hasMessage("'mx1.example.org' may be smtp:[mx1.example.org]:25 or smtp:[mx1.example.org]:2525:"
                        + " say which");
    }

    @Test
    void manyAreAbridged() {
        List<String> names = IntStream.range(0, 100)
                .mapToObj(i -> "smtp:[mx" + i + ".example.org]:25")
                .toList();

        assertThatThrownBy(() -> RouteChoice.among(names, "example.org"))
                .hasMessageEndingWith(" and 95 more: say which");
    }

    @ParameterizedTest
    @CsvSource({"mx9", "''"})
    void noneIsSaid(String text) {
        assertThatThrownBy(() -> RouteChoice.among(NAMES, text))
                .isInstanceOf(CliException.class)
                .hasMessage("no route is '" + text + "': 'backupmx route' lists them");
    }
}
