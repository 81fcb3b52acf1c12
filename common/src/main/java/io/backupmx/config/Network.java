package io.backupmx.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of addresses, as in {@code 192.0.2.0/24} and {@code 2001:db8::/32}; an address alone is a range of one.
 *
 * @param first its first address
 * @param prefix how many leading bits all of them share
 */
public record Network(InetAddress first, int prefix) {

    static final String FORM = "a network, as in 192.0.2.0/24 or 2001:db8::/32";

    private static final Pattern TEXT = Pattern.compile(
            "(?<address>[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(/(?<prefix>[0-9]{1,3}))?");

    public Network {
        if (prefix < 0 || prefix > bits(first) || !first.equals(masked(first, prefix))) {
            throw new IllegalArgumentException(first.getHostAddress() + "/" + prefix + " is no network");
        }
    }

    /** The network that {@code text} lies in: bits beyond its prefix do not count. */
    static Optional<Network> around(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.ofLiteral(matcher.group("address"));
            int prefix = matcher.group("prefix") == null ? bits(address) : Integer.parseInt(matcher.group("prefix"));
            boolean mapped = address instanceof Inet4Address && text.contains(":"); // ::ffff:192.0.2.1: write IPv4
            return mapped || prefix > bits(address)
                    ? Optional.empty()
                    : Optional.of(new Network(masked(address, prefix), prefix));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** The network {@code text} spells; empty when it is none, or has bits beyond its prefix. */
    public static Optional<Network> parse(String text) {
        return around(text).filter(network -> network.first.equals(InetAddress.ofLiteral(text.split("/", 2)[0])));
    }

    public boolean contains(InetAddress address) {
        return bits(address) == bits(first) && masked(address, prefix).equals(first);
    }

    /** Whether every address of {@code other} is one of this. */
    public boolean contains(Network other) {
        return prefix <= other.prefix && contains(other.first);
    }

    boolean overlaps(Network other) {
        return contains(other) || other.contains(this);
    }

    boolean isIpv4() {
        return first instanceof Inet4Address;
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * 8;
    }

    private static InetAddress masked(InetAddress address, int prefix) {
        byte[] octets = address.getAddress();
        int whole = prefix / 8;
        if (whole < octets.length) {
            octets[whole] &= (byte) (0xff00 >> (prefix % 8));
            Arrays.fill(octets, whole + 1, octets.length, (byte) 0);
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError("as long as it was", e);
        }
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + prefix;
    }
}
