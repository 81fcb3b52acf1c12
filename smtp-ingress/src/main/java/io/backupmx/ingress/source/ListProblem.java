package io.backupmx.ingress.source;

import java.util.Optional;

/** Why there is no list this time, in words for an operator that are the same as long as the trouble is. */
final class ListProblem extends Exception {

    private static final int MAX_CAUSES = 20;

    private final String what;

    ListProblem(String what) {
        super(what);
        this.what = what;
    }

    /** @param doing what could not be done */
    ListProblem(String doing, Throwable cause) {
        super(doing, cause);
        Throwable first = cause;
        for (int i = 0; i < MAX_CAUSES && first.getCause() != null; i++) {
            first = first.getCause();
        }
        this.what = doing + ": " + words(cause) + (first.equals(cause) ? "" : " (" + words(first) + ")");
    }

    private static String words(Throwable cause) {
        return Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName());
    }

    /** Of one line, the cause's own words included. */
    String what() {
        return what.replaceAll("\\p{Cntrl}+", " ");
    }
}
