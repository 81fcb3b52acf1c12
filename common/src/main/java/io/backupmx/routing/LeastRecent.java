package io.backupmx.routing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Values by key, so many and no more: what has not been used for longest goes first. Safe from any thread. */
final class LeastRecent<K, V> {

    private final Map<K, V> values;

    LeastRecent(int most) {
        this.values = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    synchronized Optional<V> get(K key) {
        return Optional.ofNullable(values.get(key));
    }

    synchronized void put(K key, V value) {
        values.put(key, value);
    }

    synchronized void remove(K key) {
        values.remove(key);
    }
}
