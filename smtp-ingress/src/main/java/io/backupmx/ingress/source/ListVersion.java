package io.backupmx.ingress.source;

import java.util.Optional;

/**
 * What a server calls a version of a list, to be asked whether there is another (RFC 9110 §8.8).
 *
 * @param entityTag with its quotes
 * @param lastModified as the server wrote it
 */
record ListVersion(Optional<String> entityTag, Optional<String> lastModified) {

    static final ListVersion NONE = new ListVersion(Optional.empty(), Optional.empty());

    /** No server needs more, and it is kept behind the list. */
    private static final int MAX_LENGTH = 500;

    ListVersion {
        entityTag = entityTag.filter(tag -> tag.length() <= MAX_LENGTH);
        lastModified = lastModified.filter(date -> date.length() <= MAX_LENGTH);
    }

    boolean isKnown() {
        return entityTag.isPresent() || lastModified.isPresent();
    }
}
