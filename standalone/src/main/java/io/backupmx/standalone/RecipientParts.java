package io.backupmx.standalone;

import io.backupmx.config.Config;
import io.backupmx.config.DomainConfig;
import io.backupmx.config.RecipientSourcesConfig;
import io.backupmx.ingress.primary.PrimarySource;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.backupmx.ingress.recipient.RecipientMetrics;
import io.backupmx.ingress.recipient.SourcedRecipientDirectory;
import io.backupmx.ingress.recipient.TableRecipientDirectory;
import io.backupmx.known.KnownRecipients;
import io.backupmx.spool.artemis.ArtemisSpool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** Who may get mail, for an ingress: the tables, and the sources that the configuration names. */
final class RecipientParts {

    /** Of the table that the ingresses have in common. */
    private static final String TABLE = "recipients";

    private static final Duration KNOWN_STOP = Duration.ofSeconds(8);

    private RecipientParts() {}

    static RecipientDirectory start(Host host, ArtemisSpool spool) {
        Config config = host.config();
        TableRecipientDirectory tables = new TableRecipientDirectory(host.tables());
        host.onTables(tables::replace);
        RecipientMetrics metrics = new RecipientMetrics(host.registry());
        metrics.show(RecipientSourcesConfig.PRIMARY);

        KnownRecipients known = new KnownRecipients(spool.table(TABLE), InstantSource.system());
        host.stop().add("known-recipients", KNOWN_STOP, known::close);
        if (config.domains().values().stream().anyMatch(RecipientParts::asks)) {
            known.start();
        }
        PrimarySource primary = PrimarySource.of(host.vertx(), host.name().domain(), config, known, host.registry());
        host.stop().add("call-aheads", Host.SHORT, primary::close);

        Map<String, RecipientLookup> sources = new HashMap<>();
        return new SourcedRecipientDirectory(tables, sources, primary, known, metrics);
    }

    private static boolean asks(DomainConfig domain) {
        return domain.recipientSources().filter(names -> !names.isEmpty()).isPresent();
    }
}
