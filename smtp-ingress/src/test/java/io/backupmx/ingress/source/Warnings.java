package io.backupmx.ingress.source;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a lookup warns of, instead of writing it. */
final class Warnings implements AutoCloseable {

    private final Logger log = (Logger) LoggerFactory.getLogger(HttpListLookup.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    Warnings() {
        lines.start();
        log.setAdditive(false);
        log.addAppender(lines);
    }

    /** The problem of each, in their order. */
    List<String> problems() {
        return lines.list.stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(line -> line.getKeyValuePairs() == null
                        ? line.getFormattedMessage()
                        : line.getKeyValuePairs().stream()
                                .filter(pair -> pair.key.equals("problem"))
                                .map(pair -> String.valueOf(pair.value))
                                .findFirst()
                                .orElse(line.getFormattedMessage()))
                .toList();
    }

    @Override
    public void close() {
        log.detachAppender(lines);
        log.setAdditive(true);
    }
}
