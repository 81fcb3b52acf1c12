package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Has a running service load the relay tables anew. */
@Command(
        name = "reload",
        description = {
            "Has the service of this data directory load domains, transport and recipients anew, as SIGHUP does.",
            "All of it or nothing: what is wrong is told, and the old tables stay in use. Exits with 1 then.",
            "Every ingress and every worker has tables of its own; each is to be told, or watches the files itself."
        })
public final class ReloadCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Option(
            names = "--confirm",
            description = "Also when a domain, or many of its recipients, would be gone; without it that is refused.")
    private boolean confirm;

    @Option(names = "--json", description = "What the service answers, as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        JsonNode answer = admin.connect().post("reload", Map.of("confirm", confirm));
        ReloadReport report = new ReloadReport(answer);
        report.print(spec.commandLine(), json, false);
        return report.isLoaded() ? 0 : 1;
    }
}
