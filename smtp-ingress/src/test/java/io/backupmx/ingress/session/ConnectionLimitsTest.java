package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Network;
import io.backupmx.config.Networks;
import io.backupmx.ingress.session.ConnectionLimits.Admission;
import io.backupmx.ops.DefaultGateways;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {

    private final ConnectionLimits limits = new ConnectionLimits(3, 2, Rate.UNLIMITED, ClientAddresses.STRANGERS);

    @Test
    void whoIsRefusedTakesNoPlace() {
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.TOO_MANY_FROM_ADDRESS);
        assertThat(limits.enter("192.0.2.2")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("192.0.2.2")).isEqualTo(Admission.TOO_MANY);
        assertThat(limits.open()).isEqualTo(3);
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOneClients() {
        assertThat(limits.enter("2001:db8:0:1::1")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("2001:db8:0:1:ffff:ffff:ffff:ffff")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("2001:db8:0:1::2")).isEqualTo(Admission.TOO_MANY_FROM_ADDRESS);
        assertThat(limits.enter("2001:db8:0:2::1")).isEqualTo(Admission.ADMITTED);
        limits.leave("2001:db8:0:1::1");
        assertThat(limits.enter("2001:db8:0:1::2")).isEqualTo(Admission.ADMITTED);
    }

    @Test
    void anIpv4AddressInIpv6IsThatAddress() {
        assertThat(limits.enter("::ffff:192.0.2.1")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("::ffff:192.0.2.2")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        limits.leave("::ffff:192.0.2.2");
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.TOO_MANY_FROM_ADDRESS);
    }

    @Test
    void anAddressOfManyHasNoShareOfItsOwn() {
        ConnectionLimits behindGateway = behind("172.17.0.1");
        for (String sameAddress : List.of("172.17.0.1", "::ffff:172.17.0.1", "172.17.0.1")) {
            assertThat(behindGateway.enter(sameAddress)).isEqualTo(Admission.ADMITTED_AS_ONE_OF_MANY);
        }
        assertThat(behindGateway.enter("172.17.0.2")).isEqualTo(Admission.ADMITTED);
        assertThat(behindGateway.enter("172.17.0.1")).isEqualTo(Admission.TOO_MANY);

        behindGateway.leave("172.17.0.1");
        assertThat(behindGateway.open()).isEqualTo(3);
        assertThat(behindGateway.enter("172.17.0.2")).isEqualTo(Admission.TOO_MANY_FROM_ADDRESS);
        assertThat(behindGateway.enter("172.17.0.1")).isEqualTo(Admission.ADMITTED_AS_ONE_OF_MANY);
    }

    @Test
    void anAddressOfManyGivesNobodysPlaceBack() {
        ConnectionLimits behindGateway = behind("fd00::1");
        assertThat(behindGateway.enter("fd00::1")).isEqualTo(Admission.ADMITTED_AS_ONE_OF_MANY);
        assertThat(behindGateway.enter("fd00::2")).isEqualTo(Admission.ADMITTED);
        behindGateway.leave("fd00::1");
        assertThat(behindGateway.enter("fd00::3")).isEqualTo(Admission.TOO_MANY_FROM_ADDRESS);
    }

    private static ConnectionLimits behind(String gateway) {
        return new ConnectionLimits(
                4, 1, Rate.UNLIMITED, new ClientAddresses(new Networks(List.of()), gateway(gateway)));
    }

    private static Networks networks(String text) {
        return new Networks(List.of(Network.parse(text).orElseThrow()));
    }

    private static DefaultGateways gateway(String address) {
        return new DefaultGateways(Set.of(InetAddress.ofLiteral(address)));
    }

    @Test
    void whoIsTrustedHasNoShareOfItsOwn() {
        ConnectionLimits trusting = new ConnectionLimits(
                4, 1, Rate.UNLIMITED, new ClientAddresses(networks("10.0.0.0/8"), DefaultGateways.NONE));
        assertThat(trusting.enter("10.1.2.3")).isEqualTo(Admission.ADMITTED);
        assertThat(trusting.enter("::ffff:10.1.2.3")).isEqualTo(Admission.ADMITTED);
        assertThat(trusting.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        trusting.leave("10.1.2.3");
        assertThat(trusting.enter("192.0.2.1")).isEqualTo(Admission.TOO_MANY_FROM_ADDRESS);
        assertThat(trusting.enter("10.1.2.3")).isEqualTo(Admission.ADMITTED);
        assertThat(trusting.enter("10.1.2.3")).isEqualTo(Admission.ADMITTED);
        assertThat(trusting.enter("10.1.2.3")).isEqualTo(Admission.TOO_MANY);
    }

    @Test
    void anAddressOfManyIsTrustedInNoNetwork() {
        ClientAddresses clients = new ClientAddresses(networks("172.16.0.0/12"), gateway("172.17.0.1"));
        assertThat(clients.isTrusted("172.17.0.2")).isTrue();
        assertThat(clients.isTrusted("172.17.0.1")).isFalse();
        assertThat(clients.telling("172.17.0.1")).isEmpty();
        assertThat(clients.telling("172.17.0.2")).contains(InetAddress.ofLiteral("172.17.0.2"));
    }

    @Test
    void anAddressOfManyIsComparedByAddressNotByText() {
        assertThat(many("172.17.0.1", "172.17.0.1")).isTrue();
        assertThat(many("172.17.0.1", "::ffff:172.17.0.1")).isTrue();
        assertThat(many("fe80::1", "fe80:0:0:0:0:0:0:1%2")).isTrue();
        assertThat(many("172.17.0.1", "172.17.0.2")).isFalse();
        assertThat(many("fe80::1", "fe80::2%eth0")).isFalse();
        assertThat(ClientAddresses.STRANGERS.isMany("172.17.0.1")).isFalse();
    }

    private static boolean many(String gateway, String address) {
        return new ClientAddresses(networks("10.0.0.0/8"), gateway(gateway)).isMany(address);
    }

    @Test
    void newSessionsOfOneClientAreLimited() {
        ConnectionLimits slow =
                new ConnectionLimits(9, 9, Rate.perMinute(2, System::nanoTime), ClientAddresses.STRANGERS);
        assertThat(slow.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        slow.leave("192.0.2.1");
        assertThat(slow.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        assertThat(slow.enter("::ffff:192.0.2.1")).isEqualTo(Admission.TOO_FAST_FROM_ADDRESS);
        assertThat(slow.enter("192.0.2.2")).isEqualTo(Admission.ADMITTED);
        assertThat(slow.open()).isEqualTo(2);
    }

    @Test
    void whoLeavesMakesPlace() {
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        limits.leave("192.0.2.1");
        assertThat(limits.enter("192.0.2.1")).isEqualTo(Admission.ADMITTED);
        limits.leave("192.0.2.1");
        limits.leave("192.0.2.1");
        assertThat(limits.open()).isZero();
    }
}
