package io.backupmx.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {

    @Test
    void networksAndSingleAddressesAreRead() {
        assertThat(Network.parse("192.0.2.0/24")).map(Network::toString).contains("192.0.2.0/24");
        assertThat(Network.parse("192.0.2.7")).map(Network::toString).contains("192.0.2.7/32");
        assertThat(Network.parse("2001:DB8::/32")).map(Network::prefix).contains(32);
        assertThat(Network.parse("2001:db8::7")).map(Network::prefix).contains(128);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/24",
                "10/8",
                "192.0.2/24",
                "192.0.2.0/33",
                "192.0.2.1/24",
                "192.0.2.0/",
                "192.0.2.0/-1",
                "192.0.2.0/24 ",
                "::ffff:192.0.2.0/120",
                "::/129",
                "2001:db8::1/32",
                "fe80::1%eth0",
                "example.org",
                "256.0.0.0/8",
                "[::1]/128"
            })
    void nothingElseIs(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }

    @Test
    void familiesDoNotMix() {
        assertThat(Network.parse("::/0").orElseThrow().contains(InetAddress.ofLiteral("192.0.2.1")))
                .isFalse();
        assertThat(Network.parse("0.0.0.0/0").orElseThrow().contains(InetAddress.ofLiteral("::1")))
                .isFalse();
    }

    /** Said with numbers instead of bits. */
    @Property
    void whatIsWithinHasTheSameLeadingBits(
            @ForAll("octets") byte[] one, @ForAll("octets") byte[] other, @ForAll int anyPrefix) {
        int bits = one.length * 8;
        int prefix = Math.floorMod(anyPrefix, bits + 1);
        Network network = Network.around(text(one) + "/" + prefix).orElseThrow();

        boolean same = one.length == other.length
                && number(one).shiftRight(bits - prefix).equals(number(other).shiftRight(bits - prefix));

        assertThat(network.contains(address(other))).isEqualTo(same);
        assertThat(network.contains(address(one))).isTrue();
        assertThat(Network.parse(network.toString())).contains(network);
        assertThat(network.contains(network)).isTrue();
    }

    /** Alike in front as often as not. */
    @Provide
    Arbitrary<byte[]> octets() {
        return Arbitraries.of(4, 16)
                .flatMap(length -> Arbitraries.of((byte) 0x20, (byte) 0x21, (byte) 0xff, (byte) 0x00)
                        .array(byte[].class)
                        .ofSize(length)
                        .filter(octets -> length == 4 || octets[0] != 0)); // IPv4 in IPv6 is IPv4
    }

    private static BigInteger number(byte[] octets) {
        return new BigInteger(1, octets);
    }

    private static String text(byte[] octets) {
        return address(octets).getHostAddress();
    }

    private static InetAddress address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
