package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.Extensions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GreetedHostsTest {

    private static final NextHop ONE = new NextHop("mx1.example.test", 25);
    private static final NextHop OTHER = new NextHop("mx2.example.test", 25);
    private static final NextHop BY_MX = new NextHop("example.test", 25, true);
    private static final Route ALONE = Route.to(ONE);
    private static final Route BOTH = Route.to(List.of(ONE, OTHER));
    private static final Route UNKNOWN = Route.to(BY_MX);

    private final Map<Route, NextHopLimits> known = new LinkedHashMap<>();
    private int told;
    private final GreetedHosts hosts = new GreetedHosts(() -> List.of(ALONE, BOTH, UNKNOWN), (route, limits) -> {
        known.put(route, limits);
        told++;
    });

    private static Extensions offering(long size, boolean smtpUtf8) {
        return new Extensions(true, true, smtpUtf8, true, true, true, OptionalLong.of(size));
    }

    @Test
    void aRouteIsKnownWhenAllItsHostsAre() {
        hosts.greeted(ONE, offering(1000, false));
        assertThat(known).containsOnly(Map.entry(ALONE, new NextHopLimits(OptionalLong.of(1000), false)));
        hosts.greeted(OTHER, offering(500, true));
        assertThat(known)
                .containsOnly(
                        Map.entry(ALONE, new NextHopLimits(OptionalLong.of(1000), false)),
                        Map.entry(BOTH, new NextHopLimits(OptionalLong.of(1000), true)));
    }

    @Test
    void mailExchangersChange() {
        hosts.greeted(BY_MX, offering(1000, false));
        assertThat(known).isEmpty();
    }

    @Test
    void theSameIsNotToldAtEachConnection() {
        for (int i = 0; i < 10; i++) {
            hosts.greeted(ONE, offering(1000, false));
        }
        assertThat(told).isOne();
        hosts.greeted(ONE, offering(2000, false));
        assertThat(told).isEqualTo(2);
    }
}
