package io.backupmx.worker.cluster;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.spool.SpoolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a broker is to workers, without one: for workers of one JVM. */
public final class LocalHub {

    private record Value(int lock, String value) {}

    private final List<Bus> buses = new ArrayList<>();
    private final Map<Integer, Bus> holders = new HashMap<>();
    private final Map<String, Value> values = new LinkedHashMap<>();
    private long epoch;

    public ClusterBus bus(String name) {
        return new Bus(name);
    }

    private synchronized void join(Bus bus, int locks) {
        bus.locks = locks;
        buses.add(bus);
        bus.tell(ClusterBus.Member::connected);
        values.forEach((key, value) -> bus.tell(member -> member.published(key, value.value())));
        assignLocks();
    }

    private synchronized void leave(Bus bus) {
        if (buses.remove(bus)) {
            for (Map.Entry<Integer, Bus> held : Map.copyOf(holders).entrySet()) {
                if (held.getValue() == bus) {
                    holders.remove(held.getKey());
                    bus.tell(member -> member.lost(held.getKey()));
                }
            }
            bus.tell(ClusterBus.Member::disconnected);
            buses.forEach(other -> other.resting.clear()); // nobody else is there to take them, perhaps
            assignLocks();
        }
    }

    private void assignLocks() {
        for (Bus bus : buses) {
            for (int lock = 0; lock < bus.locks; lock++) {
                int free = lock;
                if (!holders.containsKey(free) && !bus.resting.contains(free)) {
                    holders.put(free, bus);
                    long next = ++epoch;
                    bus.tell(member -> member.acquired(free, next));
                }
            }
        }
    }

    private synchronized void say(String from, @Nullable String to, String message) {
        if (buses.stream().noneMatch(bus -> bus.name.equals(from))) {
            return;
        }
        for (Bus bus : buses) {
            if (to == null || bus.name.equals(to)) {
                bus.tell(member -> member.heard(from, message));
            }
        }
    }

    private synchronized CompletionStage<Void> publish(Bus by, int lock, String key, String value) {
        if (holders.get(lock) != by) {
            return CompletableFuture.failedFuture(
                    new SpoolException(SpoolException.Kind.UNAVAILABLE, "the lock is not held"));
        }
        values.put(key, new Value(lock, value));
        buses.forEach(bus -> bus.tell(member -> member.published(key, value)));
        return CompletableFuture.completedFuture(null);
    }

    private synchronized Map<String, String> published(int lock) {
        Map<String, String> found = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (value.lock() == lock) {
                found.put(key, value.value());
            }
        });
        return found;
    }

    private synchronized void release(Bus by, int lock) {
        if (holders.get(lock) == by) {
            holders.remove(lock);
            by.resting.add(lock);
            by.tell(member -> member.lost(lock));
            assignLocks();
        }
    }

    private final class Bus implements ClusterBus {
        private final String name;
        private final ExecutorService thread =
                Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
        private final java.util.Set<Integer> resting = new java.util.HashSet<>();
        private int locks;
        private @Nullable Member member;

        Bus(String name) {
            this.name = name;
        }

        private void tell(Consumer<Member> what) {
            Member listening = member;
            if (listening != null && !thread.isShutdown()) {
                thread.execute(() -> what.accept(listening));
            }
        }

        @Override
        public String self() {
            return name;
        }

        @Override
        public void start(int number, Member listening) {
            member = listening;
            join(this, number);
        }

        @Override
        public void broadcast(String message) {
            say(name, null, message);
        }

        @Override
        public void send(String worker, String message) {
            say(name, worker, message);
        }

        @Override
        public CompletionStage<Void> publish(int lock, String key, String value) {
            return LocalHub.this.publish(this, lock, key, value);
        }

        @Override
        public Map<String, String> published(int lock) {
            return LocalHub.this.published(lock);
        }

        @Override
        public void release(int lock, Duration rest) {
            LocalHub.this.release(this, lock);
        }

        @Override
        public void close() {
            leave(this);
            thread.shutdown();
        }
    }
}
