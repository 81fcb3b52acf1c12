package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.DnsConfig;
import io.backupmx.routing.RecordLookup.Answer;
import io.backupmx.routing.RecordLookup.Kind;
import io.backupmx.testing.FakeDns;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RecordLookupTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final FakeDns dns = FakeDns.started().ttl(3600);
    private final RecordLookup lookup = new RecordLookup(new DnsConfig(List.of(dns.address()), Duration.ofSeconds(5)));

    @AfterEach
    void close() {
        dns.close();
    }

    private Answer ask(String name) throws InterruptedException {
        return lookup.ask(name, Kind.TXT, LONG);
    }

    private long asked(String name) {
        return dns.questions().stream()
                .filter(question -> question.equals(name + " type16"))
                .count();
    }

    @Test
    void anAnswerIsKeptUnlessItIsLong() throws InterruptedException {
        String longText = "x".repeat(5000);
        dns.text("short.test", "y".repeat(900)).text("long.test", longText);
        for (int i = 0; i < 2; i++) {
            assertThat(ask("short.test")).isInstanceOf(Answer.Found.class);
            assertThat(ask("long.test")).isEqualTo(new Answer.Found(List.of(longText)));
        }
        assertThat(asked("short.test")).isOne();
        assertThat(asked("long.test")).as("by UDP and by TCP, each time").isEqualTo(4);
    }

    @Test
    void fewAreKept() throws InterruptedException {
        for (int i = 0; i <= 500; i++) {
            dns.text("d" + i + ".test", "v=spf1 -all");
            assertThat(ask("d" + i + ".test")).isInstanceOf(Answer.Found.class);
        }
        ask("d500.test");
        ask("d0.test");
        assertThat(asked("d500.test")).isOne();
        assertThat(asked("d0.test")).isEqualTo(2);
    }
}
