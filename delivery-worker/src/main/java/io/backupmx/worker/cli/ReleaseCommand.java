package io.backupmx.worker.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Puts failed mail back to work. */
@Command(name = "release", description = "Puts failed mail (! in mailq) back onto its route, to be tried again.")
public final class ReleaseCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup(multiplicity = "1")
    private WhichFailed which = new WhichFailed();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Map<String, ?> body = which.body(spec); // what is wrong with it is said whether a worker answers or not
        int released = admin.connect().post("release", body).path("released").asInt();
        spec.commandLine().getOut().println("released " + released + (released == 1 ? " mail" : " mails"));
        return 0;
    }
}
