package io.backupmx.worker.cli;

import java.nio.charset.StandardCharsets;
import java.util.Scanner;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends mail that waits. */
@Command(
        name = "fail",
        description = {
            "Ends mail that waits as if its primary had refused it: its sender is told where reports.failures lets him be,"
                    + " else it is failed mail (! in mailq), to be released, bounced or deleted.",
            "Without --yes it only says how much would. Each recipient is in the log, by=admin."
        })
public final class FailCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    @Option(names = "--yes", description = "Really.")
    private boolean yes;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Supplier<Scanner> in;

    public FailCommand() {
        this(() -> new Scanner(System.in, StandardCharsets.US_ASCII));
    }

    /** @param in where ids are read from */
    FailCommand(Supplier<Scanner> in) {
        this.in = in;
    }

    /** Either ids or what is known of the mail. */
    static final class Which {
        @Option(names = "--stdin", required = true, description = "The queue ids on standard input.")
        private boolean stdin;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private WaitingOptions waiting = new WaitingOptions();
    }

    @Override
    public Integer call() {
        AdminClient client = admin.connect();
        Meant meant = which.stdin ? Meant.on(in.get(), "waiting", spec) : which.waiting.meant(client, yes);
        return meant.run(
                client, "fail", yes, "would fail", "failed", spec.commandLine().getOut());
    }
}
