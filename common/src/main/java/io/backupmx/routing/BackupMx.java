package io.backupmx.routing;

import io.backupmx.config.Config;
import io.backupmx.config.Networks;
import io.backupmx.routing.Dns.Answer;
import io.backupmx.smtp.Domain;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Asks the DNS whether we are a domain's backup MX, by {@link BackupRules}. For virtual threads: blocks. */
public final class BackupMx {

    private final Dns dns;
    private final Self self;
    private final AddressQuestions questions;

    BackupMx(Dns dns, Self self) {
        this.dns = dns;
        this.self = self;
        this.questions = new AddressQuestions(dns);
    }

    /** @param hostname our name */
    public static BackupMx of(Domain hostname, Config config) {
        return new BackupMx(new Dns(config.dns()), Self.of(hostname, config));
    }

    /**
     * As the DNS says now, or has said and may be quoted. Bounded: five look-ups one after the other, at worst.
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
                String name = text(mx.getTarget());
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

    private Map<String, HostAddresses> addresses(Collection<String> wanted, Map<String, Name> names)
            throws InterruptedException {
        Map<Name, HostAddresses> found = questions.of(
                wanted.stream().map(host -> names.getOrDefault(host, Name.root)).toList());
        Map<String, HostAddresses> addresses = new LinkedHashMap<>();
        found.forEach((name, known) -> addresses.put(text(name), known));
        return addresses;
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }
}
