package io.backupmx.worker.postfix;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether clients may encrypt, and with which certificate; and what is demanded of next hops. */
final class TlsImport {

    private static final String LEVEL = "smtpd_tls_security_level";
    private static final String CLIENT_LEVEL = "smtp_tls_security_level";
    private static final String CA_FILE = "smtp_tls_CAfile";
    private static final String CHAIN = "smtpd_tls_chain_files";
    private static final String CERTIFICATE = "smtpd_tls_cert_file";
    private static final String KEY = "smtpd_tls_key_file";
    private static final String EC_CERTIFICATE = "smtpd_tls_eccert_file";
    private static final String EC_KEY = "smtpd_tls_eckey_file";
    private static final String CERTIFICATES = "ingress.tls.certificates";

    /** Two files, and which parameters name them. */
    private record Pair(String parameter, String keyParameter, String certificate, String key) {}

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    TlsImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    void run() {
        parameters.set(CLIENT_LEVEL).filter(level -> !level.isEmpty()).ifPresent(this::deliveries);
        parameters.set(CA_FILE).filter(file -> !file.isEmpty()).ifPresent(this::authorities);
        Optional<String> level = parameters.set(LEVEL);
        if (level.filter("none"::equals).isPresent()) {
            var _ = config.set("ingress.tls.mode", "off"); // which is right
            report.taken(LEVEL, "ingress.tls.mode: off");
            return;
        }
        level.ifPresent(this::offered);
        if (parameters.set("smtpd_enforce_tls").filter("yes"::equals).isPresent()) {
            demanded("smtpd_enforce_tls");
        }
        List<Pair> pairs = parameters.isSet(CHAIN)
                ? parameters.words(CHAIN).stream()
                        .map(file -> new Pair(CHAIN, CHAIN, path(file), path(file)))
                        .toList()
                : Stream.concat(pair(CERTIFICATE, KEY).stream(), pair(EC_CERTIFICATE, EC_KEY).stream())
                        .toList();
        pairs.stream().limit(1).forEach(first -> take(first.parameter(), pairs));
    }

    private void deliveries(String level) {
        switch (level) {
            case "none" -> setDeliveries("off");
            case "may" -> report.taken(CLIENT_LEVEL, "worker.tls: opportunistic, as by default");
            case "encrypt" -> setDeliveries("required");
            case "verify", "secure" -> verified(level);
            case "dane" -> dane("dane");
            case "dane-only" -> {
                dane("dane_required");
                report.attention(
                        CLIENT_LEVEL,
                        "dane-only: here a host without usable TLSA records gets its mail encrypted, whoever it is");
            }
            default -> {
                setDeliveries("required");
                report.attention(CLIENT_LEVEL, level + " demands encryption here; certificates are not looked at");
            }
        }
    }

    private void verified(String level) {
        setDeliveries("verify");
        if (level.equals("verify")) {
            report.attention(
                    CLIENT_LEVEL,
                    "verify takes the name of an MX host from any DNS, which may be forged; here it counts where dns.dnssec is"
                            + " trusted, and else the domain's own name does");
        }
    }

    /** Postfix asks the resolver of the system and believes it. */
    private void dane(String level) {
        Optional<String> problem =
                config.setTogether(Map.of("worker.tls", level, "dns.dnssec", "trusted"), "dns.servers", "[127.0.0.1]");
        if (problem.isPresent()) {
            report.attention(CLIENT_LEVEL, "is not taken: " + problem.get());
            return;
        }
        report.taken(CLIENT_LEVEL, "worker.tls: " + level);
        report.attention(
                CLIENT_LEVEL,
                level
                        + " needs a resolver that validates: dns.servers is 127.0.0.1 now, write another if that is not yours");
    }

    private void authorities(String file) {
        Optional<String> problem = config.set("worker.tls_ca_file", path(file));
        if (problem.isPresent()) {
            report.attention(CA_FILE, "is not taken: " + problem.get());
        } else {
            report.taken(CA_FILE, "worker.tls_ca_file: " + path(file));
        }
    }

    private void setDeliveries(String value) {
        var _ = config.set("worker.tls", value); // which is right
        report.taken(CLIENT_LEVEL, "worker.tls: " + value);
    }

    private void offered(String level) {
        if (level.equals("may")) {
            report.taken(LEVEL, "ingress.tls.mode: starttls, as by default");
        } else {
            demanded(LEVEL);
        }
    }

    private void demanded(String parameter) {
        report.attention(
                parameter,
                "is not taken: TLS is offered to every client and demanded of none, for a backup must take what the"
                        + " world sends");
    }

    private Optional<Pair> pair(String certificate, String key) {
        return parameters
                .set(certificate)
                .filter(file -> !file.equals("none"))
                .map(file -> parameters
                        .set(key)
                        .map(named -> new Pair(certificate, key, path(file), path(named)))
                        .orElseGet(() -> new Pair(certificate, certificate, path(file), path(file)))); // postconf(5)
    }

    /** The first is everybody's; what Postfix has beside it is chosen by its names, or by the kind of its key. */
    private void take(String parameter, List<Pair> pairs) {
        Pair first = pairs.getFirst();
        Map<String, String> values =
                Map.of("ingress.tls.certificate", first.certificate(), "ingress.tls.key", first.key());
        List<Pair> others = pairs.subList(1, pairs.size());
        Optional<String> problem = others.isEmpty()
                ? config.setTogether(values)
                : config.setTogether(values, CERTIFICATES, inline(others));
        if (problem.isPresent()) {
            report.attention(parameter, "is not taken: " + problem.get());
            return;
        }
        report.taken(parameter, "ingress.tls.certificate: " + first.certificate());
        told(first.keyParameter(), "ingress.tls.key: " + first.key());
        others.forEach(other -> {
            told(other.parameter(), CERTIFICATES);
            told(other.keyParameter(), CERTIFICATES);
        });
        pairs.forEach(this::warnOfUnreadable);
    }

    private void told(String parameter, String said) {
        if (!report.isTold(parameter)) {
            report.taken(parameter, said);
        }
    }

    private static String inline(List<Pair> pairs) {
        List<String> entries = new ArrayList<>();
        for (Pair pair : pairs) {
            entries.add("other-" + (entries.size() + 1) + ": {certificate: " + ImportedConfig.quoted(pair.certificate())
                    + ", key: " + ImportedConfig.quoted(pair.key()) + "}");
        }
        return "{" + String.join(", ", entries) + "}";
    }

    private void warnOfUnreadable(Pair pair) {
        if (!Files.isReadable(Path.of(pair.key()))) {
            report.attention(
                    pair.keyParameter(),
                    pair.key()
                            + " cannot be read by who runs this import. Postfix reads it as root; here the user that runs the"
                            + " ingress must be able to");
        }
    }

    private String path(String name) {
        try {
            return parameters.directory().resolve(name).toString();
        } catch (InvalidPathException _) {
            return name; // our configuration says what is wrong with it
        }
    }
}
