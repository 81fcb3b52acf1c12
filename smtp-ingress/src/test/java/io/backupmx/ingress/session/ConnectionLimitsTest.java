package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.ingress.session.ConnectionLimits.Admission;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {

    private final ConnectionLimits limits = new ConnectionLimits(3, 2);

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
