package io.backupmx.worker.report;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How many reports leave: in all within a minute, and to one address within an hour. Windows that begin with their first one.
 * A table that is full forgets who was told least of late, for whom the count begins anew. Safe from any thread.
 */
final class ReportLimits {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final Duration HOUR = Duration.ofHours(1);
    private static final int MAX_ADDRESSES = 20_000;

    private final int perMinute;
    private final int perAddressPerHour;
    private final LongSupplier nanoTime;
    private final Cache<String, Integer> ofAddress;
    private long minuteBegan;
    private int inMinute;

    ReportLimits(int perMinute, int perAddressPerHour, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.perAddressPerHour = perAddressPerHour;
        this.nanoTime = nanoTime;
        this.minuteBegan = nanoTime.getAsLong() - MINUTE;
        this.ofAddress = Caffeine.newBuilder()
                .maximumSize(MAX_ADDRESSES)
                .expireAfter(Expiry.<String, Integer>creating((_, _) -> HOUR))
                .ticker(nanoTime::getAsLong)
                .build();
    }

    /** Whether one more may go to {@code address}; if so it is counted. */
    synchronized boolean take(String address) {
        long now = nanoTime.getAsLong();
        if (now - minuteBegan >= MINUTE) {
            minuteBegan = now;
            inMinute = 0;
        }
        String key = address.toLowerCase(Locale.ROOT);
        int soFar = Optional.ofNullable(ofAddress.getIfPresent(key)).orElse(0);
        if (inMinute >= perMinute || soFar >= perAddressPerHour) {
            return false;
        }
        inMinute++;
        ofAddress.put(key, soFar + 1);
        return true;
    }
}
