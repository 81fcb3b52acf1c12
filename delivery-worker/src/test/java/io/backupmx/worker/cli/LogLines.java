package io.backupmx.worker.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.stream.Stream;

/** What is logged, until closed. */
final class LogLines implements AutoCloseable {

    private final Logger log;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    LogLines(org.slf4j.Logger log) {
        this.log = (Logger) log;
        lines.start();
        this.log.setLevel(Level.INFO);
        this.log.addAppender(lines);
    }

    /** What {@code key} was in the lines that say {@code message}. */
    List<String> values(String message, String key) {
        return lines.list.stream()
                .filter(line -> line.getMessage().equals(message))
                .flatMap(line -> Stream.ofNullable(line.getKeyValuePairs()).flatMap(List::stream))
                .filter(pair -> pair.key.equals(key))
                .map(pair -> String.valueOf(pair.value))
                .toList();
    }

    @Override
    public void close() {
        log.detachAppender(lines);
        log.setLevel(null);
    }
}
