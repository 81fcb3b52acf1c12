package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.testing.TlsClient;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** REQUIRETLS (RFC 8689) on the wire, by STARTTLS and where TLS comes first. */
class RequireTlsIT {

    private static final AtomicReference<RequireTls.Onward> ONWARD = new AtomicReference<>(RequireTls.Onward.KEPT);

    private static TestIngress ingress;

    @BeforeAll
    static void start() {
        ingress = new TestIngress(tuning -> {
            tuning.tls = true;
            tuning.requireTls = new RequireTls() {
                @Override
                public boolean everywhere() {
                    return ONWARD.get() == Onward.KEPT;
                }

                @Override
                public Onward by(Route route) {
                    return ONWARD.get();
                }
            };
        });
    }

    @BeforeEach
    void kept() {
        ONWARD.set(RequireTls.Onward.KEPT);
    }

    @AfterAll
    static void stop() {
        ingress.awaitNothingHeld();
        ingress.close();
    }

    private static List<String> ehlo(TlsClient client) throws IOException {
        client.write("EHLO client.example\r\n");
        return client.reply();
    }

    private static TlsClient inTls() throws IOException, GeneralSecurityException {
        TlsClient client = TlsClient.atStartTls(ingress.port());
        client.startTls();
        return client;
    }

    @Test
    void itIsOfferedBehindStartTlsAndInTheEnvelope() throws IOException, GeneralSecurityException {
        try (TlsClient client = new TlsClient(ingress.port())) {
            client.reply();
            assertThat(ehlo(client)).noneMatch(line -> line.contains("REQUIRETLS"));
            assertThat(client.say("MAIL FROM:<bob@client.example> REQUIRETLS"))
                    .isEqualTo("555 5.5.4 Parameter not recognized");
            client.say("STARTTLS");
            client.startTls();
            assertThat(ehlo(client)).last().isEqualTo("250 REQUIRETLS");
            for (String parameter : List.of(" REQUIRETLS", "")) {
                assertThat(client.say("MAIL FROM:<bob@client.example>" + parameter))
                        .isEqualTo("250 2.1.0 Ok");
                assertThat(client.say("RCPT TO:<alice@example.test>")).isEqualTo("250 2.1.5 Ok");
                client.say("DATA");
                assertThat(client.say("x\r\n.")).startsWith("250 2.0.0 Ok: queued as ");
                assertThat(ingress.spool.mails().getLast().only().envelope().requireTls())
                        .isEqualTo(!parameter.isEmpty());
            }
        }
    }

    /** As where its routes are verified, and their hosts not known yet. */
    @Test
    void whereItCannotBeKeptItIsNotOffered() throws IOException, GeneralSecurityException {
        ONWARD.set(RequireTls.Onward.UNKNOWN);
        try (TlsClient client = inTls()) {
            assertThat(ehlo(client)).noneMatch(line -> line.contains("REQUIRETLS"));
            assertThat(client.say("MAIL FROM:<> REQUIRETLS")).isEqualTo("555 5.5.4 Parameter not recognized");
        }
    }

    @Test
    void whoseWayIsBrokenMeanwhileIsTold() throws IOException, GeneralSecurityException {
        try (TlsClient client = inTls()) {
            ehlo(client);
            assertThat(client.say("MAIL FROM:<> REQUIRETLS=1")).isEqualTo("501 5.5.4 Bad value of a parameter");
            assertThat(client.say("MAIL FROM:<> REQUIRETLS")).isEqualTo("250 2.1.0 Ok");
            ONWARD.set(RequireTls.Onward.BROKEN);
            assertThat(client.say("RCPT TO:<alice@example.test>"))
                    .isEqualTo("550 5.7.30 <alice@example.test>: REQUIRETLS support required");
            ONWARD.set(RequireTls.Onward.UNKNOWN);
            assertThat(client.say("RCPT TO:<alice@example.test>")).startsWith("451 4.7.30 <alice@example.test>: ");
        }
        assertThat(ingress.count("backupmx.ingress.recipients", "verdict", "no_requiretls_at_primary"))
                .isOne();
    }
}
