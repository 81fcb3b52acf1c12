package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AddressTemplateTest {

    private static String expand(String template, String address) {
        return AddressTemplate.parse(template).expand(address, UnaryOperator.identity());
    }

    @Test
    void hasPlacesForTheAddressAndItsParts() {
        assertThat(expand("(mail=%s)", "bob@example.org")).isEqualTo("(mail=bob@example.org)");
        assertThat(expand("(&(uid=%u)(o=%d))", "bob@example.org")).isEqualTo("(&(uid=bob)(o=example.org))");
        assertThat(expand("%u%u", "a@b")).isEqualTo("aa");
    }

    @Test
    void theLastAtDivides() {
        assertThat(expand("%u|%d", "a@b@example.org")).isEqualTo("a@b|example.org");
    }

    @Test
    void twoPercentSignsAreOne() {
        assertThat(expand("100%% %%s %s", "a@b")).isEqualTo("100% %s a@b");
    }

    @Test
    void whatIsInTheAddressIsNoPlace() {
        assertThat(expand("<%s>", "%d%%u@b")).isEqualTo("<%d%%u@b>");
    }

    @Test
    void onlyWhatComesFromTheAddressIsEncoded() {
        assertThat(AddressTemplate.parse("x%u").expand("a@b", text -> text.toUpperCase(Locale.ROOT)))
                .isEqualTo("xA");
    }

    @Test
    void aPlaceNobodyKnowsIsAMistake() {
        for (String template : new String[] {"%x", "(mail=%S)", "%1", "100%", "50% %s"}) {
            assertThatThrownBy(() -> AddressTemplate.parse(template))
                    .as(template)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a percent sign is written %%");
        }
    }
}
