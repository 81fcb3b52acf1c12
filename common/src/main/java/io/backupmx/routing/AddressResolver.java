package io.backupmx.routing;

import io.backupmx.route.NextHop;
import io.backupmx.smtp.Domain;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The addresses of a next hop, by the system's own resolver (hosts file, DNS), all of them, asked anew each time; of one that
 * means the mail exchangers of a name, by the DNS, in the order of their preference. A host that cannot be resolved now is trouble of the route, whatever the DNS says of it: its last good addresses are a fallback.
 *
 * <p>The JVM caches answers, refusals for 10 s; a process that probes wants {@code -Dsun.net.inetaddr.ttl=1
 * -Dsun.net.inetaddr.negative.ttl=0}.
 */
public final class AddressResolver implements AutoCloseable {

    /** Names to addresses, blocking; the system's in all but tests. */
    interface LookUp {
        InetAddress[] ask(String host) throws UnknownHostException;
    }

    private static final int MAX_THREADS = 8;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** What a look-up came to. */
    public sealed interface Addresses {

        /** At least one, in the resolver's order of preference (RFC 6724). */
        record Found(List<SocketAddress> addresses) implements Addresses {}

        /** None for now. */
        record NotNow(String why) implements Addresses {}
    }

    // The system's resolver blocks in native code: platform threads, few, so that slow DNS takes no carrier thread.
    private final ExecutorService threads;
    private final LookUp lookUp;
    private final Function<Domain, MailHosts> exchangers;
    private final Map<NextHop, List<SocketAddress>> lastGood = new ConcurrentHashMap<>();

    /** @param exchangers who takes a name's mail; may block */
    public AddressResolver(Function<Domain, MailHosts> exchangers) {
        this(InetAddress::getAllByName, exchangers);
    }

    AddressResolver(LookUp lookUp, Function<Domain, MailHosts> exchangers) {
        this.lookUp = lookUp;
        this.exchangers = exchangers;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().daemon().name("resolver-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        threads = pool;
    }

    /** Blocks, for seconds when the DNS is slow; for virtual threads. */
    public Addresses resolve(NextHop hop) {
        try {
            List<SocketAddress> found = addresses(hop)
                    .map(address -> SocketAddress.inetSocketAddress(new InetSocketAddress(address, hop.port())))
                    .toList();
            lastGood.put(hop, found);
            return new Addresses.Found(found);
        } catch (UnknownHostException e) {
            List<SocketAddress> known = lastGood.get(hop);
            return known != null
                    ? new Addresses.Found(known)
                    : new Addresses.NotNow("host " + hop.host() + " cannot be resolved now: " + e.getMessage());
        }
    }

    /** Those of exchangers by the names of these. */
    private Stream<InetAddress> addresses(NextHop hop) throws UnknownHostException {
        if (hop.byMx()) {
            return switch (exchangers.apply(Domain.of(hop.host()))) {
                case MailHosts.Found found -> found.hosts().stream().flatMap(MailHost::named);
                case MailHosts.NullMx _ -> throw notThere(hop, "it takes no mail (null MX)");
                case MailHosts.LoopsBack(String why) -> throw notThere(hop, why);
                case MailHosts.NotNow(String why) -> throw new UnknownHostException(why);
            };
        }
        return isLiteral(hop.host()) ? Stream.of(InetAddress.ofLiteral(hop.host())) : Stream.of(lookUp(hop.host()));
    }

    /** That is an answer: where it was before is not where it is to go. */
    private UnknownHostException notThere(NextHop hop, String why) {
        lastGood.remove(hop);
        return new UnknownHostException(why);
    }

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        CompletableFuture<InetAddress[]> answer = CompletableFuture.supplyAsync(() -> ask(host), threads);
        try {
            InetAddress[] addresses = answer.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (addresses.length == 0) {
                throw new UnknownHostException("name or service not known");
            }
            return addresses;
        } catch (TimeoutException e) {
            throw new UnknownHostException("no answer within " + TIMEOUT.toSeconds() + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnknownHostException("interrupted");
        } catch (ExecutionException e) {
            throw new UnknownHostException(String.valueOf(e.getCause()));
        }
    }

    private InetAddress[] ask(String host) {
        try {
            return lookUp.ask(host);
        } catch (UnknownHostException e) {
            return new InetAddress[0];
        }
    }

    private static boolean isLiteral(String host) {
        try {
            InetAddress _ = InetAddress.ofLiteral(host);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
