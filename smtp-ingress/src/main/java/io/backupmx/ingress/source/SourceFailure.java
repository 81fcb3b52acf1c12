package io.backupmx.ingress.source;

import java.util.Optional;

/** A source could not say whether an address exists. The message is one line for an operator, without secrets. */
final class SourceFailure extends Exception {

    private static final int MAX_LENGTH = 400;

    SourceFailure(String what) {
        super(oneLine(what), null, false, false);
    }

    /** @param what happened, said by {@code cause}, too: what is expected to go wrong needs no stack */
    SourceFailure(String what, Throwable cause) {
        this(what + ": " + reason(cause));
    }

    private SourceFailure(String what, Throwable surprise, boolean stack) {
        super(oneLine(what), surprise, false, stack);
    }

    /** The failure {@code why} of the source called {@code name}. */
    static SourceFailure of(String name, Throwable why) {
        String prefix = "recipient source " + name + ": ";
        return why instanceof SourceFailure
                ? new SourceFailure(prefix + why.getMessage())
                : new SourceFailure(prefix + reason(why), why, false);
    }

    /** What lies at the bottom of it. */
    private static String reason(Throwable why) {
        Throwable deepest = why;
        for (int depth = 0; deepest.getCause() != null && depth < 20; depth++) {
            deepest = deepest.getCause();
        }
        String type = deepest.getClass().getSimpleName();
        return Optional.ofNullable(deepest.getMessage()).orElse(type);
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("[\\s\\p{Cntrl}]+", " ");
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "[...]";
    }
}
