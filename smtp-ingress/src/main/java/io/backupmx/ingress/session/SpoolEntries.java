package io.backupmx.ingress.session;

import io.backupmx.ingress.protocol.MailOptions;
import io.backupmx.ingress.protocol.RcptOptions;
import io.backupmx.ingress.protocol.Recipients;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.QueueId;
import io.backupmx.mail.Recipient;
import io.backupmx.route.Route;
import io.backupmx.spool.SpoolEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mail as the spool takes it: one entry for each route its recipients go, all of one queue id. */
final class SpoolEntries {

    private SpoolEntries() {}

    static List<SpoolEntry> of(QueueId id, Arrival arrival, MailOpen mail, boolean headerAscii) {
        Map<Route, List<Recipient>> byRoute = new LinkedHashMap<>();
        for (Recipients.Accepted accepted : mail.recipients().asList()) {
            byRoute.computeIfAbsent(accepted.route(), _ -> new ArrayList<>()).add(recipient(accepted));
        }
        MailOptions options = mail.sender().options();
        List<SpoolEntry> entries = new ArrayList<>(byRoute.size());
        byRoute.forEach((route, recipients) -> {
            Envelope envelope = new Envelope(
                    id,
                    arrival,
                    mail.from(),
                    recipients,
                    options.body(),
                    options.smtpUtf8() && (!headerAscii || mail.from().needsSmtpUtf8()),
                    options.envelopeId(),
                    options.returnContent(),
                    0);
            entries.add(new SpoolEntry(route, options.requireTls() ? envelope.withRequireTls() : envelope));
        });
        return entries;
    }

    private static Recipient recipient(Recipients.Accepted accepted) {
        RcptOptions options = accepted.options();
        return new Recipient(accepted.path(), options.originalRecipient(), options.notifyOn(), Optional.empty());
    }
}
