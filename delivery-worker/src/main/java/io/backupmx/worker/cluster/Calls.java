package io.backupmx.worker.cluster;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Questions to other workers that have not all been answered yet. Bounded by their time limits. Safe from any thread. */
final class Calls {

    private static final class Call {
        private final int wanted;
        private final List<JsonObject> answers = new ArrayList<>();
        private final CompletableFuture<List<JsonObject>> all = new CompletableFuture<>();

        Call(int wanted) {
            this.wanted = wanted;
        }

        synchronized void answered(JsonObject answer) {
            answers.add(answer);
            if (answers.size() >= wanted) {
                all.complete(List.copyOf(answers));
            }
        }

        synchronized List<JsonObject> soFar() {
            return List.copyOf(answers);
        }
    }

    private final Map<String, Call> open = new ConcurrentHashMap<>();

    /** @param answers what has come when {@code wanted} have, or {@code limit} has passed; never fails */
    record Asked(String id, CompletableFuture<List<JsonObject>> answers) {}

    Asked ask(int wanted, Duration limit) {
        String id = UUID.randomUUID().toString();
        Call call = new Call(wanted);
        if (wanted == 0) {
            call.all.complete(List.of());
            return new Asked(id, call.all);
        }
        open.put(id, call);
        CompletableFuture<List<JsonObject>> answers =
                call.all.orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).exceptionally(_ -> call.soFar());
        return new Asked(id, answers.whenComplete((_, _) -> open.remove(id)));
    }

    void answered(String id, JsonObject answer) {
        Call call = open.get(id);
        if (call != null) {
            call.answered(answer);
        }
    }
}
