package io.backupmx.worker.postfix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpansionTest {

    private final Map<String, String> parameters = new HashMap<>(
            Map.of("a", "x", "b", "$a-$a", "empty", "", "n_1", "under", "loop", "$pool", "pool", "${loop}"));
    private final List<String> problems = new ArrayList<>();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            plain               | plain
            $a.org              | x.org
            ${a}b               | xb
            $(a)b               | xb
            <$b>                | <x-x>
            $n_1                | under
            $none.              | .
            $$a                 | $a
            ${a?set}            | set
            ${a?{set}}          | set
            ${a?{set $a}:{not}} | set x
            ${empty?{set}:{not}}| not
            ${empty?{set}:not}  | not
            ${empty?set}.       | .
            ${empty:not}        | not
            ${empty:{not $a}}   | not x
            ${a:not}.           | .
            ${stress?{10}:{300}}s | 300s
            a$                  | a$
            $ a                 | $ a
            """)
    void textIsExpanded(String text, String expected) {
        assertThat(expand(text)).isEqualTo(expected);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            $loop.                          | refers to itself
            ${loop?x}.                      | refers to itself
            ${{$a} == {x} ? {yes} : {no}}.  | comparisons are not evaluated
            ${a                             | is not closed
            ${a!x}.                         | is not understood
            """)
    void whatCannotBeIsToldAndSaysNothing(String text, String problem) {
        assertThat(expand(text)).isIn(".", "");
        assertThat(problems).singleElement().asString().contains(problem);
    }

    @Test
    void whatGrowsWithoutBoundsIsCut() {
        parameters.put("p0", "0123456789");
        for (int i = 1; i < 40; i++) {
            parameters.put("p" + i, "$p" + (i - 1) + "$p" + (i - 1));
        }

        assertThat(expand("$p39")).hasSizeLessThan(100_000);
        assertThat(problems).singleElement().asString().contains("is longer than");
    }

    @Test
    void whatIsNestedWithoutBoundsIsCut() {
        for (int i = 1; i < 10_000; i++) {
            parameters.put("p" + i, "$p" + (i - 1));
        }

        assertThat(expand("$p9999")).isEmpty();
        assertThat(problems).singleElement().asString().contains("nested too deeply");
        assertThat(expand("${".repeat(20_000))).isEmpty();
        assertThat(expand("${a?{".repeat(20_000) + "}}".repeat(20_000))).isEmpty();
    }

    private String expand(String text) {
        return new Expansion(name -> Optional.ofNullable(parameters.get(name)), problems::add).expand(text);
    }
}
