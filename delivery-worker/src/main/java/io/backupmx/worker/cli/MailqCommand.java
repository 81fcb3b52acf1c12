package io.backupmx.worker.cli;

import com.fasterxml.jackson.core.JacksonException;
import io.backupmx.worker.admin.AdminJson;
import io.backupmx.worker.admin.QueuedMail;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the queue. */
@Command(
        name = "mailq",
        description = {
            "Lists the mail that waits: why, and until when.",
            "Behind a queue id, * is mail being delivered and ! is failed mail, kept until it is released."
        })
public final class MailqCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(names = "--json", description = "One JSON object a line, with the members of Postfix's postqueue -j.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        AdminClient client = admin.connect();
        if (json) {
            client.lines("queue", line -> out.print(line + "\n"));
            out.flush();
        } else {
            MailqTable table = new MailqTable(out, Clock.system(ZoneId.systemDefault()));
            client.lines("queue", line -> table.add(parse(line)));
            table.end();
        }
        return 0;
    }

    static QueuedMail parse(String line) {
        try {
            return AdminJson.MAPPER.readValue(line, QueuedMail.class);
        } catch (JacksonException e) {
            throw new CliException("the answer is not a mail queue: are both of one version?", e);
        }
    }
}
