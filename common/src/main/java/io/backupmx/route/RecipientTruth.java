package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which addresses of our domains exist. A domain's inline list is the only word on it; without one the recipients file is;
 * without that every address is assumed to exist. Where a domain has sources that are asked, no list is the only word.
 *
 * @param withInline the domains that have an inline list, be it an empty one
 * @param inline the addresses of all inline lists
 */
record RecipientTruth(Set<Domain> withInline, AddressTable inline, Optional<Recipients> file, AskedSources asked) {

    enum Existence {
        /** Somebody wrote down this very address, or every domain has it. */
        LISTED,
        /** Nobody knows better. */
        ASSUMED,
        /** Others than the lists are to be asked. */
        ASKED,
        UNKNOWN
    }

    RecipientTruth {
        withInline = Set.copyOf(withInline);
    }

    Existence of(TableAddress address) {
        return existence(source(address));
    }

    static Existence existence(RecipientSource source) {
        return switch (source) {
            case INLINE_LIST, RECIPIENTS_FILE, EVERY_DOMAIN_HAS_IT -> Existence.LISTED;
            case OPEN_IN_FILE, NO_LIST -> Existence.ASSUMED;
            case ASKED_SOURCES -> Existence.ASKED;
            case NOT_IN_INLINE_LIST, NOT_IN_FILE -> Existence.UNKNOWN;
        };
    }

    /** Who says so. */
    RecipientSource source(TableAddress address) {
        Domain domain = address.domain();
        boolean hasInline = withInline.contains(domain);
        if (hasInline && inline.contains(address)) {
            return RecipientSource.INLINE_LIST;
        } else if (!hasInline && file.filter(f -> f.contains(address)).isPresent()) {
            return RecipientSource.RECIPIENTS_FILE;
        } else if (isRole(address.localPart())) {
            return RecipientSource.EVERY_DOMAIN_HAS_IT;
        } else if (!hasInline && file.filter(f -> f.isOpen(domain)).isPresent()) {
            return RecipientSource.OPEN_IN_FILE;
        } else if (asked.of(domain).isPresent()) {
            return RecipientSource.ASKED_SOURCES;
        } else if (hasInline) {
            return RecipientSource.NOT_IN_INLINE_LIST;
        } else {
            return file.isEmpty() ? RecipientSource.NO_LIST : RecipientSource.NOT_IN_FILE;
        }
    }

    boolean acceptsEveryAddress(Domain domain) {
        return !withInline.contains(domain)
                && file.map(f -> f.isOpen(domain)).orElse(asked.of(domain).isEmpty());
    }

    /** The domains that have a list with somebody in it. */
    Set<Domain> listedDomains() {
        Set<Domain> all = new LinkedHashSet<>(inline.domains());
        file.ifPresent(f -> all.addAll(f.listed().domains()));
        return all;
    }

    /** The domains, subdomains of ours among them, whose every address exists because the file says so. */
    Set<Domain> openDomains() {
        return file.map(Recipients::open).orElse(Set.of());
    }

    /** Every address of the lists that count. */
    void forEachListed(Consumer<TableAddress> consumer) {
        inline.forEach(consumer);
        file.ifPresent(f -> f.listed().forEach(address -> {
            if (!withInline.contains(address.domain())) {
                consumer.accept(address);
            }
        }));
    }

    /** How many addresses of {@code domain} are listed; those that every domain has aside. */
    int listed(Domain domain) {
        return withInline.contains(domain)
                ? inline.size(domain)
                : file.map(f -> f.listed().size(domain)).orElse(0);
    }

    /** Whether this very address is in the list that counts for its domain. */
    boolean isInList(TableAddress address) {
        return withInline.contains(address.domain())
                ? inline.contains(address)
                : file.filter(f -> f.contains(address)).isPresent();
    }

    /** RFC 5321 §4.5.1, RFC 2142 §4. */
    static boolean isRole(String localPart) {
        return localPart.equals("postmaster") || localPart.equals("abuse");
    }
}
