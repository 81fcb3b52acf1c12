package io.backupmx.routing;

import io.backupmx.config.DnsConfig;
import io.backupmx.routing.Dns.Answer;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks lists of addresses in the DNS (RFC 5782), {@value #MAX_QUESTIONS} questions to each at a time, so that one that is
 * silent keeps no other from being asked; what they say is kept for as long as they
 * allow, within an hour. Thread-safe.
 */
public final class ListingLookup {

    /** A list whose records may be kept longer is asked again all the same: who was taken off it wants to send mail. */
    private static final Duration MOST_CACHED = Duration.ofHours(1);

    static final int MAX_QUESTIONS = 50;

    private static final Said TOO_MANY = new Said.Failed("too many questions to this list at once");

    /** What a list says of one address. */
    public sealed interface Said {

        /** It has it: the list's addresses say as what. */
        record Answers(List<InetAddress> addresses) implements Said {}

        /** It does not have it. */
        record Nothing() implements Said {}

        /** Nobody knows. {@code why} is for people. */
        record Failed(String why) implements Said {}
    }

    private final Dns dns;
    private final ConcurrentMap<String, Semaphore> questions = new ConcurrentHashMap<>();

    private ListingLookup(Dns dns) {
        this.dns = dns;
    }

    /** @param zones how many there are to ask */
    public static ListingLookup of(DnsConfig config, int zones) {
        return new ListingLookup(new Dns(config, MOST_CACHED, zones * MAX_QUESTIONS));
    }

    /** Never blocks, never fails; done when {@code patience} ends at the latest. */
    public CompletableFuture<Said> ask(InetAddress address, String zone, Duration patience) {
        Name name;
        try {
            name = new Name(reversed(address) + zone + ".");
        } catch (TextParseException e) {
            return CompletableFuture.completedFuture(new Said.Failed(String.valueOf(e.getMessage())));
        }
        Semaphore places = questions.computeIfAbsent(zone, _ -> new Semaphore(MAX_QUESTIONS));
        if (!places.tryAcquire()) {
            return CompletableFuture.completedFuture(TOO_MANY);
        }
        CompletableFuture<Answer> answer = dns.askNow(name, Type.A);
        var _ = answer.whenComplete((_, _) -> places.release());
        return answer.thenApply(ListingLookup::said)
                .completeOnTimeout(new Said.Failed("no answer in time"), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static Said said(Answer answer) {
        return switch (answer) {
            case Answer.Records(List<Record> records) ->
                new Said.Answers(
                        records.stream().flatMap(AddressQuestions::address).toList());
            case Answer.NoData _, Answer.NoDomain _ -> new Said.Nothing();
            case Answer.Failed(String why) -> new Said.Failed(why);
        };
    }

    /** The octets of IPv4, of IPv6 the nibbles, from the last to the first, each with a dot behind (RFC 5782 §2.1, §2.4). */
    static String reversed(InetAddress address) {
        byte[] octets = address.getAddress();
        StringBuilder name = new StringBuilder();
        for (int i = octets.length - 1; i >= 0; i--) {
            if (address instanceof Inet4Address) {
                name.append(octets[i] & 0xff).append('.');
            } else {
                name.append(Character.forDigit(octets[i] & 0xf, 16)).append('.');
                name.append(Character.forDigit((octets[i] >> 4) & 0xf, 16)).append('.');
            }
        }
        return name.toString();
    }
}
