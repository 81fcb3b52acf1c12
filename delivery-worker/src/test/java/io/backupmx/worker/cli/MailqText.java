package io.backupmx.worker.cli;

import io.backupmx.worker.admin.QueuedMail;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.util.List;

/** What {@code mailq} prints, for tests of other packages. */
public final class MailqText {

    private MailqText() {}

    public static String of(List<QueuedMail> queue) {
        StringWriter text = new StringWriter();
        MailqTable table = new MailqTable(new PrintWriter(text), Clock.systemUTC());
        queue.forEach(table::add);
        table.end();
        return text.toString();
    }
}
