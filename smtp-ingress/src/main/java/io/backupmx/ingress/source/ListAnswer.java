package io.backupmx.ingress.source;

/** What a server said of its list. */
sealed interface ListAnswer {

    /** It is the one we have. */
    record Unchanged() implements ListAnswer {}

    /** Another, or maybe the same; its text is in the file that was given. */
    record Fresh(ListVersion version) implements ListAnswer {}
}
