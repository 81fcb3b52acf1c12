package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.ingress.protocol.ContentVerdict;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.spf.SpfResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whose sender's domain is asked, and what a mail waits for. */
class SpfIT {

    private static final String MAIL = TestIngress.UP_TO_DATA + "C!: x\\r\\n.\\r\\n\n";

    private final List<String> asked = new CopyOnWriteArrayList<>();

    private SenderPolicy says(SpfResult result) {
        return (client, helo, from) -> {
            asked.add(client.getHostAddress() + " " + helo + " " + from);
            return Future.succeededFuture(Optional.of(result));
        };
    }

    /** It decides nothing. */
    @Test
    void theSenderOfAStrangerIsAskedAbout() {
        try (TestIngress ingress = new TestIngress(tuning -> tuning.senders = says(SpfResult.FAIL))) {
            ingress.play(MAIL + "S: 250 2.0.0 *\n");
            assertThat(asked).containsExactly("127.0.0.1 client.example <bob@client.example>");
            ingress.awaitNothingHeld();
        }
    }

    @Test
    void thatOfATrustedClientIsNot() {
        try (TestIngress ingress = new TestIngress(tuning -> {
            tuning.senders = says(SpfResult.FAIL);
            tuning.trustedNetworks = List.of("127.0.0.1");
        })) {
            ingress.play(MAIL + "S: 250 2.0.0 *\n");
            assertThat(asked).isEmpty();
            ingress.awaitNothingHeld();
        }
    }

    @Test
    void theLogHasWhatWasSaid() {
        try (MailLogLines log = new MailLogLines();
                TestIngress ingress = new TestIngress(tuning -> tuning.senders = says(SpfResult.SOFTFAIL))) {
            ingress.play(MAIL + "S: 250 2.0.0 *\n");
            assertThat(log.of("received")).extracting(line -> line.get("spf")).containsExactly("softfail");
        }
    }

    /** Its client sends it again. */
    @Test
    void aMailWhoseClientHasLeftIsNotStored() {
        Promise<Optional<SpfResult>> answer = Promise.promise();
        try (TestIngress ingress = new TestIngress(tuning -> tuning.senders = (_, _, _) -> {
            asked.add("once");
            return answer.future();
        })) {
            try (var client = ingress.open()) {
                client.play(MAIL);
                await().until(() -> asked.size() == 1);
                client.play("C: <reset>\n");
            }
            await().until(() -> ingress.gauge("backupmx.ingress.sessions") == 0);
            answer.complete(Optional.of(SpfResult.PASS));
            ingress.awaitNothingHeld();
            assertThat(ingress.spool.mails()).isEmpty();
        }
    }

    @Test
    void aRefusalWaitsForNobody() {
        Promise<Optional<SpfResult>> never = Promise.promise();
        try (TestIngress ingress = new TestIngress(tuning -> {
            tuning.senders = (_, _, _) -> never.future();
            tuning.contents = _ -> (_, _) -> Future.succeededFuture(ContentVerdict.REFUSE);
        })) {
            ingress.play(MAIL + "S: 554 5.7.1 *\n");
            ingress.awaitNothingHeld();
        }
    }

    @Test
    void theMailWaitsForTheAnswer() {
        Promise<Optional<SpfResult>> answer = Promise.promise();
        try (TestIngress ingress = new TestIngress(tuning -> tuning.senders = (_, _, _) -> answer.future());
                var client = ingress.open()) {
            client.play(MAIL + "S: <silence 100>\n");
            assertThat(ingress.spool.mails()).isEmpty();
            answer.complete(Optional.of(SpfResult.PASS));
            client.play("S: 250 2.0.0 *\n");
            assertThat(ingress.spool.mails()).hasSize(1);
            assertThat(ingress.metrics.get("backupmx.ingress.store").timer().max(TimeUnit.MILLISECONDS))
                    .as("from the final dot")
                    .isGreaterThan(90); // clocks of two kinds
        }
    }
}
