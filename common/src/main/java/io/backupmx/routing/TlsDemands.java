package io.backupmx.routing;

import io.backupmx.config.Config;
import io.backupmx.config.WorkerConfig;
import io.backupmx.route.NextHop;
import io.backupmx.routing.Dns.Answer;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.smtp.client.TlsDemand;
import io.backupmx.smtp.client.TlsResult;
import io.backupmx.smtp.client.TlsaRecord;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * What a connection to one host is to be, by the level of the way there: which names its certificate may be for, and what the DNS says
 * of it (RFC 7672). For virtual threads: it blocks while the DNS is asked, which it is for DANE, and for MX hosts under {@code verify}.
 */
public final class TlsDemands implements AutoCloseable {

    private final Dns dns;
    private final Optional<StsPolicies> policies;
    private final Runnable onClose;

    TlsDemands(Dns dns, Optional<StsPolicies> policies, Runnable onClose) {
        this.dns = dns;
        this.policies = policies;
        this.onClose = onClose;
    }

    public static TlsDemands of(Config config) {
        Dns dns = new Dns(config.dns());
        if (config.worker().mtaSts() == WorkerConfig.MtaSts.IGNORED) {
            return new TlsDemands(dns, Optional.empty(), () -> {});
        }
        StsFetch fetch = new StsFetch();
        return new TlsDemands(
                dns,
                Optional.of(new StsPolicies(domain -> records(dns, domain), fetch, InstantSource.system())),
                fetch::close);
    }

    /** The TXT records of a domain's policy; empty: nobody can say now. */
    static Optional<List<String>> records(Dns dns, Domain domain) throws InterruptedException {
        try {
            return switch (dns.await(dns.ask(name("_mta-sts." + domain.name()), Type.TXT))) {
                case Answer.Records(List<Record> found) ->
                    Optional.of(found.stream()
                            .filter(TXTRecord.class::isInstance)
                            .map(record -> String.join("", ((TXTRecord) record).getStrings()))
                            .toList());
                case Answer.NoData _, Answer.NoDomain _ -> Optional.of(List.of());
                case Answer.Failed _ -> Optional.empty();
            };
        } catch (TextParseException e) {
            return Optional.of(List.of()); // too long a name to have one
        }
    }

    /** Of a host that the configuration names: its name is beyond doubt. */
    public TlsDemand ofHost(TlsLevel level, String host, int port) {
        return switch (level) {
            case OFF -> new TlsDemand.Clear();
            case OPPORTUNISTIC -> new TlsDemand.Opportunistic();
            case REQUIRED -> new TlsDemand.Encrypted();
            case VERIFY -> new TlsDemand.Verified(List.of(host));
            case DANE, DANE_REQUIRED -> carefully(host, () -> dane(level, host, port, Optional.empty()));
        };
    }

    /**
     * Of a mail exchanger of {@code domain}. Whoever forges the MX records of a domain has certificates for the hosts that he puts
     * there: so the name counts where the records are validated, and else only that of the domain (RFC 7672 §2.2.1, RFC 6125 §6.2.1).
     *
     * @param host one of its MX hosts, or it itself where it has no MX records
     */
    public TlsDemand ofExchanger(TlsLevel level, Domain domain, String host, int port) {
        TlsDemand demand = switch (level) {
            case OFF, OPPORTUNISTIC, REQUIRED -> ofHost(level, host, port);
            case VERIFY ->
                carefully(
                        host,
                        () -> new TlsDemand.Verified(
                                dns.believes() && isNamedSecurely(exchangers(domain), domain, host)
                                        ? distinct(host, domain.name())
                                        : List.of(domain.name())));
            case DANE, DANE_REQUIRED ->
                carefully(host, () -> {
                    Dns.Validated said = exchangers(domain);
                    if (said.answer() instanceof Answer.Failed(String why)) {
                        return TlsDemand.Never.unknown(why);
                    }
                    return isNamedSecurely(said, domain, host)
                            ? dane(level, host, port, Optional.of(domain))
                            : withoutDane(level);
                });
        };
        boolean takesAny = demand instanceof TlsDemand.Opportunistic || demand instanceof TlsDemand.Encrypted;
        return takesAny
                ? carefully(host, () -> byPolicy(domain, host).orElse(demand))
                : demand; // DANE first: RFC 8461 §2
    }

    private Optional<TlsDemand> byPolicy(Domain domain, String host) throws InterruptedException {
        return enforced(domain)
                .map(policy -> policy.names(host)
                        ? new TlsDemand.Verified(List.of(host), TlsDemand.Policy.STS)
                        : new TlsDemand.Never(
                                TlsDemand.Policy.STS,
                                TlsResult.VALIDATION_FAILURE,
                                "is none of the hosts that " + domain + " names in its MTA-STS policy"));
    }

    private Optional<StsPolicy> enforced(Domain domain) throws InterruptedException {
        return policies.isPresent() && !domain.isAddressLiteral()
                ? policies.get().of(domain).filter(StsPolicy::enforced)
                : Optional.empty();
    }

    /** Whether what is demanded of its mail exchangers is the domain's own, and not the same for all who have them in common. */
    public boolean areOf(Domain domain, TlsLevel level) {
        try {
            return switch (level) {
                case OFF -> false;
                case OPPORTUNISTIC, REQUIRED -> enforced(domain).isPresent();
                case DANE, DANE_REQUIRED, VERIFY -> true;
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Of a next hop, be it the host itself or its mail exchangers. */
    public TlsDemand ofHop(TlsLevel level, NextHop hop, SocketAddress address) {
        return hop.byMx()
                ? ofExchanger(level, Domain.of(hop.host()), String.valueOf(address.host()), hop.port())
                : ofHost(level, hop.host(), hop.port());
    }

    private interface Question {
        TlsDemand ask() throws InterruptedException, TextParseException;
    }

    private static TlsDemand carefully(String host, Question question) {
        try {
            return question.ask();
        } catch (TextParseException e) {
            return TlsDemand.Never.unknown("'" + host + "' cannot be asked of the DNS");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return TlsDemand.Never.unknown("interrupted");
        }
    }

    private static TlsDemand withoutDane(TlsLevel level) {
        return level == TlsLevel.DANE ? new TlsDemand.Opportunistic() : new TlsDemand.Encrypted();
    }

    private Dns.Validated exchangers(Domain domain) throws InterruptedException, TextParseException {
        return dns.askValidated(name(domain.name()), Type.MX);
    }

    /** Whether nobody but the domain's owner can have said that {@code host} takes its mail. */
    private static boolean isNamedSecurely(Dns.Validated said, Domain domain, String host) {
        return said.secure()
                && switch (said.answer()) {
                    case Answer.Records(List<Record> records) ->
                        records.stream()
                                .anyMatch(record -> record instanceof MXRecord mx
                                        && text(mx.getTarget()).equals(host));
                    case Answer.NoData _ -> domain.name().equals(host); // RFC 5321 §5.1
                    case Answer.NoDomain _, Answer.Failed _ -> false;
                };
    }

    /** @param exchangerOf whose certificates do as well where their issuer is named (RFC 7672 §3.2.2) */
    private TlsDemand dane(TlsLevel level, String host, int port, Optional<Domain> exchangerOf)
            throws InterruptedException, TextParseException {
        if (isAddress(host)) {
            return withoutDane(level);
        }
        Dns.Validated v4 = dns.askValidated(name(host), Type.A);
        Dns.Validated v6 = dns.askValidated(name(host), Type.AAAA);
        for (Dns.Validated addresses : List.of(v4, v6)) {
            if (addresses.answer() instanceof Answer.Failed(String why)) {
                return TlsDemand.Never.unknown("whether it is known by DANE cannot be said now: " + why); // §2.2
            }
        }
        if (!v4.secure() || !v6.secure()) {
            return withoutDane(level); // whose zone is not signed has no TLSA records that could be believed
        }
        // Of an alias its end comes first, and then the alias itself (§2.2.3).
        Set<String> bases = new LinkedHashSet<>(List.of(text(v4.name()), text(v6.name()), host));
        for (String base : bases) {
            Dns.Validated tlsa = dns.askValidated(name("_" + port + "._tcp." + base), Type.TLSA);
            if (tlsa.answer() instanceof Answer.Failed(String why)) {
                return TlsDemand.Never.unknown("its TLSA records cannot be had: " + why);
            }
            if (tlsa.secure() && tlsa.answer() instanceof Answer.Records(List<Record> records)) {
                return new TlsDemand.Dane(
                        records.stream().flatMap(TlsDemands::tlsa).toList(),
                        Stream.concat(Stream.of(base, host), exchangerOf.map(Domain::name).stream())
                                .distinct()
                                .toList());
            }
        }
        return withoutDane(level);
    }

    private static Stream<TlsaRecord> tlsa(Record record) {
        return record instanceof TLSARecord said
                ? Stream.of(new TlsaRecord(
                        said.getCertificateUsage(),
                        said.getSelector(),
                        said.getMatchingType(),
                        HexFormat.of().formatHex(said.getCertificateAssociationData())))
                : Stream.empty();
    }

    private static boolean isAddress(String host) {
        try {
            return !InetAddress.ofLiteral(host).isAnyLocalAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static List<String> distinct(String... names) {
        return new ArrayList<>(new LinkedHashSet<>(List.of(names)));
    }

    private static Name name(String host) throws TextParseException {
        return new Name(host + ".");
    }

    private static String text(Name name) {
        return name.toString(true).toLowerCase(Locale.ROOT);
    }

    @Override
    public void close() {
        onClose.run();
    }
}
