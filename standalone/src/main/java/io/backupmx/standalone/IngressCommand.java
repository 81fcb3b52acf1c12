package io.backupmx.standalone;

import io.backupmx.config.HostPort;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.worker.admin.AdminRequests;
import io.backupmx.worker.cli.ConfigOptions;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One of any number of ingresses to one broker, until it is told to end. */
@Command(
        name = "ingress",
        description = {
            "Takes mail over SMTP for the broker at spool.broker, until SIGTERM or Ctrl-C.",
            "Needs a data directory (--data) and an ops.listen of its own.",
            "It starts without the broker, too, and tells senders 451 until that is there: /readyz tells."
        })
final class IngressCommand implements Callable<Integer> {

    private static final String NO_QUEUE = "an ingress knows of no queue and no routes: ask a worker (--data, --admin)";

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
        Map<String, String> overrides =
                listen.map(address -> Map.of("ingress.listen", address)).orElse(Map.of());
        Service ingress = IngressCommand::start;
        return ingress.live(options.source(overrides), spec.commandLine().getOut());
    }

    private static void start(Host host, PrintWriter out) {
        TlsParts tlsParts = TlsParts.begin(host);
        SeparateBroker broker = SeparateBroker.of(host, "ingress");
        RecipientParts recipients = RecipientParts.start(host, broker.spool());
        Optional<IngressTls> tls = tlsParts.get(); // or nothing begins
        HostPort ops = host.serveOps(recipients.requests(), AdminRequests.none(NO_QUEUE));
        IngressParts ingress = IngressParts.start(host, broker.spool(), recipients, tls);

        Announcement announcement = new Announcement(host, out);
        announcement.title("Backup MX ingress " + host.name().domain() + " is running");
        ingress.announce(announcement);
        tls.ifPresent(begun -> announcement.warn(begun.warnings()));
        announcement.backedUp();
        broker.announce(announcement, ingress.hasSpool());
        announcement.end(ops);
    }
}
