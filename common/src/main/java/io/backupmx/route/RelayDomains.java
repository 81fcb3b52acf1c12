package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The domains of a file in the form of Postfix's {@code relay_domains}: a table ({@code example.org OK}, the value means
 * nothing) or one domain a line.
 *
 * <p>A stock Postfix takes mail for the subdomains of a listed domain too ({@code parent_domain_matches_subdomains} holds
 * {@code relay_domains} by default), and so do we. A single label ({@code com}) stands for itself only: it would make us a
 * relay for a whole top-level domain.
 */
record RelayDomains(Set<Domain> listed) {

    private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");

    static RelayDomains read(Path file, List<String> problems) {
        FileProblems lines = new FileProblems("relay_domains", file, problems);
        Set<Domain> listed = new LinkedHashSet<>();
        List<PostfixEntry> dotted = new ArrayList<>();
        PostfixTable.forEach(file, lines, entry -> {
            Optional<Domain> domain = Domain.parse(entry.key()).filter(d -> !d.isAddressLiteral());
            if (isListOfDomains(entry)) {
                lines.add(entry.line(), "more than one domain: write each on a line of its own, without commas");
            } else if (entry.key().startsWith(".")) {
                dotted.add(entry);
            } else if (domain.isEmpty()) {
                lines.add(entry.line(), "'" + entry.key() + "' is not a domain name" + hint(entry.key()));
            } else {
                listed.add(domain.get());
            }
        });
        for (PostfixEntry entry : dotted) {
            // Matches nothing in a stock Postfix; harmless beside the entry without the dot, which covers it.
            if (Domain.parse(entry.key().substring(1)).filter(listed::contains).isEmpty()) {
                lines.add(
                        entry.line(),
                        "'" + entry.key() + "': write it without the leading dot; that covers its subdomains,"
                                + " as in Postfix");
            }
        }
        return new RelayDomains(Collections.unmodifiableSet(listed));
    }

    static RelayDomains none() {
        return new RelayDomains(Set.of());
    }

    /** These and {@code more}, whose subdomains are covered likewise. */
    RelayDomains and(Set<Domain> more) {
        Set<Domain> all = new LinkedHashSet<>(more);
        all.addAll(listed);
        return new RelayDomains(Collections.unmodifiableSet(all));
    }

    /** Whether {@code domain} lies below a listed one. */
    boolean coversAsSubdomain(Domain domain) {
        return nearestAbove(domain).isPresent();
    }

    /** The nearest one above {@code domain} whose subdomains are covered. */
    Optional<Domain> nearestAbove(Domain domain) {
        for (Optional<Domain> above = domain.parent();
                above.isPresent();
                above = above.get().parent()) {
            if (coversSubdomains(above.get())) {
                return above;
            }
        }
        return Optional.empty();
    }

    boolean coversSubdomains(Domain domain) {
        return listed.contains(domain) && domain.name().indexOf('.') > 0;
    }

    /** Whether what follows the key are further domains, as in main.cf, and not a table's value. */
    private static boolean isListOfDomains(PostfixEntry entry) {
        String key = entry.key();
        if (key.contains(",") || entry.value().startsWith(",")) {
            return true;
        }
        return !entry.value().isEmpty()
                && !entry.value().equalsIgnoreCase(key)
                && SEPARATORS
                        .splitAsStream(entry.value())
                        .allMatch(
                                word -> word.contains(".") && Domain.parse(word).isPresent());
    }

    private static String hint(String key) {
        if (key.startsWith("!")) {
            return ": exclusions are not supported";
        } else if (key.startsWith("/") || key.contains(":")) {
            return ": files and tables within this file are not supported; write their domains here";
        } else if (key.contains("@")) {
            return ": addresses belong into relay_recipients";
        } else {
            return "";
        }
    }
}
