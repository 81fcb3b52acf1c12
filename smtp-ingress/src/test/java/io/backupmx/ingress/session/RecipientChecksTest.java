package io.backupmx.ingress.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.ClientLimitsConfig;
import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ops.DefaultGateways;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However long a directory, or a policy, takes: a client has its answer. */
class RecipientChecksTest {

    private static final RecipientVerdict ACCEPTED = new RecipientVerdict.Accepted(FakeDirectory.EXAMPLE);

    private final Vertx vertx = Vertx.vertx();
    private final FakeDirectory directory = new FakeDirectory();
    private final List<RecipientChecks.Answer> answers = new CopyOnWriteArrayList<>();
    private final ClientAddresses clients = new ClientAddresses(IngressConfig.DEFAULT.trusted(), DefaultGateways.NONE);
    private final ConnectionLimits limits = new ConnectionLimits(10, 10, Rate.perMinute(10, System::nanoTime), clients);
    private final ClientShares shares = new ClientShares(
            new ClientLimitsConfig(0, 1, 0, 5, Duration.ZERO, Duration.ZERO), clients, limits, System::nanoTime);

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private void check(String address, DeferralPolicy policy, Duration patience) {
        EventLoop loop = new EventLoop(vertx.getOrCreateContext(), new Random(1));
        IngressMetrics metrics =
                new IngressMetrics(new SimpleMeterRegistry(), limits, new ContentBudget(1), new ContentBudget(1));
        RecipientChecks checks = new RecipientChecks(
                directory,
                policy,
                Blocklists.NONE,
                shares.of("192.0.2.1"),
                new TarPit(loop, metrics),
                Optional.empty(),
                loop,
                new SessionLog("192.0.2.1"),
                patience);
        loop.run(() -> checks.check(
                new ReversePath.Null(), ForwardPath.parse("<" + address + ">").orElseThrow(), answers::add));
    }

    @Test
    void whoIsNotKnownInTimeIsAskedForAgainAndAnsweredOnce() {
        check("slow@example.test", DeferralPolicy.NONE, Duration.ofMillis(50));

        await().until(() -> !answers.isEmpty());
        directory.answer();
        assertThat(answers).containsExactly(new RecipientChecks.Answer(new RecipientVerdict.Unavailable()));
    }

    @Test
    void anAnswerInTimeCounts() {
        check("slow@example.test", DeferralPolicy.NONE, Duration.ofSeconds(20));
        await().until(() -> directory.waiting() == 1);

        directory.answer();

        await().until(() -> !answers.isEmpty());
        assertThat(answers).containsExactly(new RecipientChecks.Answer(ACCEPTED));
    }

    /** In doubt mail is taken. */
    @Test
    void whoIsKnownIsTakenWhenThePolicyTakesTooLong() {
        check("alice@example.test", _ -> Promise.<Boolean>promise().future(), Duration.ofMillis(50));

        await().until(() -> !answers.isEmpty());
        assertThat(answers).containsExactly(new RecipientChecks.Answer(ACCEPTED));
    }
}
