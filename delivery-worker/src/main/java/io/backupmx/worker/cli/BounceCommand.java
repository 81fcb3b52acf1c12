package io.backupmx.worker.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Has the senders of failed mail told. */
@Command(
        name = "bounce",
        description =
                "Returns failed mail (! in mailq) to its sender, forged or not, as a delivery report; mail from <> stays.")
public final class BounceCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup(multiplicity = "1")
    private WhichFailed which = new WhichFailed();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Map<String, ?> body = which.body(spec); // what is wrong with it is said whether a worker answers or not
        int bounced = admin.connect().post("bounce", body).path("bounced").asInt();
        spec.commandLine().getOut().println("to be reported: " + bounced + (bounced == 1 ? " mail" : " mails"));
        return 0;
    }
}
