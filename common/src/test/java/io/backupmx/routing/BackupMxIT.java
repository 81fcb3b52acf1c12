package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.Network;
import io.backupmx.config.Networks;
import io.backupmx.smtp.Domain;
import io.backupmx.testing.FakeDns;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What answers of a DNS server make of us. */
class BackupMxIT {

    private static final Networks NETWORKS =
            new Networks(List.of(Network.parse("192.0.2.0/24").orElseThrow()));

    private final FakeDns dns = FakeDns.started();
    private final BackupMx backup = new BackupMx(
            new Dns(new DnsConfig(List.of(dns.address()), Duration.ofMillis(300))),
            new Self(Set.of("backup.example"), InetAddress.ofLiteral("192.0.2.99")::equals));

    @AfterEach
    void close() {
        dns.close();
    }

    private BackupStanding standing(String domain) throws InterruptedException {
        return backup.standing(Domain.of(domain), NETWORKS);
    }

    @Test
    void aDomainThatNamesUsBehindOursIsPermitted() throws InterruptedException {
        dns.mx("x.test", 10, "A.test").mx("x.test", 20, "Backup.Example").address("a.test", "192.0.2.1");

        assertThat(standing("x.test")).isInstanceOf(BackupStanding.Permitted.class);
    }

    @Test
    void whatTheDnsSaysForSureIsRefused() throws InterruptedException {
        dns.mx("null.test", 0, ".").address("bare.test", "192.0.2.1");
        dns.mx("out.test", 10, "o.test").mx("out.test", 20, "backup.example").address("o.test", "198.51.100.1");

        for (String domain : List.of("null.test", "bare.test", "missing.test", "out.test", "[192.0.2.1]")) {
            assertThat(standing(domain)).as(domain).isInstanceOf(BackupStanding.Refused.class);
        }
    }

    @Test
    void whatItDoesNotSayIsNeither() throws InterruptedException {
        dns.fails("broken.test").isSilentOn("silent.test");
        dns.mx("x.test", 10, "dark.test").mx("x.test", 20, "backup.example").fails("dark.test");
        dns.mx("y.test", 10, "gone.test").mx("y.test", 20, "backup.example");

        for (String domain : List.of("broken.test", "silent.test", "x.test", "y.test")) {
            assertThat(standing(domain)).as(domain).isInstanceOf(BackupStanding.NotNow.class);
        }
    }

    /** Of the questions that all domains may ask at once, a stranger's takes a few. */
    @Test
    void aDomainOfManyDeadHostsLeavesPlacesForOthers() throws InterruptedException {
        dns.mx("dead.test", 20, "backup.example");
        for (int i = 0; i < 19; i++) {
            dns.mx("dead.test", 10, "host" + i + ".test").isSilentOn("host" + i + ".test");
        }

        assertThat(standing("dead.test")).isInstanceOf(BackupStanding.NotNow.class);

        assertThat(dns.questions().stream()
                        .filter(question -> question.startsWith("host"))
                        .map(question -> question.split(" ")[0])
                        .distinct())
                .hasSizeBetween(3, 9);
    }

    /** Most strangers' mail costs one question. */
    @Test
    void nobodyAsksForAddressesThatDoNotMatter() throws InterruptedException {
        dns.mx("x.test", 10, "backup.example").mx("x.test", 20, "a.test").address("a.test", "192.0.2.1");

        assertThat(standing("x.test")).isInstanceOf(BackupStanding.Refused.class);

        assertThat(dns.questions()).containsExactly("x.test MX");
    }
}
