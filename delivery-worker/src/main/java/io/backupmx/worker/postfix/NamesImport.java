package io.backupmx.worker.postfix;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What we are called, what we say first, and where we listen. */
final class NamesImport {

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    NamesImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    void run() {
        parameters.set("myhostname").ifPresent(name -> take("myhostname", "hostname", name));
        parameters.set("smtpd_banner").ifPresent(this::banner);
        parameters.set("recipient_delimiter").ifPresent(set -> take("recipient_delimiter", "recipient_delimiter", set));
        parameters.set("inet_interfaces").ifPresent(this::listen);
        if (parameters.isSet("proxy_interfaces")) {
            self(parameters.words("proxy_interfaces"));
        }
    }

    private void take(String parameter, String key, String value) {
        config.set(key, value)
                .ifPresentOrElse(
                        problem -> report.attention(parameter, "is not taken: " + problem),
                        () -> report.taken(parameter, key + ": " + value));
    }

    /** Both greet with the name first (RFC 5321 §4.2); Postfix has it in the text. */
    private void banner(String banner) {
        String name = parameters.value("myhostname");
        boolean begins = banner.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT))
                && (banner.length() == name.length() || banner.charAt(name.length()) == ' ');
        String rest = begins ? banner.substring(name.length()).strip() : banner;
        if (!begins) {
            report.attention("smtpd_banner", "does not begin with the host name; ours does: " + name + " " + rest);
        }
        if (rest.isEmpty()) {
            report.attention("smtpd_banner", "is the name alone; here ESMTP Backup MX follows it");
        } else {
            take("smtpd_banner", "ingress.banner", rest);
        }
    }

    private void listen(String interfaces) {
        List<String> words = Parameters.split(interfaces);
        if (words.equals(List.of("all"))) {
            report.taken("inet_interfaces", "ingress.listen, as by default");
            return;
        }
        List<String> addresses = words.stream()
                .map(word -> word.equals("loopback-only") ? "127.0.0.1" : word)
                .filter(word -> words.size() == 1 || !(word.equals("localhost") || word.startsWith("127.")))
                .toList();
        if (addresses.size() == 1) {
            String address = addresses.getFirst();
            take(
                    "inet_interfaces",
                    "ingress.listen",
                    (address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address) + ":25");
        } else {
            report.attention(
                    "inet_interfaces", "is not taken, for ingress.listen is one address: choose one of " + addresses);
        }
    }

    /** Where mail to the world's view of us would come back to. */
    private void self(List<String> addresses) {
        Optional<String> problem = config.setList("mx.self", addresses);
        problem.ifPresentOrElse(
                what -> report.attention("proxy_interfaces", "is not taken: " + what),
                () -> report.taken("proxy_interfaces", "mx.self: " + addresses));
    }
}
