package io.backupmx.spool.artemis;

import io.backupmx.spool.SharedTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Takes note of what a table tells. */
final class RecordingListener implements SharedTable.Listener {

    /** "connected", "complete", "disconnected", in order. */
    private final List<String> events = new ArrayList<>();

    private final Map<String, List<String>> values = new HashMap<>();
    private int keysAtComplete;

    static RecordingListener started(SharedTable table) {
        RecordingListener listener = new RecordingListener();
        table.start(listener);
        return listener;
    }

    @Override
    public synchronized void connected() {
        values.clear();
        events.add("connected");
    }

    @Override
    public synchronized void heard(String key, byte[] value) {
        values.computeIfAbsent(key, _ -> new ArrayList<>()).add(new String(value, StandardCharsets.ISO_8859_1));
    }

    @Override
    public synchronized void complete() {
        keysAtComplete = values.size();
        events.add("complete");
    }

    @Override
    public synchronized void disconnected() {
        events.add("disconnected");
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    /** How many had been heard when the last connection was complete. */
    synchronized int keysAtComplete() {
        return keysAtComplete;
    }

    /** All that {@code key} was said to be since the connection began, in order. */
    synchronized List<String> history(String key) {
        return List.copyOf(values.getOrDefault(key, List.of()));
    }

    synchronized Map<String, String> state() {
        Map<String, String> state = new HashMap<>();
        values.forEach((key, all) -> state.put(key, all.getLast()));
        return state;
    }

    RecordingListener awaitEvents(String... all) {
        RecordingMember.until(() -> events().equals(List.of(all)));
        return this;
    }

    void awaitValue(String key, String value) {
        RecordingMember.until(() -> {
            List<String> history = history(key);
            return !history.isEmpty() && history.getLast().equals(value);
        });
    }
}
