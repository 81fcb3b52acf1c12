package io.backupmx.worker.cli;

import io.backupmx.config.ConfigException;
import io.backupmx.ops.MachineName;
import io.backupmx.route.CheckedConfig;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what a primary has to be told of its backup, with the names and addresses of this one. Touches nothing. */
@Command(
        name = "primary-todo",
        description = {
            "Prints what to configure at the primary, so that it takes this backup for what it is:",
            "Postfix, Exim, OpenSMTPD, rspamd and Exchange. Reads the configuration and asks nobody."
        })
public final class PrimaryTodoCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--for",
            paramLabel = "SOFTWARE",
            description = "Only that: ${COMPLETION-CANDIDATES}. By default all of them.")
    private PrimaryTodo.Software[] software = PrimaryTodo.Software.values();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        CheckedConfig checked;
        try {
            checked = options.load(Map.of());
        } catch (ConfigException e) {
            e.problems().forEach(spec.commandLine().getErr()::println);
            return 1;
        }
        PrimaryTodo todo = PrimaryTodo.of(
                checked.config(),
                MachineName.of(checked.config().hostname()).domain(),
                checked.tables().domains());
        PrintWriter out = spec.commandLine().getOut();
        todo.introduction().forEach(out::println);
        for (PrimaryTodo.Software one : software) {
            out.println();
            todo.lines(one).forEach(out::println);
        }
        return 0;
    }
}
