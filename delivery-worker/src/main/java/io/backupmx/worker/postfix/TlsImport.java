package io.backupmx.worker.postfix;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether clients may encrypt, and with which certificate. */
final class TlsImport {

    private static final String LEVEL = "smtpd_tls_security_level";
    private static final String CLIENT_LEVEL = "smtp_tls_security_level";
    private static final String CHAIN = "smtpd_tls_chain_files";
    private static final String CERTIFICATE = "smtpd_tls_cert_file";
    private static final String KEY = "smtpd_tls_key_file";

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
        Optional<String> level = parameters.set(LEVEL);
        if (level.filter("none"::equals).isPresent()) {
            take(LEVEL, Map.of("ingress.tls.mode", "off"));
            return;
        }
        level.ifPresent(this::offered);
        if (parameters.set("smtpd_enforce_tls").filter("yes"::equals).isPresent()) {
            demanded("smtpd_enforce_tls");
        }
        if (parameters.isSet(CHAIN)) {
            chain(parameters.words(CHAIN));
        } else {
            parameters.set(CERTIFICATE).filter(file -> !file.equals("none")).ifPresent(this::certificate);
        }
    }

    private void deliveries(String level) {
        switch (level) {
            case "none" -> take(CLIENT_LEVEL, Map.of("worker.tls", "off"));
            case "may" -> report.taken(CLIENT_LEVEL, "worker.tls: opportunistic, as by default");
            case "encrypt" -> take(CLIENT_LEVEL, Map.of("worker.tls", "required"));
            case "dane" ->
                report.attention(
                        CLIENT_LEVEL,
                        "dane becomes worker.tls: opportunistic, as by default: TLSA records are not looked at here");
            default -> {
                take(CLIENT_LEVEL, Map.of("worker.tls", "required"));
                report.attention(CLIENT_LEVEL, level + " demands encryption here; certificates are not looked at");
            }
        }
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

    /** Its files hold a key and then its certificates each; we have one certificate. */
    private void chain(List<String> files) {
        if (files.size() == 1) {
            take(
                    CHAIN,
                    Map.of(
                            "ingress.tls.certificate",
                            path(files.getFirst()),
                            "ingress.tls.key",
                            path(files.getFirst())));
        } else {
            report.attention(
                    CHAIN,
                    "is not taken, for there is one certificate here: name one of them in ingress.tls.certificate"
                            + " and ingress.tls.key");
        }
    }

    private void certificate(String certificate) {
        String key = parameters.set(KEY).orElse(certificate); // postconf(5): $smtpd_tls_cert_file
        take(CERTIFICATE, Map.of("ingress.tls.certificate", path(certificate), "ingress.tls.key", path(key)));
        if (parameters.isSet(KEY) && !report.isTold(KEY)) {
            report.taken(KEY, "ingress.tls.key: " + path(key));
        }
    }

    private void take(String parameter, Map<String, String> values) {
        Optional<String> problem = config.setTogether(values);
        if (problem.isPresent()) {
            report.attention(parameter, "is not taken: " + problem.get());
            return;
        }
        values.keySet().stream()
                .sorted()
                .limit(1)
                .forEach(key -> report.taken(parameter, key + ": " + values.get(key)));
        String key = values.getOrDefault("ingress.tls.key", "");
        if (!key.isEmpty() && !Files.isReadable(Path.of(key))) {
            report.attention(
                    values.size() == 1 || !parameters.isSet(KEY) ? parameter : KEY,
                    key
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
