package io.backupmx.worker.cli;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Has the senders of failed mail told. */
@Command(
        name = "bounce",
        description = {
            "Returns failed mail (! in mailq) to its sender, forged or not, as a delivery report; mail from <> stays.",
            "With --route, --domain or --sender mail that waits fails, and is returned, after --yes only."
        })
public final class BounceCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    @Option(names = "--yes", description = "Really; for mail that waits.")
    private boolean yes;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** One failed mail or all, or mail that waits. */
    static final class Which {
        @Parameters(paramLabel = "ID", arity = "1", description = "The queue id, as mailq shows it.")
        private Optional<String> id = Optional.empty();

        @Option(names = "--all", required = true, description = "All failed mail.")
        private boolean all;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private WaitingOptions waiting = new WaitingOptions();
    }

    @Override
    public Integer call() {
        if (which.waiting.isGiven()) {
            AdminClient client = admin.connect();
            return which.waiting
                    .meant(client, yes)
                    .run(
                            client,
                            "bounce",
                            yes,
                            "would return",
                            "to be reported:",
                            spec.commandLine().getOut());
        }
        Map<String, ?> body = which.all
                ? Map.of("all", true)
                : Map.of("queue_id", QueueIds.of(which.id.orElse(""), spec).value());
        int bounced = admin.connect().post("bounce", body).path("bounced").asInt();
        spec.commandLine().getOut().println("to be reported: " + bounced + (bounced == 1 ? " mail" : " mails"));
        return 0;
    }
}
