package io.backupmx.routing;

import io.backupmx.routing.Dns.Answer;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * Asks the DNS for the addresses of a domain's hosts, of both kinds. {@value #AT_ONCE} hosts at a time, for the questions that all
 * may ask at once are few, and whoever has a domain may name as many hosts as he likes that nobody answers for. For virtual
 * threads: blocks.
 */
final class AddressQuestions {

    static final int AT_ONCE = 3;

    private record Asked(Name host, List<CompletableFuture<Answer>> answers) {}

    private final Dns dns;

    AddressQuestions(Dns dns) {
        this.dns = dns;
    }

    /**
     * Has an entry for each of {@code hosts}, which are asked in their order. Done within twice the time of one look-up: those
     * whose turn has not come by then are as if the DNS had failed.
     */
    Map<Name, HostAddresses> of(Collection<Name> hosts) throws InterruptedException {
        long end = System.nanoTime() + dns.patience().multipliedBy(2).toNanos();
        Map<Name, HostAddresses> found = new LinkedHashMap<>();
        Deque<Asked> asked = new ArrayDeque<>(AT_ONCE);
        for (Name host : new LinkedHashSet<>(hosts)) {
            if (asked.size() == AT_ONCE) {
                take(asked.removeFirst(), end, found);
            }
            if (left(end).isPositive()) {
                asked.addLast(new Asked(
                        host, List.of(dns.ask(host, Type.AAAA, left(end)), dns.ask(host, Type.A, left(end)))));
            } else {
                found.put(
                        host, new HostAddresses(List.of(), Optional.of("the DNS takes too long with its other hosts")));
            }
        }
        for (Asked one : asked) {
            take(one, end, found);
        }
        return found;
    }

    private void take(Asked one, long end, Map<Name, HostAddresses> found) throws InterruptedException {
        List<InetAddress> known = new ArrayList<>();
        Optional<String> failure = Optional.empty();
        for (CompletableFuture<Answer> answer : one.answers()) {
            switch (dns.await(answer, left(end))) {
                case Answer.Records(List<Record> records) ->
                    records.stream().flatMap(AddressQuestions::address).forEach(known::add);
                case Answer.NoData _, Answer.NoDomain _ -> {}
                case Answer.Failed(String why) -> failure = failure.or(() -> Optional.of(why));
            }
        }
        found.put(one.host(), new HostAddresses(known, failure));
    }

    private static Duration left(long end) {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /** That a record holds. */
    static Stream<InetAddress> address(Record record) {
        return switch (record) {
            case ARecord a -> Stream.of(a.getAddress());
            case AAAARecord aaaa -> Stream.of(aaaa.getAddress());
            default -> Stream.empty();
        };
    }
}
