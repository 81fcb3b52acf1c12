package io.backupmx.worker.postfix;

import io.backupmx.config.Network;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which clients are known. There they may send to the whole world; here they are only spared what is for strangers. */
final class NetworksImport {

    private static final String PARAMETER = "mynetworks";
    private static final Pattern WHOLE_WORLD = Pattern.compile("(\\[?::\\]?|[0-9.]+)/[0-7]");

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    NetworksImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    void run() {
        if (parameters.isSet(PARAMETER)) {
            networks(parameters.words(PARAMETER).stream()
                    .filter(word -> !isLoopback(word))
                    .toList());
        } else if (parameters.isSet("mynetworks_style")) {
            if (parameters.value("mynetworks_style").equals("class")) {
                report.attention(
                        "mynetworks_style", "is unsafe: class trusts other people's networks; it is not taken");
            } else {
                report.ignored("mynetworks_style", "nobody may send to other domains here");
            }
        }
    }

    private void networks(List<String> words) {
        if (words.isEmpty()) {
            report.ignored(PARAMETER, "this machine alone; here nobody may send to other domains");
            return;
        }
        List<String> wide =
                words.stream().filter(WHOLE_WORLD.asMatchPredicate()).toList();
        if (!wide.isEmpty()) {
            report.attention(PARAMETER, "is unsafe: " + String.join(", ", wide) + " made that Postfix an open relay");
        }
        List<String> taken = new ArrayList<>();
        words.stream()
                .filter(word -> !wide.contains(word))
                .forEach(word -> network(word).ifPresent(taken::add));
        if (!taken.isEmpty()) {
            config.setList("ingress.trusted_networks", taken)
                    .ifPresentOrElse(
                            problem -> report.attention(PARAMETER, "is not taken: " + problem),
                            () -> report.taken(PARAMETER, "ingress.trusted_networks: " + taken));
        }
        report.attention(
                PARAMETER,
                "relaying is not taken: its clients, too, may send to the backed-up domains only. Let them send their"
                        + " other mail through a server that is meant for it");
    }

    private Optional<String> network(String word) {
        String text = word.replaceFirst("^\\[([0-9a-fA-F:.]+)\\]", "$1"); // Postfix writes IPv6 within brackets
        if (Network.parse(text).isEmpty()) {
            report.attention(
                    PARAMETER,
                    word + " is not taken, for it is no network: files, tables and exclusions are not read, and no bits"
                            + " may be behind a prefix");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static boolean isLoopback(String network) {
        return network.startsWith("127.")
                || network.startsWith("[::1]")
                || network.startsWith("[::ffff:127.")
                || network.equals("::1")
                || network.equals("::1/128");
    }
}
