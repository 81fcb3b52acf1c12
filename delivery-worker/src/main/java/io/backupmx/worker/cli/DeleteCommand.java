package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.mail.QueueId;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Removes mail for good. */
@Command(
        name = "delete",
        description = {
            "Deletes mail for good: nobody gets it, and its sender is not told. By ID, failed mail (! in mailq); with --route,"
                    + " --domain or --sender, mail that waits.",
            "Without --yes it only says what would go. Each mail that went is in the log, by=admin."
        })
public final class DeleteCommand implements Callable<Integer> {

    private static final Set<String> FAILED = Set.of("failed", "dead-letter");

    @Mixin
    private AdminOptions admin = new AdminOptions();

    @ArgGroup(multiplicity = "1")
    private Which which = new Which();

    @Option(names = "--yes", description = "Really.")
    private boolean yes;

    @Option(names = "--force", description = "Whatever the mail waits for, and wherever; with an ID or --stdin.")
    private boolean force;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Supplier<Scanner> in;

    public DeleteCommand() {
        this(() -> new Scanner(System.in, StandardCharsets.US_ASCII));
    }

    /** @param in where ids are read from */
    DeleteCommand(Supplier<Scanner> in) {
        this.in = in;
    }

    /** One mail, many, or all that failed. */
    static final class Which {
        @Parameters(paramLabel = "ID", arity = "1", description = "The queue id, as mailq shows it.")
        private Optional<String> id = Optional.empty();

        @Option(names = "--all-failed", required = true, description = "All failed mail.")
        private boolean all;

        @Option(names = "--stdin", required = true, description = "The queue ids on standard input.")
        private boolean stdin;

        @ArgGroup(exclusive = false, multiplicity = "1")
        private WaitingOptions waiting = new WaitingOptions();
    }

    @Override
    public Integer call() {
        if (force && (which.all || which.waiting.isGiven())) {
            throw new ParameterException(spec.commandLine(), "--force goes with an ID or --stdin only");
        }
        Optional<QueueId> id = which.id.map(text -> QueueIds.of(text, spec));
        AdminClient client = admin.connect();
        PrintWriter out = spec.commandLine().getOut();
        if (which.stdin || which.waiting.isGiven()) {
            Meant meant =
                    which.stdin ? Meant.on(in.get(), force ? "all" : "failed", spec) : which.waiting.meant(client, yes);
            return meant.run(client, "delete", yes, "would delete", "deleted", out);
        }
        if (!yes) {
            out.println(preview(client, id) + "; nothing is deleted without --yes");
            return 1;
        }
        if (id.isEmpty()) {
            out.println("deleted " + mails(deleteAll(client)));
            return 0;
        }
        JsonNode answer = client.post("delete", Map.of("queue_id", id.get().value(), "force", force));
        int deleted = answer.path("deleted").asInt();
        boolean whole = !answer.path("in_hand").asBoolean();
        out.println("deleted " + deleted + (deleted == 1 ? " part" : " parts") + " of " + id.get()
                + (whole ? "" : "; a part is in a worker's hands, or moved meanwhile: look, and say it again"));
        return whole ? 0 : 1;
    }

    /** The service deletes so many at a time. */
    private static long deleteAll(AdminClient client) {
        long deleted = 0;
        boolean more = true;
        while (more) {
            JsonNode answer = client.post("delete", Map.of("all_failed", true));
            int now = answer.path("deleted").asInt();
            deleted += now;
            more = answer.path("more").asBoolean() && now > 0;
        }
        return deleted;
    }

    private static String preview(AdminClient client, Optional<QueueId> id) {
        if (id.isPresent()) {
            JsonNode mail = client.get("mail/" + id.get());
            return "would delete " + id.get() + " from "
                    + Printable.of(mail.path("sender").asText()) + ", "
                    + mail.path("message_size").asLong() + " bytes";
        }
        long failed = client.get("queues")
                .path("queues")
                .valueStream()
                .filter(queue -> FAILED.contains(queue.path("kind").asText()))
                .mapToLong(queue -> queue.path("messages").asLong())
                .sum();
        return "would delete " + mails(failed);
    }

    private static String mails(long count) {
        return count + (count == 1 ? " mail" : " mails");
    }
}
