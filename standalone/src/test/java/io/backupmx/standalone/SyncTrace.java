package io.backupmx.standalone;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What strace saw of a service that takes mail: the syncs of its files and what it said to its clients.
 *
 * @param syncsOfMails for each 250 that a mail got, the syncs that had begun since the last 354 and were done by then; says
 *     something about a mail only when they come one after the other
 * @param syncs all that were done
 */
record SyncTrace(List<Integer> syncsOfMails, int syncs) {

    /** Which system calls to trace, and how much of what is written, for {@code strace -f -o}. */
    static final List<String> OPTIONS = List.of("-s", "40", "-e", "trace=fdatasync,fsync,msync,write,writev,sendto");

    private static final Pattern LINE = Pattern.compile("(?<thread>\\d+) +(?<call>.*)");
    private static final Pattern SYNC = Pattern.compile("(fdatasync|fsync|msync)\\(.*");
    private static final Pattern RESUMED = Pattern.compile("<\\.\\.\\. (fdatasync|fsync|msync) resumed>.*");
    private static final Pattern START_CONTENT = Pattern.compile("\\w+\\(\\d+, .*\"354 .*");
    private static final Pattern QUEUED = Pattern.compile("\\w+\\(\\d+, .*\"250 2\\.0\\.0 Ok: queued as .*");
    private static final String DONE = "= 0";

    static SyncTrace of(String trace) {
        Reading reading = new Reading();
        for (String line : trace.lines().toList()) {
            Matcher parts = LINE.matcher(line);
            if (parts.matches()) {
                reading.call(parts.group("thread"), parts.group("call"));
            }
        }
        return new SyncTrace(List.copyOf(reading.syncsOfMails), reading.syncs);
    }

    private static final class Reading {
        private final List<Integer> syncsOfMails = new ArrayList<>();
        /** Of the threads that are within a sync, whether that began since the last 354. */
        private final Map<String, Boolean> syncing = new HashMap<>();

        private int syncsOfMail;
        private int syncs;

        private void call(String thread, String call) {
            if (START_CONTENT.matcher(call).matches()) {
                syncsOfMail = 0;
                syncing.replaceAll((_, _) -> false);
            } else if (QUEUED.matcher(call).matches()) {
                syncsOfMails.add(syncsOfMail);
                syncsOfMail = 0;
            } else if (SYNC.matcher(call).matches()) {
                syncing.put(thread, true);
                endOf(thread, call);
            } else if (RESUMED.matcher(call).matches()) {
                endOf(thread, call);
            }
        }

        private void endOf(String thread, String call) {
            if (call.endsWith(DONE)) {
                boolean ofThisMail = Boolean.TRUE.equals(syncing.remove(thread));
                syncs++;
                syncsOfMail += ofThisMail ? 1 : 0;
            }
        }
    }
}
