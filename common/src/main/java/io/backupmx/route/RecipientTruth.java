package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which addresses of our domains exist. A domain's inline list is the only word on it; without one the recipients file is;
 * without that every address is assumed to exist.
 *
 * @param inline domain → its local parts in lower case
 */
record RecipientTruth(Map<Domain, Set<String>> inline, Optional<Recipients> file) {

    enum Existence {
        /** Somebody wrote down this very address, or every domain has it. */
        LISTED,
        /** Nobody knows better. */
        ASSUMED,
        UNKNOWN
    }

    RecipientTruth {
        inline = Map.copyOf(inline);
    }

    Existence of(TableAddress address) {
        boolean listed = hasList(address.domain())
                ? inline.getOrDefault(address.domain(), Set.of()).contains(address.localPart())
                : file.filter(f -> f.contains(address)).isPresent();
        if (listed || isRole(address.localPart())) {
            return Existence.LISTED;
        }
        return acceptsEveryAddress(address.domain()) ? Existence.ASSUMED : Existence.UNKNOWN;
    }

    boolean acceptsEveryAddress(Domain domain) {
        return !hasList(domain) && file.map(f -> f.isOpen(domain)).orElse(true);
    }

    private boolean hasList(Domain domain) {
        return inline.containsKey(domain);
    }

    /** RFC 5321 §4.5.1, RFC 2142 §4. */
    private static boolean isRole(String localPart) {
        return localPart.equals("postmaster") || localPart.equals("abuse");
    }
}
