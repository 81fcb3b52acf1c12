package io.backupmx.worker.postfix;

import io.backupmx.route.NextHop;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.TlsLevel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The entries of {@code smtp_tls_policy_maps}: what Postfix demands of next hops, each as soon as somebody asks. */
final class TlsPolicies {

    private final Map<String, String> entries;
    private final ImportReport report;
    private final Map<NextHop, String> hops = new LinkedHashMap<>();
    private final Map<String, TlsLevel> levels = new LinkedHashMap<>();

    TlsPolicies(Map<String, String> entries, ImportReport report) {
        this.entries = new LinkedHashMap<>(entries);
        this.report = report;
        entries.keySet().forEach(key -> NextHop.parse(key).ifPresent(hop -> hops.putIfAbsent(hop, key)));
    }

    /** Empty: {@code smtp_tls_security_level} counts. */
    Optional<TlsLevel> of(NextHop hop) {
        String exact = hops.get(hop);
        if (exact != null) {
            return Optional.of(level(exact));
        }
        return hop.byMx() ? ofParents(hop.host()) : Optional.empty();
    }

    /** Of the mail exchangers of subdomains that have no entry of their own. */
    Optional<TlsLevel> below(Domain domain) {
        return ofParents("." + domain);
    }

    /** Of mail exchangers below {@code domain} that have an entry, {@code .name} included, where {@code which} is so of the name. */
    Map<String, TlsLevel> namedBelow(Domain domain, Predicate<Domain> which) {
        String end = "." + domain;
        Map<String, TlsLevel> named = new LinkedHashMap<>();
        hops.forEach((hop, key) -> {
            if (hop.byMx()
                    && hop.port() == MailProtocol.SMTP.defaultPort()
                    && hop.host().endsWith(end)
                    && which.test(Domain.of(hop.host()))) {
                named.put(hop.toString(), level(key));
            }
        });
        for (String key : entries.keySet()) {
            if (key.startsWith(".")
                    && key.length() > end.length()
                    && key.endsWith(end)
                    && Domain.parse(key.substring(1)).filter(which).isPresent()) {
                named.put(key, level(key));
            }
        }
        return named;
    }

    /** Keys that nobody has asked for. */
    List<String> idle() {
        return entries.keySet().stream().filter(key -> !levels.containsKey(key)).toList();
    }

    private Optional<TlsLevel> ofParents(String name) {
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            if (entries.containsKey(name.substring(dot))) {
                return Optional.of(level(name.substring(dot)));
            }
        }
        return Optional.empty();
    }

    private TlsLevel level(String key) {
        return levels.computeIfAbsent(key, _ -> level(key, entries.getOrDefault(key, "")));
    }

    /** @param value the level, and attributes ({@code match=}, {@code protocols=}, ...) behind it */
    private TlsLevel level(String key, String value) {
        List<String> words = List.of(value.strip().split("\\s+"));
        if (words.size() > 1) {
            report.attention(
                    TlsPoliciesImport.POLICIES,
                    key + ": " + String.join(" ", words.subList(1, words.size()))
                            + ": is not taken, for only levels are");
        }
        return switch (words.getFirst()) {
            case "none" -> TlsLevel.OFF;
            case "may" -> TlsLevel.OPPORTUNISTIC;
            case "encrypt" -> TlsLevel.REQUIRED;
            case "secure" -> TlsLevel.VERIFY;
            case "verify" -> {
                report.attention(
                        TlsPoliciesImport.POLICIES,
                        key
                                + ": verify takes the name of an MX host from any DNS, which may be forged; here it counts where"
                                + " dns.dnssec is trusted, and else the domain's own name does");
                yield TlsLevel.VERIFY;
            }
            case "dane" -> TlsLevel.DANE;
            case "dane-only" -> {
                report.attention(
                        TlsPoliciesImport.POLICIES,
                        key
                                + ": dane-only: here a host without usable TLSA records gets its mail encrypted, whoever it is");
                yield TlsLevel.DANE_REQUIRED;
            }
            default -> {
                report.attention(
                        TlsPoliciesImport.POLICIES,
                        key + ": " + words.getFirst() + " demands encryption here; certificates are not looked at");
                yield TlsLevel.REQUIRED;
            }
        };
    }
}
