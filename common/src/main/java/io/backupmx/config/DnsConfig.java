package io.backupmx.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who is asked for MX records and the addresses of mail exchangers.
 *
 * @param servers addresses, with a port or without (53); the system's own when empty
 * @param dnssec whether what they say they have validated is believed
 * @param timeout for one answer of one server; a look-up as a whole gets three times as long
 */
public record DnsConfig(List<String> servers, Dnssec dnssec, Duration timeout) {

    /** What a server's word is worth that it has validated an answer (the AD bit, RFC 4035 §3.2.3). */
    public enum Dnssec {
        /** Nothing. */
        IGNORED,
        /** It is believed: the servers validate, and nobody is between them and us. */
        TRUSTED
    }

    private static final int PORT = 53;

    public static final DnsConfig DEFAULT = new DnsConfig(List.of(), Dnssec.IGNORED, Duration.ofSeconds(5));

    /** Whatever the servers say of their validating. */
    public DnsConfig(List<String> servers, Duration timeout) {
        this(servers, Dnssec.IGNORED, timeout);
    }

    public DnsConfig {
        servers = List.copyOf(servers);
        Ranges ranges = new Ranges().check("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
        servers.stream()
                .filter(server -> address(server).isEmpty())
                .forEach(server -> ranges.require(
                        "servers",
                        false,
                        "'" + server + "' is no address, as in 192.0.2.1, 192.0.2.1:5353 or [::1]:53"));
        ranges.require(
                "dnssec",
                dnssec == Dnssec.IGNORED || !servers.isEmpty(),
                "trusted needs servers to be trusted: write dns.servers, as in [127.0.0.1]");
        ranges.enforce();
    }

    /** Of {@link #servers}. */
    public List<InetSocketAddress> serverAddresses() {
        return servers.stream().flatMap(server -> address(server).stream()).toList();
    }

    private static Optional<InetSocketAddress> address(String text) {
        Optional<HostPort> withPort = HostPort.parse(text);
        try {
            InetAddress address =
                    InetAddress.ofLiteral(withPort.map(HostPort::host).orElse(text));
            return Optional.of(
                    new InetSocketAddress(address, withPort.map(HostPort::port).orElse(PORT)));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
