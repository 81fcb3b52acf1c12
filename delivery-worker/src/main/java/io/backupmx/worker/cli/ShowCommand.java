package io.backupmx.worker.cli;

import com.fasterxml.jackson.core.JacksonException;
import io.backupmx.mail.QueueId;
import io.backupmx.worker.admin.AdminJson;
import io.backupmx.worker.admin.ShownMail;
import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one mail. */
@Command(
        name = "show",
        description = {
            "Shows one mail: who sent it, whose turn it is, what was last said of each recipient, and its headers.",
            "With --content its octets as they came, and nothing else: backupmx show --content ID > mail.eml"
        })
public final class ShowCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Parameters(paramLabel = "ID", arity = "1", description = "The queue id, as mailq shows it.")
    private String id = "";

    @Option(names = "--content", description = "The content, to the octet; it must not be in delivery just then.")
    private boolean content;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final OutputStream octets;

    public ShowCommand() {
        this(System.out);
    }

    /** @param octets where contents go */
    ShowCommand(OutputStream octets) {
        this.octets = octets;
    }

    private boolean toTerminal() {
        return octets.equals(System.out)
                && Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .isPresent();
    }

    @Override
    public Integer call() throws IOException {
        QueueId queueId = QueueIds.of(id, spec);
        AdminClient client = admin.connect();
        if (content) {
            if (toTerminal()) {
                throw new CliException("no terminal should print what strangers wrote: ... --content > FILE");
            }
            client.octets("mail/" + queueId + "/content", octets);
            octets.flush();
            return 0;
        }
        ShownMail mail;
        String text = client.get("mail/" + queueId).toString();
        try {
            mail = AdminJson.MAPPER.readValue(text, ShownMail.class);
        } catch (JacksonException e) {
            throw new CliException("the answer is no mail: are both of one version?", e);
        }
        if (json) {
            spec.commandLine().getOut().print(text + "\n");
        } else {
            new MailText(spec.commandLine().getOut(), Clock.system(ZoneId.systemDefault())).print(mail);
        }
        spec.commandLine().getOut().flush();
        return 0;
    }
}
