package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OwnersTest {

    private final AtomicLong nanos = new AtomicLong();
    private final Owners owners =
            new Owners(new Self(Set.of("backup.example"), InetAddress.ofLiteral("192.0.2.99")::equals), nanos::get);

    private Owner owner(String name, boolean failed, String... addresses) {
        List<InetAddress> all = Stream.of(addresses).map(InetAddress::ofLiteral).toList();
        return owners.of(new MailHost(10, name, all), failed);
    }

    @Test
    void nameAndAddressSayWhoseItIs() {
        assertThat(owner("backup.example", true)).isEqualTo(Owner.WE);
        assertThat(owner("alias.example", false, "192.0.2.1", "192.0.2.99")).isEqualTo(Owner.WE);
        assertThat(owner("a.example", false, "192.0.2.1")).isEqualTo(Owner.ANOTHER);
        assertThat(owner("half.example", true, "192.0.2.1"))
                .as("its AAAA failed")
                .isEqualTo(Owner.ANOTHER);
    }

    @Test
    void whoHasNoAddressIsNobodyAndOfWhomItCannotBeSaidNobodyKnows() {
        assertThat(owner("a.example", false)).isEqualTo(Owner.ANOTHER);
        assertThat(owner("a.example", true)).isEqualTo(Owner.UNKNOWN);
    }

    @Test
    void whatItWasItIsUntilTheDnsSaysOtherwise() {
        assertThat(owner("alias.example", false, "192.0.2.99")).isEqualTo(Owner.WE);
        assertThat(owner("alias.example", true)).isEqualTo(Owner.WE);
        assertThat(owner("alias.example", false)).isEqualTo(Owner.WE);
        assertThat(owner("alias.example", false, "192.0.2.1")).isEqualTo(Owner.ANOTHER);
        assertThat(owner("alias.example", true)).isEqualTo(Owner.ANOTHER);
    }

    @Test
    void afterAWeekItIsForgotten() {
        assertThat(owner("alias.example", false, "192.0.2.99")).isEqualTo(Owner.WE);
        nanos.addAndGet(Owners.HOLDS.toNanos());
        assertThat(owner("alias.example", true)).isEqualTo(Owner.UNKNOWN);
    }
}
