package io.backupmx.worker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopLimits;
import io.backupmx.route.Route;
import io.backupmx.smtp.client.Extensions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
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
    private long now;
    private final GreetedHosts hosts = new GreetedHosts(
            () -> List.of(ALONE, BOTH, UNKNOWN),
            (route, limits) -> {
                known.put(route, limits);
                told++;
            },
            () -> now);

    private static Extensions offering(long size, boolean smtpUtf8) {
        return new Extensions(true, true, smtpUtf8, true, true, true, OptionalLong.of(size));
    }

    private static NextHopLimits limits(long size, boolean smtpUtf8) {
        return new NextHopLimits(OptionalLong.of(size), smtpUtf8);
    }

    @Test
    void aRouteIsKnownWhenAllItsHostsAre() {
        hosts.took(ONE, offering(200_000, false));
        assertThat(known).containsOnly(Map.entry(ALONE, limits(200_000, false)));
        hosts.took(OTHER, offering(100_000, true));
        assertThat(known)
                .containsOnly(Map.entry(ALONE, limits(200_000, false)), Map.entry(BOTH, limits(200_000, true)));
    }

    /** RFC 8689 §4.2.1: it has to hold wherever the mail may go. */
    @Test
    void requireTlsIsWhatAllHostsTake() {
        hosts.took(ONE, keeping(true));
        hosts.took(OTHER, keeping(false));
        assertKept(ALONE, true);
        assertKept(BOTH, false);
        hosts.took(OTHER, keeping(true));
        assertKept(BOTH, true);
        hosts.took(ONE, keeping(false));
        assertKept(BOTH, false);
    }

    private void assertKept(Route route, boolean kept) {
        assertThat(known)
                .hasEntrySatisfying(
                        route, limits -> assertThat(limits.requireTls()).isEqualTo(kept));
    }

    private static Extensions keeping(boolean requireTls) {
        return new Extensions(
                true, true, true, true, true, false, requireTls, true, OptionalLong.of(200_000), Set.of(), Set.of());
    }

    @Test
    void mailExchangersChange() {
        hosts.took(BY_MX, offering(200_000, false));
        assertThat(known).isEmpty();
    }

    @Test
    void theSameIsNotToldEachTime() {
        for (int i = 0; i < 10; i++) {
            hosts.took(ONE, offering(200_000, false));
        }
        assertThat(told).isOne();
        hosts.took(ONE, offering(300_000, false));
        assertThat(told).isEqualTo(2);
    }

    /** Nobody repeats what only the other has said lately. */
    @Test
    void aWordIsNotRenewedByAnothers() {
        hosts.took(OTHER, offering(100_000, true));
        now += Duration.ofDays(6).toNanos();
        hosts.took(ONE, offering(200_000, false));
        assertThat(known).containsKey(BOTH);
        known.clear();
        now += Duration.ofDays(2).toNanos();
        hosts.took(ONE, offering(200_000, false));
        assertThat(known).containsOnlyKeys(ALONE);
    }

    /** RFC 5321 §4.5.3.1.7. */
    @Test
    void aLimitBelowWhatEveryHostTakesIsNone() {
        hosts.took(ONE, offering(1, true));
        assertThat(known).containsOnly(Map.entry(ALONE, new NextHopLimits(OptionalLong.empty(), true)));
        hosts.took(ONE, offering(65_536, true));
        assertThat(known).containsOnly(Map.entry(ALONE, limits(65_536, true)));
    }

    @Test
    void behindHeloNothingIsSaid() {
        hosts.took(
                ONE,
                new Extensions(
                        false,
                        false,
                        false,
                        false,
                        false,
                        false,
                        false,
                        false,
                        OptionalLong.empty(),
                        Set.of(),
                        Set.of()));
        assertThat(known).isEmpty();
    }

    @Test
    void aConnectionIsToTheHopThatWasResolved() throws UnknownHostException {
        SocketAddress address = SocketAddress.inetSocketAddress(
                new InetSocketAddress(InetAddress.getByAddress("mx2.example.test", new byte[] {127, 0, 0, 1}), 25));
        assertThat(GreetedHosts.hop(BOTH, address)).contains(OTHER);
        assertThat(GreetedHosts.hop(ALONE, address)).contains(ONE);
        assertThat(GreetedHosts.hop(BOTH, SocketAddress.inetSocketAddress(26, "mx2.example.test")))
                .isEmpty();
    }
}
