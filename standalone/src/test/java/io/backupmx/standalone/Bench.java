package io.backupmx.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.testing.ScriptedPrimary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One instance with many domains, each with a primary of its own that does not run yet, so that tests need not wait for each
 * other. Whatever one of them does to its primary, the others' mail has to go on.
 */
final class Bench implements AutoCloseable {

    /** A domain whose primary is still unused. */
    record Place(String domain, ScriptedPrimary primary) {

        String address(String localPart) {
            return localPart + "@" + domain;
        }
    }

    private final Instance instance;
    private final Queue<Place> places = new ConcurrentLinkedQueue<>();
    private final List<Place> all = new ArrayList<>();

    private Bench(Path directory, int count) {
        instance = new Instance(directory.resolve("data"));
        for (int i = 0; i < count; i++) {
            ScriptedPrimary primary = ScriptedPrimary.stopped();
            Place place = new Place("d" + i + ".example.test", primary);
            instance.backingUp(place.domain(), primary.port());
            all.add(place);
        }
        places.addAll(all);
    }

    /** Runs when this returns. It is impatient, and tries again soon. */
    static Bench of(Path directory, int domains, String... settings) {
        Bench bench = new Bench(directory, domains);
        bench.instance
                .set(
                        "worker.connect_timeout=2s",
                        "worker.greeting_timeout=1500ms",
                        "worker.command_timeout=1500ms",
                        "worker.mail_timeout=1500ms",
                        "worker.recipient_timeout=1500ms",
                        "worker.data_timeout=1500ms",
                        "worker.data_block_timeout=1500ms",
                        "worker.final_dot_timeout=2s",
                        "worker.probe_interval=500ms",
                        "worker.probe_unhealthy=500ms",
                        "worker.probe_unhealthy_max=1s",
                        "worker.idle_timeout=500ms",
                        "retry.delays=[1s]")
                .set(settings)
                .start();
        return bench;
    }

    Instance instance() {
        return instance;
    }

    Place next() {
        Place place = places.poll();
        if (place == null) {
            throw new IllegalStateException("the bench has no place left");
        }
        return place;
    }

    String send(byte[] content, String... recipients) {
        return Sender.send(instance.smtpPort(), content, recipients);
    }

    /** What waits for the domain, as {@code mailq --json} lists it. */
    List<JsonNode> queue(Place place) {
        return instance.queue().stream()
                .filter(mail ->
                        mail.path("recipients").path(0).path("address").asText().endsWith("@" + place.domain()))
                .toList();
    }

    /** Returns when a mail for the domain waits and its reason has {@code text} in it. */
    void awaitReason(Place place, String text) {
        Instance.await(Duration.ofSeconds(20), () -> {
            List<JsonNode> queue = queue(place);
            boolean shown = queue.stream()
                    .flatMap(mail -> mail.path("recipients").valueStream())
                    .anyMatch(
                            recipient -> recipient.path("delay_reason").asText().contains(text));
            if (!shown) {
                throw new AssertionError("no reason with '" + text + "' in " + queue);
            }
        });
    }

    void awaitEmpty(Place place, Duration timeout) {
        Instance.await(timeout, () -> {
            List<JsonNode> queue = queue(place);
            if (!queue.isEmpty()) {
                throw new AssertionError("waits still: " + queue);
            }
        });
    }

    @Override
    public void close() {
        instance.close();
        all.forEach(place -> place.primary().close());
    }
}
