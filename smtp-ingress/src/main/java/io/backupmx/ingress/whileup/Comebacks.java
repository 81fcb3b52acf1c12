package io.backupmx.ingress.whileup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.ingress.recipient.DeferralPolicy.Attempt;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * Who has come back. A client that tries again, a minute after its first try or later, has come back: the same network, sender
 * and recipient (RFC 6647 §5 asks for one minute to 24 hours), or, for senders with many networks, the same sender and recipient
 * for the fourth time. Its network passes for a week then, from each time that it does. What is remembered is bounded; what is
 * forgotten costs one more try. Safe from any thread.
 */
final class Comebacks {

    static final Duration SOONEST = Duration.ofMinutes(1);
    static final Duration LATEST = Duration.ofDays(1);
    static final Duration KNOWN = Duration.ofDays(7);

    /** From wherever, the first included. */
    static final int TRIES = 4;

    /** Of each kind: some 15 MB. */
    static final int MAX_REMEMBERED = 100_000;

    /** What one client can have at will, and what the machines of one sender often have in common. */
    private static final int IPV4_OCTETS = 3;

    private static final int IPV6_OCTETS = 8;

    /** What a try comes to. */
    enum Judgement {
        /** It is the first, or comes sooner than that of a mail server which was told to come again. */
        NOT_YET,
        CAME_BACK,
        /** Its network has come back before. */
        KNOWN
    }

    /** A digest: addresses may be long, and a stranger chooses them. */
    private record Key(long high, long low) {}

    private record Tries(long firstNanos, int count) {
        Tries andOne() {
            return new Tries(firstNanos, count + 1);
        }
    }

    private final Ticker ticker;
    private final Cache<Key, Tries> fromNetwork;
    private final Cache<Key, Tries> fromAnywhere;
    private final Cache<String, Boolean> known;

    Comebacks(Ticker ticker) {
        this(ticker, MAX_REMEMBERED);
    }

    Comebacks(Ticker ticker, int max) {
        this.ticker = ticker;
        this.fromNetwork = cache(ticker, max).expireAfterWrite(LATEST).build();
        this.fromAnywhere = cache(ticker, max).expireAfterWrite(LATEST).build();
        this.known = cache(ticker, max).expireAfterAccess(KNOWN).build();
    }

    private static Caffeine<Object, Object> cache(Ticker ticker, int max) {
        return Caffeine.newBuilder().maximumSize(max).ticker(ticker).executor(Runnable::run);
    }

    /** Remembers the try, and says what it comes to. A client of whom nothing is known has no network, but may come back. */
    Judgement judge(Attempt attempt) {
        Optional<String> network = attempt.client().map(Comebacks::network);
        if (network.isPresent() && known.getIfPresent(network.get()) != null) {
            return Judgement.KNOWN;
        }
        String from = attempt.from().toString();
        String to = attempt.to().toString().toLowerCase(Locale.ROOT);
        long now = ticker.read();
        Tries here = count(fromNetwork, key(network.orElse(""), from, to), now);
        Tries anywhere = count(fromAnywhere, key(from, to), now);
        boolean isBack =
                (here.count() > 1 && isLongAgo(here, now)) || (anywhere.count() >= TRIES && isLongAgo(anywhere, now));
        if (isBack) {
            network.ifPresent(one -> known.put(one, true));
            return Judgement.CAME_BACK;
        }
        return Judgement.NOT_YET;
    }

    private static String network(InetAddress client) {
        byte[] octets = client.getAddress();
        return HexFormat.of().formatHex(octets, 0, client instanceof Inet4Address ? IPV4_OCTETS : IPV6_OCTETS);
    }

    /** How often it was tried, this time included. Each try prolongs how long the first is remembered. */
    private static Tries count(Cache<Key, Tries> tries, Key key, long now) {
        return tries.asMap().merge(key, new Tries(now, 1), (before, _) -> before.andOne());
    }

    private static boolean isLongAgo(Tries tries, long now) {
        return now - tries.firstNanos() >= SOONEST.toNanos();
    }

    private static Key key(String... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            ByteBuffer octets = ByteBuffer.wrap(digest.digest());
            return new Key(octets.getLong(), octets.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }
}
