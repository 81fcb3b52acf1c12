package io.backupmx.standalone;

import io.backupmx.config.HostPort;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.ops.StartException;
import io.backupmx.spool.artemis.ArtemisSpool;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Ingress, worker and broker in one process: the spool first and the door last. */
final class Standalone implements Service {

    private static final Logger LOG = LoggerFactory.getLogger(Standalone.class);
    private static final Duration BROKER_STOP = Duration.ofSeconds(30);

    @Override
    public void start(Host host, PrintWriter out) {
        host.config().spool().brokerShown().ifPresent(url -> {
            throw new StartException(
                    "spool.broker: run embeds its own broker and would not use " + url + ": worker and ingress do");
        });
        TlsParts tlsParts = TlsParts.begin(host);
        EmbeddedBroker broker = EmbeddedBroker.start(host.data().spool(), Standalone::endFor);
        host.stop().add("broker", BROKER_STOP, broker::close);
        ArtemisSpool spool = host.spool(broker.url());
        RecipientParts recipients = RecipientParts.start(host, spool);
        Optional<IngressTls> tls = tlsParts.get(); // or nothing begins
        HostPort ops = host.serveOps(
                recipients.requests(),
                WorkerParts.start(host, spool, () -> host.data().spoolDiskBytes())
                        .requests());
        IngressParts ingress = IngressParts.start(host, spool, recipients, tls);

        Announcement announcement = new Announcement(host, out);
        announcement.title("Backup MX " + host.name().domain() + " is ready");
        ingress.announce(announcement);
        tls.ifPresent(begun -> announcement.warn(begun.warnings()));
        announcement.backedUp();
        announcement.line("spool", host.data().spool());
        announcement.end(ops);
    }

    /** A process without its spool must not look alive: whoever watches it starts it again. */
    private static void endFor(String diskFailure) {
        LOG.atError().addKeyValue("cause", diskFailure).log("the spool's disk failed: ending");
        System.exit(CommandLine.ExitCode.SOFTWARE);
    }
}
