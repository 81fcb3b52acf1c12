package io.backupmx.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.ConfigLoader;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DefaultGatewaysTest {

    /** A container on Docker's default network. */
    private static final List<String> CONTAINER = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
            eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
            """.lines().toList();

    private static final List<String> CONTAINER_IPV6 = """
            fd000000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
            00000000000000000000000000000000 00 00000000000000000000000000000000 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
            00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
            """.lines().toList();

    @Test
    void gatewaysOfBothProtocolsAreFound() {
        assertThat(little(CONTAINER, CONTAINER_IPV6).addresses())
                .containsExactlyInAnyOrder(InetAddress.ofLiteral("172.17.0.1"), InetAddress.ofLiteral("fd00::1"));
    }

    @Test
    void bigEndianKernelsWriteAddressesTheOtherWayRound() {
        List<String> same = List.of("eth0 00000000 AC110001 0003 0 0 0 00000000 0 0 0");
        assertThat(DefaultGateways.parse(same, List.of(), ByteOrder.BIG_ENDIAN).addresses())
                .containsExactly(InetAddress.ofLiteral("172.17.0.1"));
    }

    @Test
    void everyDefaultRouteHasOne() {
        assertThat(little(
                                List.of(
                                        "eth0 00000000 010011AC 0003 0 0 100 00000000 0 0 0",
                                        "eth1 00000000 FE00A8C0 0003 0 0 200 00000000 0 0 0"),
                                List.of())
                        .addresses())
                .containsExactlyInAnyOrder(InetAddress.ofLiteral("172.17.0.1"), InetAddress.ofLiteral("192.168.0.254"));
    }

    @Test
    void routesThatAreNotByGatewayOrNotForAllHaveNone() {
        assertThat(little(
                                List.of(
                                        "ppp0 00000000 00000000 0001 0 0 0 00000000 0 0 0", // to a device
                                        "eth0 0000A8C0 010011AC 0003 0 0 0 0000FFFF 0 0 0", // to a network
                                        "tun0 00000000 010011AC 0003 0 0 0 00000080 0 0 0", // to half of the world
                                        "eth0 00000000 010011AC 0002 0 0 0 00000000 0 0 0"), // not up
                                List.of())
                        .addresses())
                .isEmpty();
    }

    @Test
    void linesOfAnotherFormArePassedOver() {
        assertThat(little(
                                List.of(
                                        "",
                                        "eth0",
                                        "eth0 00000000 010011A 0003 0 0 0 00000000 0 0 0",
                                        "eth0 00000000 010011AG 0003 0 0 0 00000000 0 0 0",
                                        "eth0 00000000 010011AC000000 0003 0 0 0 00000000 0 0 0",
                                        "eth0 00000000 010011AC yes 0 0 0 00000000 0 0 0"),
                                List.of("", "a b c", "0 00 0 00 fd00 0 0 0 00000003 eth0"))
                        .addresses())
                .isEmpty();
    }

    @Test
    void aTrustedNetworkThatIsTheGatewayIsAProblem() {
        assertThat(problems("172.17.0.1", "lift")).singleElement().asString().startsWith("ingress.trusted_networks: ");
        assertThat(problems("172.17.0.1", "keep")).hasSize(1);
    }

    @Test
    void aTrustedNetworkThatHasTheGatewayIsAProblemWhereThatIsLikeAnyOther() {
        assertThat(problems("172.17.0.0/16", "keep")).hasSize(1);
        assertThat(problems("172.17.0.0/16", "lift")).as("it is not trusted").isEmpty();
        assertThat(problems("172.18.0.0/16", "keep")).isEmpty();
    }

    @Test
    void whatIsConfirmedIsNoProblem() {
        assertThat(problems("172.17.0.0/16", "keep", "172.17.0.0/16")).isEmpty();
    }

    /** Who is believed about clients may claim to be any; everybody may seem to be the gateway. */
    @Test
    void proxiesThatMayBeTheGatewayAreAProblemUnlessTheyAreIt() {
        assertThat(proxyProblems("172.17.0.0/16"))
                .singleElement()
                .asString()
                .startsWith("ingress.proxy_protocol.networks: 172.17.0.0/16 has our own default gateway, 172.17.0.1,");
        assertThat(proxyProblems("172.17.0.1")).isEmpty();
        assertThat(proxyProblems("172.18.0.0/16")).isEmpty();
    }

    private static List<String> proxyProblems(String networks) {
        return little(CONTAINER, List.of())
                .problems(ConfigLoader.load(
                                Optional.empty(),
                                Map.of(),
                                Map.of("ingress.proxy_protocol.networks", "[" + networks + "]"))
                        .ingress());
    }

    private static List<String> problems(String trusted, String limits, String... confirmed) {
        return little(CONTAINER, List.of())
                .problems(ConfigLoader.load(
                                Optional.empty(),
                                Map.of(),
                                Map.of(
                                        "ingress.trusted_networks",
                                        "[" + trusted + "]",
                                        "ingress.trusted_networks_confirmed",
                                        List.of(confirmed).toString(),
                                        "ingress.gateway_limits",
                                        limits))
                        .ingress());
    }

    @Test
    void thisMachinesTablesCanBeRead() {
        assertThat(DefaultGateways.ofThisMachine().addresses()).noneMatch(InetAddress::isAnyLocalAddress);
    }

    private static DefaultGateways little(List<String> ipv4, List<String> ipv6) {
        return DefaultGateways.parse(ipv4, ipv6, ByteOrder.LITTLE_ENDIAN);
    }
}
