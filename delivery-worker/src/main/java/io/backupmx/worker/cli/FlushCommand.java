package io.backupmx.worker.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Tries everything now. */
@Command(
        name = "flush",
        description = "Tries all waiting mail now: probes primaries that are down, and makes deferred mail due.")
public final class FlushCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        admin.connect().post("flush", Map.of());
        spec.commandLine().getOut().println("trying all waiting mail now");
        return 0;
    }
}
