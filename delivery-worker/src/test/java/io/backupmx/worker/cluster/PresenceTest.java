package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.cluster.ClusterBus;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PresenceTest {

    private final Said bus = new Said();
    private final AtomicInteger changes = new AtomicInteger();
    private final Presence presence = new Presence(bus, Map.of(3, 7L), changes::incrementAndGet);

    @Test
    void aNewcomerIsAnsweredAtOnceAndTheAnswerAsksNothing() {
        presence.heard("b", here(true));
        assertThat(bus.to).containsExactly("b");
        JsonObject answer = bus.last();
        assertThat(answer.getString("type")).isEqualTo("here");
        assertThat(answer.getBoolean("asks")).isFalse();
        assertThat(answer.getJsonObject("shards").getLong("3")).isEqualTo(7);
    }

    @Test
    void nobodyElseIsAnswered() {
        presence.heard("b", here(false));
        presence.heard("a", here(true));
        assertThat(bus.to).isEmpty();
    }

    @Test
    void aWorkerAsksUntilItKnowsWhoIsThere() {
        presence.signOfLife();
        assertThat(bus.last().getBoolean("asks")).isTrue();
    }

    @Test
    void mailIsOursOnlyWhenTheBrokerHasHeardOfUs() {
        assertThat(presence.isSure()).isFalse();
        presence.heard("a", here(false));
        assertThat(presence.isSure()).isTrue();
        presence.disconnected();
        assertThat(presence.isSure()).isFalse();
    }

    @Test
    void whoComesAndGoesIsToldOnce() {
        presence.heard("b", here(false));
        presence.heard("b", here(false));
        assertThat(presence.roster().alive()).containsExactly("a", "b");
        assertThat(changes).hasValue(1);
        presence.left("b");
        presence.renew();
        assertThat(presence.roster().alive()).containsExactly("a");
        assertThat(changes).hasValue(2);
    }

    private static JsonObject here(boolean asks) {
        return new JsonObject()
                .put("type", "here")
                .put("shards", new JsonObject())
                .put("said", System.nanoTime())
                .put("asks", asks);
    }

    private static final class Said implements ClusterBus {
        final List<String> to = new ArrayList<>();
        final List<String> messages = new ArrayList<>();

        JsonObject last() {
            return new JsonObject(messages.getLast());
        }

        @Override
        public String self() {
            return "a";
        }

        @Override
        public void broadcast(String message) {
            messages.add(message);
        }

        @Override
        public void send(String worker, String message) {
            to.add(worker);
            messages.add(message);
        }

        @Override
        public void start(int locks, Member member) {}

        @Override
        public CompletionStage<Void> publish(int lock, String key, String value) {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Map<String, String> published(int lock) {
            return Map.of();
        }

        @Override
        public void release(int lock, Duration rest) {}

        @Override
        public void close() {}
    }
}
