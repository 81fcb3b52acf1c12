package io.backupmx.standalone;

import io.backupmx.ingress.protocol.RcptReply;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.RecipientLines;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.worker.cli.AdminOptions;
import io.backupmx.worker.cli.RecipientQuestion;
import io.backupmx.worker.cli.ReloadPreview;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what would become of a recipient, by the files as they are now. */
@Command(
        name = "lookup",
        description = {
            "Says what a sender would be told at RCPT, where the mail would go, and what says so: by the configuration and"
                    + " its files as they are now, whether a service runs or not.",
            "With --diff: what is different in the files from what the running service has loaded."
        })
final class LookupCommand implements Callable<Integer> {

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @Parameters(
            paramLabel = "ADDRESS",
            arity = "0..*",
            description = "Such as user@example.org; many make one reading.")
    private List<String> addresses = List.of();

    @Option(
            names = "--diff",
            description =
                    "Asks the running service what backupmx reload would change now. Changes nothing; exits with 1"
                            + " when it would be refused.")
    private boolean diff;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "With --diff: how many of each kind to show, 20 if not said, 1000 at most.")
    private int show = ReloadPreview.SHOWN;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** As the tables say; whom these leave to the sources, or to the DNS, the running service is asked about. */
    private RecipientQuestion.Answer answer(RelayTables tables, String address, Optional<ForwardPath> path) {
        boolean isOpen = path.map(tables::verdict)
                .filter(verdict ->
                        verdict instanceof RecipientVerdict.Unsettled || verdict instanceof RecipientVerdict.IfMxBackup)
                .isPresent();
        return isOpen
                ? new RecipientQuestion(admin).ask(address).orElse(LookupResult.NOBODY_TO_ASK)
                : new RecipientQuestion.Answer(
                        RcptReply.to(address, tables::verdict).toString(), Optional.empty());
    }

    @Override
    public Integer call() {
        if (diff != addresses.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "lookup wants addresses, or --diff");
        }
        if (diff) {
            return new ReloadPreview(admin, show).print(spec.commandLine(), json);
        }
        CheckedConfig checked = admin.config().load(Map.of());
        Map<String, Optional<ForwardPath>> paths = new LinkedHashMap<>();
        addresses.forEach(address -> paths.put(address, ForwardPath.parse("<" + address + ">")));
        Optional<RecipientLines> lines = checked.config()
                .relayRecipients()
                .map(file -> RecipientLines.in(
                        file, paths.values().stream().flatMap(Optional::stream).toList()));
        PrintWriter out = spec.commandLine().getOut();
        paths.forEach((address, path) -> {
            RecipientQuestion.Answer answer = answer(checked.tables(), address, path);
            LookupResult result = LookupResult.of(checked, lines, address, path, answer);
            if (json) {
                out.println(result.json());
            } else {
                result.lines().forEach(out::println);
            }
        });
        return 0;
    }
}
