package io.backupmx.routing;

import io.backupmx.route.NextHop;
import io.backupmx.routing.NameLookUps.Patience;
import io.backupmx.routing.NameLookUps.Said;
import io.backupmx.smtp.Domain;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The addresses of a next hop, by the system's own resolver (hosts file, DNS), all of them, asked anew each time; of one that
 * means the mail exchangers of a name, by the DNS, in the order of their preference. A host that cannot be resolved now is trouble
 * of the route, whatever the DNS says of it: its last good addresses are a fallback, and the answer after a second already
 * ({@link NameLookUps}).
 *
 * <p>The JVM caches answers, refusals for 10 s; a process that probes wants {@code -Dsun.net.inetaddr.ttl=1
 * -Dsun.net.inetaddr.negative.ttl=0}.
 */
public final class AddressResolver implements AutoCloseable {

    /** Names to addresses, blocking; the system's in all but tests. */
    interface LookUp {
        InetAddress[] ask(String host) throws UnknownHostException;
    }

    private static final int MAX_QUICK = 16;
    private static final int MAX_SLOW = 8;

    /** A name is among them once: more than this are more hosts than routes have. */
    static final int MAX_WAITING = 10_000;

    /** What a look-up came to. */
    public sealed interface Addresses {

        /** At least one, in the resolver's order of preference (RFC 6724). */
        record Found(List<SocketAddress> addresses) implements Addresses {}

        /** None for now. */
        record NotNow(String why) implements Addresses {}
    }

    private final NameLookUps<String> hosts;
    private final NameLookUps<Domain> exchangers;

    /** @param exchangers who takes a name's mail; may block */
    public AddressResolver(Function<Domain, MailHosts> exchangers) {
        this(InetAddress::getAllByName, exchangers);
    }

    AddressResolver(LookUp lookUp, Function<Domain, MailHosts> exchangers) {
        this(lookUp, exchangers, Patience.USUAL);
    }

    AddressResolver(LookUp lookUp, Function<Domain, MailHosts> exchangers, Patience patience) {
        this.hosts = new NameLookUps<>(host -> ask(lookUp, host), threads(MAX_QUICK), threads(MAX_SLOW), patience);
        ExecutorService virtual = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("exchangers").factory());
        this.exchangers = new NameLookUps<>(name -> said(exchangers.apply(name)), virtual, virtual, patience);
    }

    /** The system's resolver blocks in native code: platform threads, few, so that slow DNS takes no carrier thread. */
    private static ExecutorService threads(int most) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                most,
                most,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                Thread.ofPlatform().daemon().name("resolver-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Blocks: for a second at most when it has been resolved before, else for 20 when the DNS is slow. For virtual threads. */
    public Addresses resolve(NextHop hop) {
        return switch (said(hop)) {
            case Said.Found(List<InetAddress> addresses) ->
                new Addresses.Found(addresses.stream()
                        .map(address -> SocketAddress.inetSocketAddress(new InetSocketAddress(address, hop.port())))
                        .toList());
            case Said.Nowhere(String why) -> notNow(hop, why);
            case Said.NotNow(String why) -> notNow(hop, why);
        };
    }

    private static Addresses notNow(NextHop hop, String why) {
        return new Addresses.NotNow("host " + hop.host() + " cannot be resolved now: " + why);
    }

    private Said said(NextHop hop) {
        if (hop.byMx()) {
            return exchangers.of(Domain.of(hop.host()));
        }
        return isLiteral(hop.host())
                ? new Said.Found(List.of(InetAddress.ofLiteral(hop.host())))
                : hosts.of(hop.host());
    }

    private static Said ask(LookUp lookUp, String host) {
        try {
            InetAddress[] addresses = lookUp.ask(host);
            return addresses.length > 0
                    ? new Said.Found(List.of(addresses))
                    : new Said.NotNow("name or service not known");
        } catch (UnknownHostException e) {
            return new Said.NotNow("name or service not known");
        }
    }

    /** Those of exchangers by the names of these. */
    private static Said said(MailHosts exchangers) {
        return switch (exchangers) {
            case MailHosts.Found found ->
                new Said.Found(found.hosts().stream().flatMap(MailHost::named).toList());
            case MailHosts.NullMx _ -> new Said.Nowhere("it takes no mail (null MX)");
            case MailHosts.LoopsBack(String why) -> new Said.Nowhere(why);
            case MailHosts.NotNow(String why) -> new Said.NotNow(why);
        };
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
        hosts.close();
        exchangers.close();
    }
}
