package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.session.ConnectionLimits.Admission;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {

    private final ConnectionLimits limits = new ConnectionLimits(3, 2, DefaultGateways.NONE);

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
        return new ConnectionLimits(4, 1, new DefaultGateways(Set.of(InetAddress.ofLiteral(gateway))));
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
