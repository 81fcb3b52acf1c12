package io.backupmx.worker.cli;

import io.backupmx.mail.QueueId;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Queue ids as operators type them, or copy them from {@code mailq}. */
final class QueueIds {

    private QueueIds() {}

    static QueueId of(String text, CommandSpec command) {
        String id = text.endsWith("!") || text.endsWith("*") ? text.substring(0, text.length() - 1) : text;
        return QueueId.parse(id.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new ParameterException(command.commandLine(), "'" + text + "' is not a queue id"));
    }
}
