package io.backupmx.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class QueueNamesTest {

    @Property
    void aShortRoutesNameIsReadBack(@ForAll("routes") Route route) {
        SpoolQueue queue = new SpoolQueue.ForRoute(route);
        String name = QueueNames.nameOf(queue);
        assertThat(name).matches("spool\\.[a-z0-9_-]+").hasSizeLessThan(210);
        assertThat(QueueNames.isRoute(name)).isTrue();
        assertThat(QueueNames.laneOf(name)).isEqualTo(Lane.FRESH);
        if (!name.contains("_z")) {
            assertThat(QueueNames.parse(name)).contains(queue);
        }
    }

    @Property
    void differentRoutesHaveDifferentNames(@ForAll("routes") Route one, @ForAll("routes") Route other) {
        assertThat(QueueNames.nameOf(new SpoolQueue.ForRoute(one))
                        .equals(QueueNames.nameOf(new SpoolQueue.ForRoute(other))))
                .isEqualTo(one.equals(other));
    }

    @Property
    void theBacklogsNameIsReadBackAndNoOthers(@ForAll("routes") Route route) {
        SpoolQueue queue = new SpoolQueue.ForRoute(route, Lane.BACKLOG);
        String name = QueueNames.nameOf(queue);
        assertThat(name)
                .matches("spool\\.backlog\\.[a-z0-9_-]+")
                .hasSizeLessThan(210)
                .contains(QueueNames.TO_HOSTS);
        assertThat(QueueNames.isRoute(name)).isTrue();
        assertThat(QueueNames.laneOf(name)).isEqualTo(Lane.BACKLOG);
        if (!name.contains("_z")) {
            assertThat(QueueNames.parse(name)).contains(queue);
        }
    }

    @Test
    void everyRouteThatIsReadHasABacklogAndAHeldDomainHasNone() {
        for (Route route : List.of(new Route.ByMx(), new Route.Discard())) {
            SpoolQueue.ForRoute queue = new SpoolQueue.ForRoute(route, Lane.BACKLOG);
            assertThat(QueueNames.nameOf(queue)).isEqualTo("spool.backlog." + route);
            assertThat(QueueNames.parse("spool.backlog." + route)).contains(queue);
            assertThat(SpoolQueue.ForRoute.lanesOf(route)).containsExactly(new SpoolQueue.ForRoute(route), queue);
        }
        Route held = Route.of("hold:held.test");
        assertThat(new SpoolQueue.ForRoute(held, Lane.BACKLOG)).isEqualTo(new SpoolQueue.ForRoute(held));
        assertThat(SpoolQueue.ForRoute.lanesOf(held)).containsExactly(new SpoolQueue.ForRoute(held));
        assertThat(QueueNames.isRoute("spool.backlog.hold_3aheld_2etest")).isFalse();
        assertThat(QueueNames.parse("spool.backlog.hold_3aheld_2etest")).isEmpty();
    }

    @Test
    void ipv6RoutesKeepTheirColons() {
        Route route = Route.of("smtp:[2001:db8::1]:2525");
        assertThat(QueueNames.parse(QueueNames.nameOf(new SpoolQueue.ForRoute(route))))
                .contains(new SpoolQueue.ForRoute(route));
        assertThat(QueueNames.nameOf(new SpoolQueue.ForRoute(route))).doesNotContain(":");
    }

    @Test
    void theRouteByMxHasAQueueLikeAnyOther() {
        SpoolQueue queue = new SpoolQueue.ForRoute(new Route.ByMx());
        assertThat(QueueNames.nameOf(queue)).isEqualTo("spool.mx");
        assertThat(QueueNames.parse("spool.mx")).contains(queue);
        assertThat(QueueNames.isRoute("spool.mx")).isTrue();
        assertThat(QueueNames.isRoute("spool.mx_2e")).isFalse();
    }

    @Test
    void routesByLmtpAndToNowhereHaveQueuesOfTheirOwn() {
        SpoolQueue lmtp = new SpoolQueue.ForRoute(Route.of("lmtp:[mx.test]:25"));
        SpoolQueue nowhere = new SpoolQueue.ForRoute(new Route.Discard());
        assertThat(QueueNames.nameOf(lmtp))
                .isEqualTo("spool.lmtp_3a_5bmx_2etest_5d_3a25")
                .contains(QueueNames.TO_HOSTS);
        assertThat(QueueNames.parse(QueueNames.nameOf(lmtp))).contains(lmtp);
        assertThat(QueueNames.nameOf(nowhere)).isEqualTo("spool.discard");
        assertThat(QueueNames.parse("spool.discard")).contains(nowhere);
        assertThat(QueueNames.isRoute("spool.discard")).isTrue();
        assertThat(QueueNames.nameOf(new SpoolQueue.ForRoute(Route.of("smtp:[mx.test]:25"))))
                .contains(QueueNames.TO_HOSTS);
    }

    @Test
    void aHeldDomainsQueueIsARoutes() {
        SpoolQueue held = new SpoolQueue.ForRoute(Route.of("hold:held.test"));
        assertThat(QueueNames.nameOf(held))
                .isEqualTo("spool.hold_3aheld_2etest")
                .doesNotContain(QueueNames.TO_HOSTS);
        assertThat(QueueNames.parse(QueueNames.nameOf(held))).contains(held);
        assertThat(QueueNames.isRoute(QueueNames.nameOf(held))).isTrue();
    }

    @Test
    void aLongRoutesNameEndsInAHashAndIsNotReadBack() {
        Route one = longRoute(25);
        Route other = longRoute(26);
        String name = QueueNames.nameOf(new SpoolQueue.ForRoute(one));
        assertThat(name).hasSizeLessThan(210).isNotEqualTo(QueueNames.nameOf(new SpoolQueue.ForRoute(other)));
        assertThat(QueueNames.parse(name)).isEmpty();
        assertThat(QueueNames.isRoute(name)).isTrue();
    }

    @Test
    void theOtherQueuesAreReadBack() {
        for (SpoolQueue queue : List.of(
                new SpoolQueue.Failed(),
                new SpoolQueue.Reports(ReportKind.FAILED),
                new SpoolQueue.Reports(ReportKind.DEMANDED),
                new SpoolQueue.Reports(ReportKind.GIVEN_UP),
                new SpoolQueue.DeadLetter(),
                new SpoolQueue.Retry(Duration.ofHours(2)))) {
            assertThat(QueueNames.parse(QueueNames.nameOf(queue))).contains(queue);
        }
    }

    @Test
    void foreignNamesAreNobodys() {
        for (String name : List.of(
                "DLQ",
                "spool.",
                "spool.retry.x",
                "spool.report.x",
                "spool.smtp_3",
                "spool.backlog.",
                "spool.backlog.failed",
                "spool.backlog.retry.1",
                "spool.smtp_zz",
                "spool.smtp_3a_5b")) {
            assertThat(QueueNames.parse(name)).as(name).isEqualTo(Optional.empty());
        }
    }

    private static Route longRoute(int lastPort) {
        return Route.to(IntStream.range(0, 10)
                .mapToObj(i -> new NextHop("mail-exchanger-" + i + ".example.org", i == 9 ? lastPort : 25))
                .toList());
    }

    @Provide
    Arbitrary<Route> routes() {
        Arbitrary<String> label = Arbitraries.strings()
                .withCharRange('a', 'z')
                .withCharRange('0', '9')
                .ofMinLength(1)
                .ofMaxLength(20);
        Arbitrary<String> name = label.list().ofMinSize(1).ofMaxSize(4).map(labels -> String.join(".", labels));
        Arbitrary<String> ipv6 = Arbitraries.integers()
                .between(0, 0xffff)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(groups -> String.join(
                                ":", groups.stream().map(Integer::toHexString).toList()) + "::1");
        Arbitrary<NextHop> hop = Combinators.combine(
                        Arbitraries.oneOf(name, ipv6), Arbitraries.integers().between(1, 65535))
                .as(NextHop::new);
        return hop.list().ofMinSize(1).ofMaxSize(3).map(Route::to);
    }
}
