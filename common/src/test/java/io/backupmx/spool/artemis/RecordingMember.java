package io.backupmx.spool.artemis;

import static org.awaitility.Awaitility.await;

import io.backupmx.cluster.ClusterBus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A worker that only takes note of what it is told. */
final class RecordingMember implements ClusterBus.Member {

    /** What it was told, in order: "connected", "acquired 3", "lost 3", "disconnected". */
    private final List<String> events = new ArrayList<>();

    private final List<String> heard = new ArrayList<>();
    private final Map<String, List<String>> values = new HashMap<>();
    private final Map<Integer, Long> epochs = new HashMap<>();
    private final Set<Integer> held = new TreeSet<>();

    static RecordingMember started(ClusterBus bus, int locks) {
        RecordingMember member = new RecordingMember();
        bus.start(locks, member);
        return member;
    }

    @Override
    public synchronized void connected() {
        values.clear();
        events.add("connected");
    }

    @Override
    public synchronized void disconnected() {
        events.add("disconnected");
    }

    @Override
    public synchronized void heard(String from, String message) {
        heard.add(from + ": " + message);
    }

    @Override
    public synchronized void published(String key, String value) {
        values.computeIfAbsent(key, _ -> new ArrayList<>()).add(value);
    }

    @Override
    public synchronized void acquired(int lock, long epoch) {
        events.add("acquired " + lock);
        held.add(lock);
        epochs.put(lock, epoch);
    }

    @Override
    public synchronized void lost(int lock) {
        events.add("lost " + lock);
        held.remove(lock);
    }

    synchronized List<String> events() {
        return List.copyOf(events);
    }

    synchronized Set<Integer> held() {
        return Set.copyOf(held);
    }

    synchronized long epoch(int lock) {
        return epochs.getOrDefault(lock, 0L);
    }

    synchronized List<String> heardSoFar() {
        return List.copyOf(heard);
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

    synchronized int keys() {
        return values.size();
    }

    void awaitHeld(int... locks) {
        until(() -> {
            Set<Integer> now = held();
            for (int lock : locks) {
                if (!now.contains(lock)) {
                    return false;
                }
            }
            return true;
        });
    }

    void awaitEvent(String event) {
        until(() -> events().contains(event));
    }

    void awaitValue(String key, String value) {
        until(() -> {
            List<String> history = history(key);
            return !history.isEmpty() && history.getLast().equals(value);
        });
    }

    static void until(BooleanSupplier condition) {
        await().pollDelay(0, TimeUnit.MILLISECONDS)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .atMost(30, TimeUnit.SECONDS)
                .until(condition::getAsBoolean);
    }
}
