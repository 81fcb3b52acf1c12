package io.backupmx.worker.postfix;

import io.backupmx.config.RecipientSourcesConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Domains that Postfix takes mail for because their MX records say so. */
final class MxBackupImport {

    static final String PERMIT = "permit_mx_backup";

    private static final String NETWORKS = "permit_mx_backup_networks";
    private static final String KEY = "permit_mx_backup.networks";
    private static final String SOURCES = "permit_mx_backup.recipient_sources";

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    MxBackupImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    /** @param words of the restriction {@code parameter}, in small letters */
    void restriction(String parameter, List<String> words) {
        int permit = words.indexOf(PERMIT);
        if (permit < 0) {
            return;
        }
        if (!parameters.isSet(NETWORKS)) {
            report.attention(
                    parameter,
                    "permit_mx_backup without permit_mx_backup_networks is unsafe, for whoever names this host in an MX"
                            + " record uses it as a relay; it is not taken: list the domains, each with primary: mx, or"
                            + " write " + KEY);
        } else if (words.subList(0, permit).stream().anyMatch(MxBackupImport::endsForOthers)) {
            report.attention(
                    parameter,
                    "permit_mx_backup has no effect in Postfix behind what refuses other domains; it is not taken");
        } else {
            take(parameter);
        }
    }

    private static boolean endsForOthers(String word) {
        return word.endsWith("_unauth_destination") || word.equals("reject") || word.equals("defer");
    }

    private void take(String parameter) {
        List<String> taken = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        for (String word : parameters.words(NETWORKS)) {
            Optional<String> network = network(word);
            network.ifPresentOrElse(taken::add, () -> lost.add(word));
        }
        if (lost.stream().anyMatch(word -> word.startsWith("!"))) {
            report.attention(NETWORKS, "is not taken: exclusions are not supported; write " + KEY);
            return;
        }
        if (!lost.isEmpty()) {
            report.attention(NETWORKS, String.join(", ", lost) + ": not taken, for it is no network: write " + KEY);
        }
        if (taken.isEmpty()) {
            return;
        }
        config.setLists(Map.of(KEY, taken, SOURCES, List.of(RecipientSourcesConfig.PRIMARY)))
                .ifPresentOrElse(problem -> report.attention(NETWORKS, "is not taken: " + problem), () -> {
                    report.taken(NETWORKS, KEY + ": " + String.join(", ", taken));
                    report.attention(
                            parameter,
                            "permit_mx_backup is taken with " + SOURCES
                                    + ": [primary]: Postfix takes every address of these"
                                    + " domains, here their primaries are asked who exists, or whoever points a domain of"
                                    + " his at an unused address within the networks fills the spool");
                });
    }

    /** Postfix writes IPv6 within brackets. */
    private static Optional<String> network(String word) {
        String text = word.toLowerCase(Locale.ROOT).replaceFirst("^\\[([0-9a-f:.]+)\\]", "$1");
        return Optional.of(text).filter(it -> it.matches("[0-9a-f:.]*[:.][0-9a-f:.]*(/[0-9]+)?"));
    }
}
