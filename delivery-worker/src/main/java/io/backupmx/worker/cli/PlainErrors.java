package io.backupmx.worker.cli;

import io.backupmx.config.ConfigException;
import io.backupmx.ops.StartException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** How the command line tells what went wrong: a line a problem, on stderr. A stack trace is a fault of ours. */
public final class PlainErrors {

    private PlainErrors() {}

    /** Makes {@code commandLine} and its subcommands tell them so. */
    public static CommandLine in(CommandLine commandLine) {
        return commandLine
                .setParameterExceptionHandler(PlainErrors::misused)
                .setExecutionExceptionHandler(PlainErrors::failed);
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        PrintWriter err = command.getErr();
        switch (e) {
            case ConfigException problems -> problems.problems().forEach(err::println);
            case StartException problem -> err.println("backupmx: " + problem.getMessage());
            case CliException problem -> err.println("backupmx: " + problem.getMessage());
            default -> throw e;
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** One line and where to read more, instead of a page of usage. */
    private static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("backupmx: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + moreAbout(command) + "'.");
        return CommandLine.ExitCode.USAGE;
    }

    private static String moreAbout(CommandLine command) {
        CommandLine parent = command.getParent();
        if (parent == null) {
            return "backupmx help";
        }
        return parent.getParent() == null
                ? "backupmx help " + command.getCommandName()
                : command.getCommandSpec().qualifiedName() + " --help"; // help knows no subcommands of subcommands
    }
}
