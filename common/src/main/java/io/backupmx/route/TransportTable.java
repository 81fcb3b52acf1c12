package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file in the form of transport(5); {@link RouteLookup} has the order of a look-up. A domain without a leading dot does
 * not match its subdomains: {@code transport_maps} is not among Postfix's {@code parent_domain_matches_subdomains} by
 * default.
 */
final class TransportTable {

    private final Map<Key, Entry> entries = new LinkedHashMap<>();

    /** What an entry is about. */
    sealed interface Key {
        /** {@code user@domain}. */
        record Address(TableAddress address) implements Key {}

        /** {@code domain}. */
        record Exactly(Domain domain) implements Key {}

        /** {@code .domain}: every subdomain, but not the domain. */
        record Below(Domain domain) implements Key {}

        /** {@code *}. */
        record Anything() implements Key {}

        static Optional<Key> parse(String text) {
            if (text.equals("*")) {
                return Optional.of(new Anything());
            } else if (text.contains("@")) {
                return TableAddress.parse(text).map(Address::new);
            } else if (text.startsWith(".")) {
                return Domain.parse(text.substring(1)).map(Below::new);
            } else {
                return Domain.parse(text).map(Exactly::new);
            }
        }
    }

    /** One line: its key, and what it says of the mail, if we understand it. */
    record Entry(int line, Key key, RouteReading reading) {}

    private TransportTable() {}

    static TransportTable none() {
        return new TransportTable();
    }

    /** Only keys are judged here: an entry we do not understand matters when it is about a domain of ours. */
    static TransportTable read(Path file, FileProblems problems) {
        TransportTable table = new TransportTable();
        for (PostfixEntry entry : PostfixTable.read(file, problems).entries()) {
            Key.parse(entry.key())
                    .ifPresentOrElse(
                            key -> table.entries.putIfAbsent(
                                    key, new Entry(entry.line(), key, RouteReading.transport(entry.value()))),
                            () -> problems.add(
                                    entry.line(), "'" + entry.key() + "' is not domain, .domain, user@domain or *"));
        }
        return table;
    }

    /** The entry of this very address, without those of its domain. */
    Optional<Entry> find(TableAddress address) {
        return find(new Key.Address(address));
    }

    Optional<Entry> find(Domain domain) {
        return findExactly(domain)
                .or(() -> domain.parent().flatMap(this::findBelow))
                .or(this::findAnything);
    }

    /** What a subdomain of {@code domain} without an entry of its own gets. */
    Optional<Entry> findForSubdomains(Domain domain) {
        return findBelow(domain).or(this::findAnything);
    }

    /** In the order of the file. */
    Collection<Entry> entries() {
        return Collections.unmodifiableCollection(entries.values());
    }

    /** Those that have a line of their own, in the order of the file. */
    List<TableAddress> addresses() {
        return entries.keySet().stream()
                .flatMap(key -> key instanceof Key.Address(TableAddress address) ? Stream.of(address) : Stream.empty())
                .toList();
    }

    /** The line of this very domain. */
    Optional<Entry> findExactly(Domain domain) {
        return find(new Key.Exactly(domain));
    }

    /** The line {@code .domain}. */
    Optional<Entry> findDotted(Domain domain) {
        return find(new Key.Below(domain));
    }

    /** The line {@code *}. */
    Optional<Entry> findAnything() {
        return find(new Key.Anything());
    }

    private Optional<Entry> findBelow(Domain domain) {
        return findDotted(domain).or(() -> domain.parent().flatMap(this::findBelow));
    }

    private Optional<Entry> find(Key key) {
        return Optional.ofNullable(entries.get(key));
    }
}
