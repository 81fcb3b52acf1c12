package io.backupmx.worker.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a Postfix speaks to next hops, beside where they are: who it says it is, from which address, and for whom. */
final class NextHopImport {

    private static final String AUTH = "smtp_sasl_auth_enable";
    private static final String PASSWORDS = "smtp_sasl_password_maps";
    private static final String CREDENTIALS = "worker.credentials";
    private static final List<String> BIND = List.of("smtp_bind_address", "smtp_bind_address6");
    private static final String FORWARDED = "smtp_send_xforward_command";

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    NextHopImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    void run() {
        if (parameters.set(AUTH).filter("yes"::equals).isPresent()) {
            credentials();
        }
        addresses();
        if (parameters.isSet(FORWARDED)) {
            report.taken(FORWARDED, "worker.xforward: when_offered, as by default");
        }
    }

    private void credentials() {
        var _ = new TableImport(parameters, config, report).take(PASSWORDS, CREDENTIALS);
        if (parameters.words(PASSWORDS).stream()
                .flatMap(word -> TableName.parse(word, parameters.directory()).stream())
                .noneMatch(TableName.OfText.class::isInstance)) {
            report.attention(AUTH, "is not taken: " + PASSWORDS + " names no text file with passwords");
            return;
        }
        report.taken(AUTH, CREDENTIALS);
        if (parameters
                .set("smtp_tls_security_level")
                .filter(level -> !level.equals("none"))
                .isEmpty()) {
            report.attention(
                    AUTH,
                    "passwords are sent through TLS only here; where a next hop has none, say worker.auth_in_clear: allow");
        }
    }

    private void addresses() {
        List<String> set = new ArrayList<>();
        BIND.forEach(parameter -> parameters.set(parameter).ifPresent(set::add));
        if (set.isEmpty()) {
            return;
        }
        Optional<String> problem = config.setList("worker.bind_address", set);
        BIND.stream()
                .filter(parameters::isSet)
                .forEach(parameter -> problem.ifPresentOrElse(
                        what -> report.attention(parameter, "is not taken: " + what),
                        () -> report.taken(parameter, "worker.bind_address: " + set)));
    }
}
