package io.backupmx.standalone;

import io.backupmx.config.HostPort;
import io.backupmx.worker.cli.ConfigOptions;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One of any number of workers on one broker, until it is told to end. */
@Command(
        name = "worker",
        description = {
            "Delivers the mail of the broker at spool.broker, until SIGTERM or Ctrl-C.",
            "Any number of workers share the work; each needs a data directory (--data) and an ops.listen of its own.",
            "It starts without the broker, too, and waits for it: /readyz tells."
        })
final class WorkerCommand implements Callable<Integer> {

    /** A broker that is there answers within it, so that what is printed is true. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(2);

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        Service worker = WorkerCommand::start;
        return worker.live(options.source(Map.of()), spec.commandLine().getOut());
    }

    private static void start(Host host, PrintWriter out) {
        SeparateBroker broker = SeparateBroker.of(host, "worker");
        WorkerParts worker = WorkerParts.start(host, broker.spool(), OptionalLong::empty);
        HostPort ops = host.serveOps(worker.requests());

        Announcement announcement = new Announcement(host, out);
        announcement.title("Backup MX worker " + host.name().domain() + " is running");
        announcement.backedUp();
        broker.announce(announcement, worker.health().awaitAnswer(FIRST_ANSWER));
        announcement.end(ops);
    }
}
