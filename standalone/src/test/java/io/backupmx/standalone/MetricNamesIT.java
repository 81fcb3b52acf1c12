package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.BrokerProcess;
import io.backupmx.testing.MailCorpus;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ScriptedPrimary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts, board and documentation speak of metrics that are there. */
class MetricNamesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Prometheus makes them itself. */
    private static final Set<String> PROMETHEUS_OWN = Set.of("up", "ALERTS");

    private static final Pattern SAMPLE_OR_TYPE = Pattern.compile("(?m)^(?:# TYPE )?([a-zA-Z_]\\w*)(?=[{ ])");
    private static final Pattern OURS = Pattern.compile("`(backupmx_\\w+)");

    @TempDir
    private Path directory;

    @Test
    void whatIsAskedForIsExported() throws IOException {
        Set<String> asked = asked();
        try (ScriptedPrimary primary = ScriptedPrimary.started();
                BrokerProcess broker = BrokerProcess.start(directory.resolve("broker"));
                ServiceProcess worker = ServiceProcess.worker(directory.resolve("worker"), broker.url())
                        .backingUp("example.test", primary.port())
                        .backingUp("down.test", Ports.free())
                        .jvm("-Xmn4m") // so that there is garbage to collect
                        .ready();
                ServiceProcess ingress = ServiceProcess.ingress(directory.resolve("ingress"), broker.url())
                        .backingUp("example.test", primary.port())
                        .backingUp("down.test", 9)
                        .set(
                                "recipient_sources.http.people.url=http://127.0.0.1:9/",
                                "ingress.rspamd.url=http://127.0.0.1:9/")
                        .ready()) {
            Sender.send(ingress.smtpPort(), MailCorpus.ordinary().octets(), "alice@example.test");
            Sender.send(ingress.smtpPort(), MailCorpus.ordinary().octets(), "alice@down.test");
            primary.awaitMails(1, PATIENCE);

            ServiceProcess.await(
                    PATIENCE, () -> assertThat(exported(ingress, worker)).containsAll(asked));
        }
    }

    private static Set<String> asked() throws IOException {
        Set<String> asked = Stream.concat(Monitoring.ruleExpressions().stream(), Monitoring.boardExpressions().stream())
                .flatMap(expression -> Monitoring.metricsIn(expression).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        OURS.matcher(Files.readString(Monitoring.RUNBOOK)).results().forEach(name -> asked.add(name.group(1)));
        asked.removeAll(Monitoring.recorded());
        asked.removeAll(PROMETHEUS_OWN);
        return asked;
    }

    private static Set<String> exported(ServiceProcess... services) {
        Set<String> exported = new HashSet<>();
        for (ServiceProcess service : List.of(services)) {
            SAMPLE_OR_TYPE
                    .matcher(service.get("/metrics"))
                    .results()
                    .map(name -> name.group(1))
                    .forEach(exported::add);
        }
        return exported;
    }
}
