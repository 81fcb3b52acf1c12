package io.backupmx.ingress.session;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.backupmx.ops.MailLog;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the mail log has. */
final class MailLogLines implements AutoCloseable {

    private final Logger log = (Logger) MailLog.LOG;
    private final @Nullable Level before;
    private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            lines.add(line);
        }
    };

    MailLogLines() {
        appender.start();
        before = log.getLevel();
        log.setLevel(Level.INFO);
        log.addAppender(appender);
    }

    /** The key-values of each event called {@code verb}, in their order. */
    List<Map<String, String>> of(String verb) {
        return lines.stream()
                .filter(line -> line.getMessage().equals(verb))
                .map(line -> line.getKeyValuePairs().stream()
                        .collect(Collectors.toMap(pair -> pair.key, pair -> String.valueOf(pair.value))))
                .toList();
    }

    @Override
    public void close() {
        log.detachAppender(appender);
        log.setLevel(before);
    }
}
