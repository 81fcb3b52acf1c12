package io.backupmx.ingress.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlacesTest {

    private static final Optional<ClientNetwork> ONE = Optional.of(ClientNetwork.of("192.0.2.1"));
    private static final Optional<ClientNetwork> OTHER = Optional.of(ClientNetwork.of("192.0.2.2"));

    private final Places places = new Places(5, 2, 3);
    private final List<String> begun = new ArrayList<>();

    private Optional<Places.Waiting> await(Optional<ClientNetwork> client, String name) {
        return places.await(client, () -> begun.add(name));
    }

    @Test
    void oneClientLeavesPlacesToOthers() {
        assertThat(places.take(ONE)).isTrue();
        assertThat(places.take(ONE)).isTrue();
        assertThat(places.take(ONE)).isFalse();
        assertThat(places.take(OTHER)).isTrue();
        assertThat(places.take(Optional.empty())).isTrue();
        assertThat(places.take(Optional.empty())).isTrue();
        assertThat(places.take(OTHER)).as("all are taken").isFalse();
        places.leave(ONE);
        assertThat(places.take(OTHER)).isTrue();
        assertThat(places.take(ONE)).isFalse();
    }

    @Test
    void aPlaceGoesToTheFirstWhoMayHaveIt() {
        await(ONE, "a");
        await(ONE, "b");
        await(ONE, "c");
        await(OTHER, "d");
        await(OTHER, "e");
        await(OTHER, "f");
        assertThat(begun).containsExactly("a", "b", "d", "e");
        places.leave(OTHER);
        assertThat(begun).endsWith("f");
        places.leave(ONE);
        assertThat(begun).endsWith("f", "c");
    }

    @Test
    void whoGivesUpGetsNone() {
        places.take(ONE);
        places.take(ONE);
        Places.Waiting impatient = await(ONE, "a").orElseThrow();
        await(ONE, "b");
        assertThat(places.giveUp(impatient)).isTrue();
        places.leave(ONE);
        assertThat(begun).containsExactly("b");
        assertThat(places.giveUp(impatient)).isFalse();
    }

    @Test
    void fewMayWait() {
        places.take(ONE);
        places.take(ONE);
        for (int i = 0; i < 3; i++) {
            assertThat(await(ONE, "waits")).isPresent();
        }
        assertThat(await(ONE, "too many")).isEmpty();
        assertThat(await(OTHER, "other")).isPresent();
        assertThat(begun).containsExactly("other");
    }

    @Test
    void allAreFreeInTheEnd() {
        for (int i = 0; i < 5; i++) {
            await(ONE, "one");
        }
        for (int i = 0; i < 5; i++) {
            places.leave(ONE);
        }
        assertThat(begun).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(places.take(Optional.empty())).isTrue();
        }
    }
}
