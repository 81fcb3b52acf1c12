package io.backupmx.worker.cli;

import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Failed mail that something is done with: either one, or all. */
final class WhichFailed {

    @Parameters(paramLabel = "ID", arity = "1", description = "The queue id, as mailq shows it.")
    private Optional<String> id = Optional.empty();

    @Option(names = "--all", required = true, description = "All failed mail.")
    private boolean all;

    /** As the admin API is told. */
    Map<String, ?> body(CommandSpec command) {
        return all
                ? Map.of("all", true)
                : Map.of("queue_id", QueueIds.of(id.orElse(""), command).value());
    }
}
