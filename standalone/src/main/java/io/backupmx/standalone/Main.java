package io.backupmx.standalone;

import io.backupmx.worker.cli.BounceCommand;
import io.backupmx.worker.cli.CheckCommand;
import io.backupmx.worker.cli.DeleteCommand;
import io.backupmx.worker.cli.FailCommand;
import io.backupmx.worker.cli.FlushCommand;
import io.backupmx.worker.cli.ImportPostfixCommand;
import io.backupmx.worker.cli.MailqCommand;
import io.backupmx.worker.cli.NoticesCommand;
import io.backupmx.worker.cli.PlainErrors;
import io.backupmx.worker.cli.PrimaryTodoCommand;
import io.backupmx.worker.cli.RecipientsCommand;
import io.backupmx.worker.cli.ReleaseCommand;
import io.backupmx.worker.cli.ReloadCommand;
import io.backupmx.worker.cli.RouteCommand;
import io.backupmx.worker.cli.ShowCommand;
import io.backupmx.worker.cli.VersionCommand;
import java.security.Security;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;

/** The command line's entry. */
@Command(
        name = "backupmx",
        description =
                "A secondary mail exchanger: takes, keeps and hands over the mail of domains whose primary is away.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            WorkerCommand.class,
            IngressCommand.class,
            MailqCommand.class,
            FlushCommand.class,
            ReleaseCommand.class,
            ShowCommand.class,
            DeleteCommand.class,
            NoticesCommand.class,
            BounceCommand.class,
            FailCommand.class,
            RouteCommand.class,
            ReloadCommand.class,
            LookupCommand.class,
            RecipientsCommand.class,
            CheckCommand.class,
            ImportPostfixCommand.class,
            PrimaryTodoCommand.class,
            VersionCommand.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:a problem, told on stderr", "2:not a command line we know"})
public final class Main {

    /** The commands that are services; all others talk to the operator and log nothing. */
    private static final Set<String> SERVICES = Set.of("run", "worker", "ingress");

    private Main() {}

    public static void main(String[] args) {
        if (args.length == 0 || !SERVICES.contains(args[0])) {
            System.setProperty("BACKUPMX_LOG_LEVEL", "OFF");
            System.setProperty("BACKUPMX_LIBRARY_LOG_LEVEL", "OFF");
        }
        // A primary may return with another address, and a name that is unknown now may be known in a second.
        Security.setProperty("networkaddress.cache.ttl", "1");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.getSubcommands().values().forEach(Main::explain);
        return PlainErrors.in(commandLine);
    }

    private static void explain(CommandLine command) {
        command.getCommandSpec().mixinStandardHelpOptions(true);
        command.getSubcommands().values().forEach(Main::explain);
    }

    /** As the build wrote it into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                    .orElse("(not from a jar)");
            return new String[] {"Backup MX " + version};
        }
    }
}
