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

/** Puts failed mail back to work. */
@Command(name = "release", description = "Puts failed mail (! in mailq) back onto its route, to be tried again.")
public final class ReleaseCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Either one mail or all. */
    static final class Which {
        @Parameters(paramLabel = "ID", arity = "1", description = "The queue id, as mailq shows it.")
        private Optional<String> id = Optional.empty();

        @Option(names = "--all", required = true, description = "All failed mail.")
        private boolean all;
    }

    @Override
    public Integer call() {
        Map<String, ?> body = which.all ? Map.of("all", true) : Map.of("queue_id", queueId());
        int released = admin.connect().post("release", body).path("released").asInt();
        spec.commandLine().getOut().println("released " + released + (released == 1 ? " mail" : " mails"));
        return 0;
    }

    private String queueId() {
        return QueueIds.of(which.id.orElse(""), spec).value();
    }
}
