package io.backupmx.reload;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a class says to its log, until closed. */
final class LogLines implements AutoCloseable {

    private final Logger log;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    private LogLines(Logger log) {
        this.log = log;
        lines.start();
        log.addAppender(lines);
    }

    static LogLines of(Class<?> type) {
        return new LogLines((Logger) LoggerFactory.getLogger(type));
    }

    /** Those of {@code level} and worse. */
    List<String> from(Level level) {
        return lines.list.stream()
                .filter(line -> line.getLevel().isGreaterOrEqual(level))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Override
    public void close() {
        log.detachAppender(lines);
    }
}
