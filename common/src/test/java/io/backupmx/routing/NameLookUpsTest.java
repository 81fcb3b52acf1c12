package io.backupmx.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.backupmx.routing.NameLookUps.Patience;
import io.backupmx.routing.NameLookUps.Said;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With one thread for all, another for the slow, and room for one more to wait. */
class NameLookUpsTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Said OLD = found("192.0.2.1");
    private static final Said NEW = found("192.0.2.2");
    private static final Said NOT_NOW = new Said.NotNow("no DNS");

    private final Map<String, Said> answers = new ConcurrentHashMap<>();
    private final Map<String, Semaphore> blocked = new ConcurrentHashMap<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final NameLookUps<String> lookUps =
            new NameLookUps<>(this::lookUp, thread(), thread(), new Patience(SOON, LONG));

    private static Said found(String address) {
        return new Said.Found(List.of(InetAddress.ofLiteral(address)));
    }

    private static ExecutorService thread() {
        return new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1));
    }

    private Said lookUp(String name) {
        begun.incrementAndGet();
        Semaphore gate = blocked.get(name);
        if (gate != null) {
            gate.acquireUninterruptibly();
        }
        return answers.getOrDefault(name, NOT_NOW);
    }

    @AfterEach
    void close() {
        blocked.values().forEach(gate -> gate.release(100));
        lookUps.close();
    }

    private static CompletableFuture<Said> ask(NameLookUps<String> lookUps, String name) {
        return CompletableFuture.supplyAsync(() -> lookUps.of(name), Thread::startVirtualThread);
    }

    private void block(String name) {
        blocked.put(name, new Semaphore(0));
    }

    private void release(String name) {
        Semaphore gate = blocked.remove(name);
        if (gate != null) {
            gate.release(100);
        }
    }

    private void awaitBegun(int number) {
        await().atMost(LONG).until(() -> begun.get() == number);
    }

    @Test
    void whatIsKnownIsNotWaitedForAndTheLookUpGoesOn() {
        answers.put("a", OLD);
        assertThat(lookUps.of("a")).isEqualTo(OLD);
        block("a");
        answers.put("a", NEW);
        for (int i = 0; i < 5; i++) {
            assertThat(lookUps.of("a")).isEqualTo(OLD);
        }
        assertThat(begun).as("one look-up for all who ask").hasValue(2);
        release("a");
        await().atMost(LONG).until(() -> lookUps.of("a").equals(NEW));
    }

    /** Here every look-up is a slow one. */
    @Test
    void aNameThatWasSlowTakesNoThreadFromOthers() {
        try (NameLookUps<String> slow =
                new NameLookUps<>(this::lookUp, thread(), thread(), new Patience(Duration.ZERO, LONG))) {
            assertThat(slow.of("dead")).isEqualTo(NOT_NOW);
            block("dead");
            CompletableFuture<Said> again = ask(slow, "dead");
            awaitBegun(2);
            answers.put("live", NEW);
            assertThat(ask(slow, "live")).succeedsWithin(LONG).isEqualTo(NEW);
            assertThat(again).isNotDone();
        }
    }

    @Test
    void whatIsTooMuchIsNoAnswerForNow() {
        answers.put("known", OLD);
        assertThat(lookUps.of("known")).isEqualTo(OLD);
        block("a");
        CompletableFuture<Said> running = ask(lookUps, "a");
        awaitBegun(2);
        List<CompletableFuture<Said>> others =
                Stream.of("b", "c", "d").map(name -> ask(lookUps, name)).toList();
        await().atMost(LONG)
                .until(() -> others.stream().filter(CompletableFuture::isDone).count() == 2);
        assertThat(others.stream().filter(CompletableFuture::isDone).map(CompletableFuture::join))
                .containsOnly(new Said.NotNow("too many names are being looked up"));
        assertThat(lookUps.of("known")).isEqualTo(OLD);
        release("a");
        assertThat(running).succeedsWithin(LONG);
        assertThat(others).allSatisfy(one -> assertThat(one).succeedsWithin(LONG));
    }

    @Test
    void whoIsNowhereIsForgotten() {
        answers.put("a", OLD);
        assertThat(lookUps.of("a")).isEqualTo(OLD);
        answers.put("a", NOT_NOW);
        assertThat(lookUps.of("a")).isEqualTo(OLD);
        answers.put("a", new Said.Nowhere("null MX"));
        assertThat(lookUps.of("a")).isEqualTo(new Said.Nowhere("null MX"));
        answers.put("a", NOT_NOW);
        assertThat(lookUps.of("a")).isEqualTo(NOT_NOW);
    }

    @Test
    void nobodyWaitsForOneThatIsClosed() {
        block("a");
        CompletableFuture<Said> asking = ask(lookUps, "a");
        awaitBegun(1);
        lookUps.close();
        assertThat(asking).succeedsWithin(LONG).isEqualTo(new Said.NotNow("stopping"));
        assertThat(lookUps.of("b")).isInstanceOf(Said.NotNow.class);
    }
}
