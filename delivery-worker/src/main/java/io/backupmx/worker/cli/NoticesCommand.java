package io.backupmx.worker.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tries the notices by mail. */
@Command(
        name = "notices",
        description = "Sends a test notice by way of notices.smarthost, and says what that made of it.")
public final class NoticesCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(names = "--test", required = true, description = "Send one.")
    private boolean test;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        String answer = admin.connect()
                .post("notices/test", Map.of("test", test))
                .path("answer")
                .asText();
        spec.commandLine().getOut().println(Printable.of(answer));
        return 0;
    }
}
