package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            paramLabel = "CODE",
            arity = "0..1",
            fallbackValue = "",
            description = "Also when a domain, or many of its recipients, would be gone, as it was said when that was"
                    + " refused with this code; without one, as it was refused last.")
    private @Nullable String confirm;

    @Option(names = "--json", description = "What the service answers, as one JSON object.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Object confirmation() {
        String code = confirm;
        if (code == null) {
            return false;
        }
        return code.isEmpty() ? true : code;
    }

    @Override
    public Integer call() {
        JsonNode answer = admin.connect().post("reload", Map.of("confirm", confirmation()));
        ReloadReport report = new ReloadReport(answer);
        report.print(spec.commandLine(), json, false);
        return report.isLoaded() ? 0 : 1;
    }
}
