package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.HostPort;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OwnDoorsTest {

    private static final InetAddress OURS = InetAddress.ofLiteral("192.0.2.2");
    private static final InetAddress DECLARED = InetAddress.ofLiteral("203.0.113.7");

    private static boolean leadsHere(String listen, String address, int port) {
        OwnDoors doors = new OwnDoors(
                List.of(HostPort.of(listen)),
                Set.of(DECLARED),
                25,
                one -> one.equals(OURS) || one.isLoopbackAddress() || one.isAnyLocalAddress());
        return doors.leadsHere(InetAddress.ofLiteral(address), port);
    }

    @Test
    void whatWeListenOnLeadsHere() {
        for (String address : List.of("192.0.2.2", "127.0.0.1", "127.0.0.2", "0.0.0.0", "::1")) {
            assertThat(leadsHere("[::]:2525", address, 2525)).as(address).isTrue();
        }
        assertThat(leadsHere("192.0.2.2:2525", "192.0.2.2", 2525)).isTrue();
        assertThat(leadsHere("127.0.0.1:2525", "0.0.0.0", 2525)).isTrue();
        assertThat(leadsHere("localhost:2525", "127.0.0.1", 2525)).isTrue();
    }

    @Test
    void anotherServerOfThisMachineIsAnother() {
        assertThat(leadsHere("0.0.0.0:25", "127.0.0.1", 2526)).isFalse();
        assertThat(leadsHere("192.0.2.2:25", "127.0.0.1", 25)).isFalse();
        assertThat(leadsHere("127.0.0.1:25", "192.0.2.2", 25)).isFalse();
        assertThat(leadsHere("localhost:25", "192.0.2.2", 25)).isFalse();
        assertThat(leadsHere("0.0.0.0:25", "192.0.2.3", 25)).isFalse();
    }

    @Test
    void aPortThatTheSystemChoseIsKnownToNobody() {
        assertThat(leadsHere("127.0.0.1:0", "127.0.0.1", 2525)).isFalse();
    }

    @Test
    void whatIsDeclaredLeadsHereAtThePortsThatMayBeForwarded() {
        assertThat(leadsHere("0.0.0.0:2525", "203.0.113.7", 25)).isTrue();
        assertThat(leadsHere("0.0.0.0:2525", "203.0.113.7", 2525)).isTrue();
        assertThat(leadsHere("0.0.0.0:2525", "203.0.113.7", 26)).isFalse();
    }

    @Test
    void nothingLeadsToNobody() {
        assertThat(OwnDoors.none().leadsHere(SocketAddress.inetSocketAddress(25, "127.0.0.1")))
                .isFalse();
    }
}
