package io.backupmx.routing;

import io.backupmx.config.Config;
import io.backupmx.routing.Dns.Answer;
import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** A domain's mail hosts by RFC 5321 §5.1 and RFC 7505. For virtual threads: it blocks while the DNS is asked. */
public final class MxResolver {

    /** For the answer to somebody else's question: who waits holds a place of the route. */
    private static final long COMPANY_MILLIS = 1000;

    private final Dns dns;
    private final AddressQuestions questions;
    private final MxSelection selection;
    private final Owners owners;
    private final ConcurrentMap<Domain, CompletableFuture<MailHosts>> asking = new ConcurrentHashMap<>();

    MxResolver(Dns dns, Self self, RandomGenerator random) {
        this.dns = dns;
        this.questions = new AddressQuestions(dns);
        this.selection = new MxSelection(self, random);
        this.owners = new Owners(self, System::nanoTime);
    }

    /** @param hostname our name */
    public static MxResolver of(Domain hostname, Config config, RandomGenerator random) {
        return new MxResolver(new Dns(config.dns()), Self.of(hostname, config), random);
    }

    /** One asks; others that want to know the same wait for its answer, a second at most. */
    public MailHosts resolve(Domain domain) {
        CompletableFuture<MailHosts> answer = new CompletableFuture<>();
        CompletableFuture<MailHosts> other = asking.putIfAbsent(domain, answer);
        if (other != null) {
            return answered(other, domain);
        }
        try {
            MailHosts hosts = ask(domain);
            answer.complete(hosts);
            return hosts;
        } finally {
            asking.remove(domain);
            answer.complete(new MailHosts.NotNow("the DNS was not asked to the end")); // only after a surprise
        }
    }

    private static MailHosts answered(CompletableFuture<MailHosts> other, Domain domain) {
        try {
            return other.get(COMPANY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return new MailHosts.NotNow("the DNS takes its time with domain " + domain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new MailHosts.NotNow("interrupted");
        }
    }

    private MailHosts ask(Domain domain) {
        try {
            return domain.isAddressLiteral() ? literal(domain) : byName(new Name(domain.name() + "."));
        } catch (TextParseException e) {
            return new MailHosts.NotNow("'" + domain + "' cannot be asked of the DNS");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new MailHosts.NotNow("interrupted");
        }
    }

    /** RFC 5321 §4.1.3. */
    private MailHosts literal(Domain domain) {
        String inside = domain.name().substring(1, domain.name().length() - 1);
        String address = inside.startsWith("ipv6:") ? inside.substring("ipv6:".length()) : inside;
        try {
            return selection.select(List.of(new MailHost(0, domain.name(), List.of(InetAddress.ofLiteral(address)))));
        } catch (IllegalArgumentException e) {
            return new MailHosts.NotNow("'" + domain + "' is no address");
        }
    }

    private MailHosts byName(Name domain) throws InterruptedException {
        return switch (dns.await(dns.ask(domain, Type.MX))) {
            case Answer.Records(List<Record> records) -> byMx(records);
            case Answer.NoData _ -> byAddress(domain);
            case Answer.NoDomain _ -> new MailHosts.NotNow("domain " + text(domain) + " is not found in the DNS");
            case Answer.Failed(String why) -> new MailHosts.NotNow(why);
        };
    }

    private MailHosts byMx(List<Record> records) throws InterruptedException {
        List<MXRecord> all = records.stream()
                .filter(MXRecord.class::isInstance)
                .map(MXRecord.class::cast)
                .toList();
        // A null MX beside others is a mistake (RFC 7505 §3): the others may be meant.
        List<MXRecord> named = all.stream()
                .filter(mx -> !mx.getTarget().equals(Name.root))
                .sorted(Comparator.comparingInt(MXRecord::getPriority))
                .limit(MxSelection.MAX_HOSTS)
                .toList();
        if (all.isEmpty()) {
            return new MailHosts.NotNow("an answer about MX records without any");
        }
        if (named.isEmpty()) {
            return new MailHosts.NullMx();
        }
        return hosts(named.stream()
                .map(mx -> new Named(mx.getPriority(), mx.getTarget()))
                .toList());
    }

    /** Without MX records the domain is its own only mail host. */
    private MailHosts byAddress(Name domain) throws InterruptedException {
        return hosts(List.of(new Named(0, domain)));
    }

    private record Named(int preference, Name name) {}

    private MailHosts hosts(List<Named> named) throws InterruptedException {
        Map<Name, HostAddresses> addresses =
                questions.of(named.stream().map(Named::name).toList());
        List<MxSelection.Owned> hosts = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Named one : named) {
            HostAddresses found = addresses.getOrDefault(one.name(), new HostAddresses(List.of(), Optional.empty()));
            found.failure().ifPresent(failures::add);
            MailHost host = new MailHost(one.preference(), text(one.name()), found.known());
            hosts.add(
                    new MxSelection.Owned(host, owners.of(host, found.failure().isPresent())));
        }
        MailHosts selected = selection.selectOwned(hosts);
        return selected instanceof MailHosts.NotNow && !failures.isEmpty()
                ? new MailHosts.NotNow(failures.getFirst())
                : selected;
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }
}
