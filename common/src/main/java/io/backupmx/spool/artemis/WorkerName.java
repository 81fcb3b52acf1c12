package io.backupmx.spool.artemis;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names of workers as the bus carries them: legible, bounded, and safe inside a broker's filter. */
final class WorkerName {

    private static final int MAX_GIVEN = 64;

    private WorkerName() {}

    /** {@code given}, then what tells this life of it from any other: the process id and a random number. */
    static String unique(String given) {
        StringBuilder name = new StringBuilder();
        given.codePoints().limit(MAX_GIVEN).map(c -> isSafe(c) ? c : '_').forEach(name::appendCodePoint);
        return name.append('.')
                .append(ProcessHandle.current().pid())
                .append('.')
                .append(HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()))
                .toString();
    }

    private static boolean isSafe(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    }
}
