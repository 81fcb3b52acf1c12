package io.backupmx.standalone;

import io.backupmx.config.ConfigException;
import io.backupmx.config.ConfigLoader;
import io.backupmx.worker.cli.ConfigOptions;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Everything in one process, until it is told to end. */
@Command(
        name = "run",
        description = {
            "Runs ingress, worker and an embedded broker in this process, until SIGTERM or Ctrl-C.",
            "For one domain, --domain and --primary are all it needs; else it reads the configuration."
        })
final class RunCommand implements Callable<Integer> {

    @Option(
            names = "--domain",
            paramLabel = "DOMAIN",
            description = "A domain to back up, besides those of the configuration; may be repeated.")
    private List<String> domains = List.of();

    @Option(names = "--primary", paramLabel = "HOST[:PORT]", description = "Where the mail of every --domain goes.")
    private Optional<String> primary = Optional.empty();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            description = "Where to take mail; by default ingress.listen, 0.0.0.0:25.")
    private Optional<String> listen = Optional.empty();

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        if (domains.isEmpty() == primary.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--domain and --primary belong together");
        }
        try {
            return new Standalone()
                    .live(options.source(overrides()), spec.commandLine().getOut());
        } catch (ConfigException e) {
            if (saysNothing(e)) {
                explain(spec.commandLine().getErr());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw e;
        }
    }

    private Map<String, String> overrides() {
        Map<String, String> overrides = new LinkedHashMap<>();
        listen.ifPresent(address -> overrides.put("ingress.listen", address));
        for (String domain : domains) {
            primary.ifPresent(next -> overrides.put("domains." + domain + ".primary", next));
        }
        return overrides;
    }

    /** Whether nothing is wrong, but that nobody has told us anything yet. */
    private boolean saysNothing(ConfigException e) {
        return options.file().isEmpty()
                && e.problems().size() == 1
                && e.usable().domains().isEmpty()
                && e.usable().relayDomains().isEmpty();
    }

    private static void explain(PrintWriter err) {
        err.println("backupmx: nothing to back up: there is no backupmx.yaml here and none in /etc/backupmx.");
        err.println();
        err.println("Try it for one domain:");
        err.println();
        err.println("  backupmx run --domain example.org --primary mail.example.org:25 --listen 127.0.0.1:2525");
        err.println();
        err.println("or write a backupmx.yaml:");
        err.println();
        err.println(ConfigLoader.EXAMPLE.indent(2));
    }
}
