package io.backupmx.routing;

import io.backupmx.config.Config;
import io.backupmx.config.Networks;
import io.backupmx.routing.Dns.Answer;
import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Asks the DNS whether we are a domain's backup MX, by {@link BackupRules}. For virtual threads: blocks. */
public final class BackupMx {

    private final Dns dns;
    private final Self self;

    BackupMx(Dns dns, Self self) {
        this.dns = dns;
        this.self = self;
    }

    /** @param hostname our name */
    public static BackupMx of(Domain hostname, Config config) {
        return new BackupMx(new Dns(config.dns()), Self.of(hostname, config));
    }

    /**
     * As the DNS says now, or has said and may be quoted. Bounded: three look-ups one after the other, at worst.
     *
     * @param networks where its best hosts have to be
     */
    public BackupStanding standing(Domain domain, Networks networks) throws InterruptedException {
        if (domain.isAddressLiteral()) {
            return new BackupStanding.Refused("an address has no MX records");
        }
        try {
            return switch (dns.await(dns.ask(new Name(domain.name() + "."), Type.MX))) {
                case Answer.Records(List<Record> records) -> byMx(records, networks);
                case Answer.NoData _ -> new BackupStanding.Refused("it has no MX records");
                case Answer.NoDomain _ -> new BackupStanding.Refused("it is not found in the DNS");
                case Answer.Failed(String why) -> new BackupStanding.NotNow(why);
            };
        } catch (TextParseException e) {
            return new BackupStanding.Refused("it cannot be asked of the DNS");
        }
    }

    private BackupStanding byMx(List<Record> records, Networks networks) throws InterruptedException {
        List<MXRecord> all = records.stream()
                .filter(MXRecord.class::isInstance)
                .map(MXRecord.class::cast)
                .toList();
        // A null MX beside others is a mistake (RFC 7505 §3): the others may be meant.
        Map<String, Name> names = new LinkedHashMap<>();
        List<MailHost> hosts = new ArrayList<>();
        for (MXRecord mx : all) {
            if (!mx.getTarget().equals(Name.root)) {
                String name = mx.getTarget().toString(true).toLowerCase(Locale.ROOT);
                names.put(name, mx.getTarget());
                hosts.add(new MailHost(mx.getPriority(), name, List.of()));
            }
        }
        if (all.isEmpty()) {
            return new BackupStanding.NotNow("an answer about MX records without any");
        }
        return hosts.isEmpty()
                ? new BackupStanding.Refused("it takes no mail (null MX)")
                : new BackupRules(self, networks).judge(hosts, wanted -> addresses(wanted, names));
    }

    /** Asked at once. */
    private Map<String, BackupRules.Addresses> addresses(Collection<String> wanted, Map<String, Name> names)
            throws InterruptedException {
        Map<String, List<CompletableFuture<Answer>>> asked = new LinkedHashMap<>();
        for (String host : wanted) {
            Name name = names.getOrDefault(host, Name.root);
            asked.put(host, List.of(dns.ask(name, Type.AAAA), dns.ask(name, Type.A)));
        }
        Map<String, BackupRules.Addresses> addresses = new LinkedHashMap<>();
        for (Map.Entry<String, List<CompletableFuture<Answer>>> one : asked.entrySet()) {
            List<InetAddress> known = new ArrayList<>();
            Optional<String> failure = Optional.empty();
            for (CompletableFuture<Answer> answer : one.getValue()) {
                switch (dns.await(answer)) {
                    case Answer.Records(List<Record> records) ->
                        records.stream().flatMap(MxResolver::address).forEach(known::add);
                    case Answer.NoData _, Answer.NoDomain _ -> {}
                    case Answer.Failed(String why) -> failure = Optional.of(why);
                }
            }
            addresses.put(one.getKey(), new BackupRules.Addresses(known, failure));
        }
        return addresses;
    }
}
