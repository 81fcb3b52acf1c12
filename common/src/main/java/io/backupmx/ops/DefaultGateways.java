package io.backupmx.ops;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * This machine's default gateways, as Linux lists them. A client that seems to be one of them is somebody else: a
 * container's user-land proxy connects from the gateway of the container's network, and so does a router that rewrites
 * addresses.
 */
public record DefaultGateways(Set<InetAddress> addresses) {

    public static final DefaultGateways NONE = new DefaultGateways(Set.of());

    private static final Path IPV4 = Path.of("/proc/net/route");
    private static final Path IPV6 = Path.of("/proc/net/ipv6_route");

    /** {@code RTF_UP} and {@code RTF_GATEWAY} of {@code linux/route.h}. */
    private static final int UP_BY_GATEWAY = 0x0003;

    public DefaultGateways {
        addresses = Set.copyOf(addresses);
    }

    /** Those of now; none where there is no such list. Reads two small files. */
    public static DefaultGateways ofThisMachine() {
        return parse(lines(IPV4), lines(IPV6), ByteOrder.nativeOrder());
    }

    /**
     * Reads the kernel's tables; what does not look like a route by a gateway is passed over.
     *
     * @param ipv4 lines of {@code /proc/net/route}: interface, destination, gateway, flags, three figures, mask, …
     * @param ipv6 lines of {@code /proc/net/ipv6_route}: destination, its length, source, its length, gateway, three figures,
     *     flags, interface
     * @param order of the kernel's integers, as which the first list has addresses
     */
    static DefaultGateways parse(List<String> ipv4, List<String> ipv6, ByteOrder order) {
        return new DefaultGateways(Stream.concat(
                        ipv4.stream().flatMap(line -> ipv4Gateway(line, order).stream()),
                        ipv6.stream().flatMap(line -> ipv6Gateway(line).stream()))
                .filter(address -> !address.isAnyLocalAddress())
                .collect(Collectors.toSet()));
    }

    /** Whether {@code address} is one of them. */
    public boolean contain(InetAddress address) {
        return addresses.contains(address);
    }

    /** What is wrong with the networks that an ingress trusts or has proxies in, for people, as one of these is in them. */
    public List<String> problems(IngressConfig ingress) {
        return Stream.concat(ofTrusted(ingress), ofProxies(ingress)).sorted().toList();
    }

    private Stream<String> ofProxies(IngressConfig ingress) {
        return Stream.concat(
                ofProxies(
                        "ingress.proxy_protocol.networks",
                        ingress.proxyProtocol().networks()),
                ofProxies("ingress.xclient_networks", ingress.xclientNetworks()));
    }

    private Stream<String> ofProxies(String key, List<String> networks) {
        return networks.stream()
                .flatMap(text -> Network.parse(text).stream())
                .flatMap(network -> addresses.stream()
                        .filter(gateway -> network.contains(gateway) && !isThatAddress(network, gateway))
                        .map(gateway -> key + ": " + network + " has our own default gateway, "
                                + gateway.getHostAddress() + ", which everybody seems to be behind a container's proxy,"
                                + " and who is believed may claim to be any client; who means it names that address"));
    }

    private static boolean isThatAddress(Network network, InetAddress address) {
        return network.prefix() == 8 * address.getAddress().length && network.contains(address);
    }

    private Stream<String> ofTrusted(IngressConfig ingress) {
        return ingress.trustedNetworks().stream()
                .filter(text -> !ingress.trustedNetworksConfirmed().contains(text))
                .flatMap(text -> Network.parse(text).stream())
                .flatMap(network -> addresses.stream()
                        .filter(gateway -> isTrusted(gateway, network, ingress.gatewayLimits()))
                        .map(gateway -> "ingress.trusted_networks: " + network + " has our own default gateway, "
                                + gateway.getHostAddress() + ", and behind a container's proxy everybody seems to be"
                                + " that; who means it names it in trusted_networks_confirmed, too"));
    }

    /** In a wider network the gateway is not meant, and not trusted unless it is an address like any other. */
    private static boolean isTrusted(InetAddress gateway, Network network, IngressConfig.GatewayLimits limits) {
        return switch (limits) {
            case LIFT -> network.first().equals(gateway);
            case KEEP -> network.contains(gateway);
        };
    }

    private static Optional<InetAddress> ipv4Gateway(String line, ByteOrder order) {
        List<String> fields = fields(line);
        if (fields.size() < 8
                || !fields.get(1).equals("00000000")
                || !fields.get(7).equals("00000000")
                || !leadsByGateway(fields.get(3))) {
            return Optional.empty();
        }
        return octets(fields.get(2), Integer.BYTES)
                .map(octets -> ByteBuffer.wrap(octets).getInt())
                .flatMap(figure -> address(ByteBuffer.allocate(Integer.BYTES)
                        .order(order)
                        .putInt(figure)
                        .array()));
    }

    private static Optional<InetAddress> ipv6Gateway(String line) {
        List<String> fields = fields(line);
        return fields.size() >= 9 && fields.get(1).equals("00") && leadsByGateway(fields.get(8))
                ? octets(fields.get(4), 16).flatMap(DefaultGateways::address)
                : Optional.empty();
    }

    private static List<String> fields(String line) {
        return Arrays.asList(line.strip().split("\\s+"));
    }

    private static boolean leadsByGateway(String flags) {
        try {
            return (Integer.parseUnsignedInt(flags, 16) & UP_BY_GATEWAY) == UP_BY_GATEWAY;
        } catch (NumberFormatException _) {
            return false;
        }
    }

    private static Optional<byte[]> octets(String hex, int length) {
        try {
            return Optional.of(HexFormat.of().parseHex(hex)).filter(octets -> octets.length == length);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> address(byte[] octets) {
        try {
            return Optional.of(InetAddress.getByAddress(octets));
        } catch (UnknownHostException e) {
            throw new UncheckedIOException(e); // of a wrong length, which was checked
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException _) {
            return List.of(); // not Linux, or no such protocol
        }
    }
}
