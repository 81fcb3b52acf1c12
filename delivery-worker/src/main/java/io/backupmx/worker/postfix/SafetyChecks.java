package io.backupmx.worker.postfix;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Who was let in and what was done to mail, beyond the domains: nothing of it is taken but {@code permit_mx_backup}, and some of
 * it was unsafe.
 */
final class SafetyChecks {

    private static final List<String> RESTRICTIONS = List.of(
            "smtpd_client_restrictions",
            "smtpd_helo_restrictions",
            "smtpd_sender_restrictions",
            "smtpd_relay_restrictions",
            "smtpd_recipient_restrictions",
            "smtpd_data_restrictions",
            "smtpd_end_of_data_restrictions");

    private static final String OTHER_WAY = "is not taken: mail that it concerns was rewritten or delivered elsewhere"
            + " before it was relayed; here it goes to the primary as it came";
    private static final String FILTER = "is not taken: nothing filters mail here; let the primary do it";
    private static final String TLS =
            "is not taken: worker.tls, and domains.DOMAIN.tls, say whether mail travels encrypted to the next hop";
    private static final String DSA = "is not taken: hardly a sender can do with a DSA key any more";
    private static final String SNI =
            "is not taken: list those certificates in ingress.tls.certificates, which are chosen by their names";

    /** What changes the mail's way, or who is refused, and has no counterpart. */
    private static final Map<String, String> WITHOUT_COUNTERPART = Map.ofEntries(
            Map.entry("virtual_alias_maps", OTHER_WAY),
            Map.entry("virtual_alias_domains", OTHER_WAY),
            Map.entry("virtual_mailbox_domains", OTHER_WAY),
            Map.entry("canonical_maps", OTHER_WAY),
            Map.entry("recipient_canonical_maps", OTHER_WAY),
            Map.entry("sender_canonical_maps", OTHER_WAY),
            Map.entry("relocated_maps", OTHER_WAY),
            Map.entry("recipient_bcc_maps", OTHER_WAY),
            Map.entry("sender_bcc_maps", OTHER_WAY),
            Map.entry("always_bcc", OTHER_WAY),
            Map.entry("sender_dependent_relayhost_maps", OTHER_WAY),
            Map.entry("sender_dependent_default_transport_maps", OTHER_WAY),
            Map.entry("smtp_fallback_relay", OTHER_WAY),
            Map.entry("content_filter", FILTER),
            Map.entry("smtpd_milters", FILTER),
            Map.entry("smtpd_proxy_filter", FILTER),
            Map.entry("header_checks", FILTER),
            Map.entry("mime_header_checks", FILTER),
            Map.entry("nested_header_checks", FILTER),
            Map.entry("body_checks", FILTER),
            Map.entry("smtp_use_tls", TLS),
            Map.entry("smtp_enforce_tls", TLS),
            Map.entry("smtpd_tls_dcert_file", DSA),
            Map.entry("tls_server_sni_maps", SNI),
            Map.entry("soft_bounce", "is not taken: what is refused here is refused for good"),
            Map.entry("defer_transports", "is not taken: hold a route with backupmx route hold"));

    private final Parameters parameters;
    private final ImportReport report;
    private final MxBackupImport mxBackup;

    SafetyChecks(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.report = report;
        this.mxBackup = new MxBackupImport(parameters, config, report);
    }

    void run() {
        RESTRICTIONS.stream().filter(parameters::isSet).forEach(this::restrictions);
        WITHOUT_COUNTERPART.keySet().stream()
                .sorted()
                .filter(this::isOn)
                .forEach(parameter -> report.attention(parameter, WITHOUT_COUNTERPART.getOrDefault(parameter, "")));
    }

    private boolean isOn(String parameter) {
        return parameters
                .set(parameter)
                .filter(value -> !value.equals("no") && !value.equals("none"))
                .isPresent();
    }

    private void restrictions(String parameter) {
        List<String> words = parameters.words(parameter).stream()
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
        mxBackup.restriction(parameter, words);
        List<String> lost = new ArrayList<>();
        for (String word : words) {
            if (word.startsWith("check_") || word.equals("reject_unverified_recipient")) {
                lost.add(word);
            }
        }
        if (!lost.isEmpty()) {
            report.attention(
                    parameter,
                    String.join(", ", lost) + ": not taken; let the primary judge, which sees our address in the"
                            + " client's place");
        }
        if (parameter.equals("smtpd_recipient_restrictions")
                && !parameters.isSet("smtpd_relay_restrictions")
                && words.contains("permit")
                && words.stream().noneMatch(word -> word.endsWith("_unauth_destination"))) {
            report.attention(parameter, "is unsafe: permit without reject_unauth_destination made it an open relay");
        }
        if (!report.isTold(parameter)) {
            report.ignored(
                    parameter,
                    "here mail for the backed-up domains is taken from everybody, and no other from anybody");
        }
    }
}
