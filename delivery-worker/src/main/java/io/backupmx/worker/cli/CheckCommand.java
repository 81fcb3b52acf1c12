package io.backupmx.worker.cli;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigException;
import io.backupmx.ops.MachineName;
import io.backupmx.route.CheckedConfig;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Reads everything a service would read at its start, and says what it makes of it. Touches nothing. */
@Command(
        name = "check",
        description = {
            "Validates the configuration and its maps without starting anything.",
            "Prints every problem and exits with 1, or prints what would run."
        })
public final class CheckCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            print(options.load(Map.of()));
            return 0;
        } catch (ConfigException e) {
            PrintWriter err = spec.commandLine().getErr();
            e.problems().forEach(err::println);
            err.println(e.problems().size() == 1 ? "1 problem" : e.problems().size() + " problems");
            return 1;
        }
    }

    private void print(CheckedConfig checked) {
        Config config = checked.config();
        MachineName name = MachineName.of(config.hostname());
        ConfigSummary summary = new ConfigSummary(checked, name);
        PrintWriter out = spec.commandLine().getOut();
        out.println(ConfigSummary.line(
                "read", options.file().map(Path::toString).orElse("no file, only environment and command line")));
        out.println(ConfigSummary.line("name", name.domain()));
        out.println(ConfigSummary.line("smtp", config.ingress().listen()));
        out.println(ConfigSummary.line("ops", "http://" + config.ops().listen()));
        out.println(ConfigSummary.line("data", config.data().toAbsolutePath().normalize()));
        config.spool().brokerShown().ifPresent(url -> out.println(ConfigSummary.line("broker", url)));
        summary.backedUp().forEach(out::println);
        summary.warnings().forEach(warning -> out.println(ConfigSummary.line("warning", warning)));
        out.println("ok");
    }
}
