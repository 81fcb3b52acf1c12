package io.backupmx.worker.cli;

import io.backupmx.ops.MachineName;
import io.backupmx.worker.postfix.ImportReport;
import io.backupmx.worker.postfix.ImportReport.Kind;
import io.backupmx.worker.postfix.PostfixImport;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes our configuration after Postfix's, and says of each parameter what became of it. Changes nothing of Postfix's. */
@Command(
        name = "import-postfix",
        description = {
            "Makes a configuration of Postfix's main.cf, whose table files stay in use where they are.",
            "Says of each parameter, on stderr, whether it was taken, needs your attention, or was ignored."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all of it was taken or means nothing here",
            "1:a problem, told on stderr",
            "2:not a command line we know",
            "3:something needs your attention"
        })
public final class ImportPostfixCommand implements Callable<Integer> {

    private static final int ATTENTION = 3;
    private static final String STDIN = "-";

    @Parameters(
            arity = "0..1",
            paramLabel = "DIR|FILE",
            defaultValue = "/etc/postfix",
            description = "main.cf or its directory; - reads what postconf -n prints from stdin."
                    + " By default ${DEFAULT-VALUE}.")
    private String source = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where the configuration goes; by default to stdout.")
    private Optional<Path> output = Optional.empty();

    @Option(names = "--force", description = "Writes over FILE when it is there.")
    private boolean force;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PostfixImport imported = read();
        write(imported.yaml());
        PrintWriter err = spec.commandLine().getErr();
        ImportReport report = imported.report();
        report.lines().forEach(err::println);
        long attention = report.count(Kind.ATTENTION);
        err.printf(
                "%d taken, %d need attention, %d ignored%n",
                report.count(Kind.TAKEN), attention, report.count(Kind.IGNORED));
        return attention == 0 ? 0 : ATTENTION;
    }

    private PostfixImport read() {
        Path directory = Path.of("/etc/postfix");
        try {
            if (source.equals(STDIN)) {
                return read(new Unclosed(System.in), Path.of("postconf -n"), directory);
            }
            Path named = Path.of(source).toAbsolutePath().normalize();
            Path file = Files.isDirectory(named) ? named.resolve("main.cf") : named;
            return read(
                    Files.newInputStream(file),
                    file,
                    Optional.ofNullable(file.getParent()).orElse(directory));
        } catch (NoSuchFileException e) {
            throw new CliException(e.getFile() + ": no such file; name main.cf or its directory", e);
        } catch (AccessDeniedException e) {
            throw new CliException(e.getFile() + ": cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new CliException(source + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static PostfixImport read(InputStream text, Path shown, Path directory) throws IOException {
        return PostfixImport.read(
                text,
                shown,
                directory,
                MachineName.of(Optional.empty()).domain().name());
    }

    private void write(String yaml) {
        if (output.isEmpty()) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(yaml);
            out.flush();
            return;
        }
        Path file = output.get();
        try {
            if (force) {
                Files.writeString(file, yaml);
            } else {
                Files.writeString(file, yaml, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            }
        } catch (FileAlreadyExistsException e) {
            throw new CliException(file + ": is there already; --force writes over it", e);
        } catch (IOException e) {
            throw new CliException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** Stdin is not ours to close. */
    private static final class Unclosed extends FilterInputStream {

        Unclosed(InputStream in) {
            super(in);
        }

        @Override
        public void close() {}
    }
}
