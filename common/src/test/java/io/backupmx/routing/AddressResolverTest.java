package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.routing.AddressResolver.Addresses;
import io.backupmx.smtp.Domain;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AddressResolverTest {

    private static final NextHop HOP = new NextHop("mx.example", 2525);

    private volatile List<String> answer = List.of();
    private final AtomicInteger asked = new AtomicInteger();
    private final AddressResolver resolver = new AddressResolver(
            host -> {
                asked.incrementAndGet();
                if (answer.isEmpty()) {
                    throw new UnknownHostException(host);
                }
                return answer.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
            },
            this::exchangers);
    private volatile MailHosts exchangers = new MailHosts.NotNow("no DNS");

    private MailHosts exchangers(Domain name) {
        assertThat(name).isEqualTo(Domain.of("mail.example"));
        return exchangers;
    }

    @AfterEach
    void close() {
        resolver.close();
    }

    @Test
    void aLiteralIsItsOwnAddress() {
        assertThat(addresses(resolver.resolve(new NextHop("192.0.2.1", 25)))).containsExactly("192.0.2.1:25");
        assertThat(addresses(resolver.resolve(new NextHop("2001:db8::1", 26))))
                .containsExactly("2001:db8:0:0:0:0:0:1:26");
        assertThat(asked).hasValue(0);
    }

    @Test
    void aHostHasAllItsAddressesInOrder() {
        answer = List.of("2001:db8::2", "192.0.2.2", "192.0.2.3");
        assertThat(addresses(resolver.resolve(HOP)))
                .containsExactly("2001:db8:0:0:0:0:0:2:2525", "192.0.2.2:2525", "192.0.2.3:2525");
    }

    @Test
    void aHostIsAskedForAnewEachTime() {
        answer = List.of("192.0.2.2");
        assertThat(addresses(resolver.resolve(HOP))).containsExactly("192.0.2.2:2525");
        answer = List.of("192.0.2.3");
        assertThat(addresses(resolver.resolve(HOP))).containsExactly("192.0.2.3:2525");
    }

    @Test
    void aNameWithoutBracketsHasTheAddressesOfItsExchangers() {
        NextHop hop = NextHop.parse("mail.example:2525").orElseThrow();
        assertThat(resolver.resolve(hop)).isInstanceOf(Addresses.NotNow.class);
        exchangers = new MailHosts.Found(
                "two",
                List.of(
                        new MailHost(10, "a.example", List.of(InetAddress.ofLiteral("192.0.2.9"))),
                        new MailHost(20, "b.example", List.of(InetAddress.ofLiteral("2001:db8::1")))));
        assertThat(addresses(resolver.resolve(hop))).containsExactly("192.0.2.9:2525", "2001:db8:0:0:0:0:0:1:2525");
        exchangers = new MailHosts.NotNow("no DNS");
        assertThat(addresses(resolver.resolve(hop))).hasSize(2);
        exchangers = new MailHosts.LoopsBack("to us");
        assertThat(resolver.resolve(hop)).isInstanceOf(Addresses.NotNow.class);
        exchangers = new MailHosts.NotNow("no DNS");
        assertThat(resolver.resolve(hop)).isInstanceOf(Addresses.NotNow.class);
        assertThat(asked).hasValue(0);
    }

    @Test
    void anUnknownHostIsUnknownForNow() {
        assertThat(resolver.resolve(HOP))
                .isInstanceOfSatisfying(
                        Addresses.NotNow.class,
                        it -> assertThat(it.why()).contains("mx.example", "cannot be resolved now"));
    }

    @Test
    void theLastGoodAddressesAreAFallback() {
        answer = List.of("192.0.2.2");
        assertThat(addresses(resolver.resolve(HOP))).containsExactly("192.0.2.2:2525");
        answer = List.of();
        assertThat(addresses(resolver.resolve(HOP))).containsExactly("192.0.2.2:2525");
        assertThat(resolver.resolve(new NextHop("other.example", 25))).isInstanceOf(Addresses.NotNow.class);
    }

    @Test
    void eachPortOfAHostHasWhatIsKnownOfIt() {
        answer = List.of("192.0.2.2");
        assertThat(addresses(resolver.resolve(HOP))).containsExactly("192.0.2.2:2525");
        answer = List.of();
        assertThat(addresses(resolver.resolve(new NextHop("mx.example", 26)))).containsExactly("192.0.2.2:26");
    }

    private static List<String> addresses(Addresses found) {
        return switch (found) {
            case Addresses.Found(List<SocketAddress> list) ->
                list.stream().map(a -> a.hostAddress() + ":" + a.port()).toList();
            case Addresses.NotNow(String why) -> List.of(why);
        };
    }
}
