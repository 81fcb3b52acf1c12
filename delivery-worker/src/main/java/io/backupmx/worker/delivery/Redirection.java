package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.ops.MailLog;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.spool.Settlement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where mail goes instead that is on another route than its recipients: to the queue of a domain that is held now, or from
 * there to where it goes since it no longer is.
 */
final class Redirection {

    private Redirection() {}

    /** For a mail that is about to be delivered; empty: it is to be. What is not held of it has its turn again. */
    static Optional<Settlement> aside(Envelope envelope, RelayTables tables) {
        if (tables.holds().isEmpty()) {
            return Optional.empty();
        }
        List<Recipient> others = new ArrayList<>();
        Map<Route, List<Recipient>> held = new LinkedHashMap<>();
        for (Recipient recipient : envelope.recipients()) {
            tables.hold(recipient.path())
                    .ifPresentOrElse(
                            hold -> held.computeIfAbsent(hold, _ -> new ArrayList<>())
                                    .add(recipient),
                            () -> others.add(recipient));
        }
        if (held.isEmpty()) {
            return Optional.empty();
        }
        List<Settlement.Copy> copies = moved(envelope, held);
        if (!others.isEmpty()) {
            copies.add(new Settlement.Copy.Requeued(envelope.withRecipients(others)));
        }
        return Optional.of(new Settlement.Replace(List.copyOf(copies)));
    }

    /**
     * For a mail of {@code from}: each recipient where its mail goes now, or the domain's that was held, where that is nowhere
     * (a subdomain, say, that is ours no more). Empty: that has no way either, or is held still.
     */
    static Optional<Settlement> onward(Envelope envelope, Route.Hold from, RelayTables tables) {
        Optional<Route> usual = usual(from, tables);
        if (usual.isEmpty()) {
            return Optional.empty();
        }
        Map<Route, List<Recipient>> onward = new LinkedHashMap<>();
        for (Recipient recipient : envelope.recipients()) {
            Route way = tables.way(recipient.path())
                    .filter(found -> !found.equals(from))
                    .orElse(usual.get());
            onward.computeIfAbsent(way, _ -> new ArrayList<>()).add(recipient);
        }
        return Optional.of(new Settlement.Replace(List.copyOf(moved(envelope, onward))));
    }

    /** Where the domain's mail goes that was held; empty: nowhere, or it is held still. */
    static Optional<Route> usual(Route.Hold from, RelayTables tables) {
        return tables.holds().containsKey(from)
                ? Optional.empty()
                : tables.way(from.domain()).filter(way -> !way.equals(from));
    }

    /** Says in the mail log what is put aside, and where. */
    static void log(Envelope envelope, Settlement aside) {
        if (aside instanceof Settlement.Replace(List<Settlement.Copy> copies)) {
            for (Settlement.Copy copy : copies) {
                if (copy instanceof Settlement.Copy.Moved(Route hold, Envelope moved)) {
                    MailLog.LOG
                            .atInfo()
                            .addKeyValue("queue_id", envelope.queueId())
                            .addKeyValue("next_hop", hold)
                            .addKeyValue("recipients", moved.recipients().size())
                            .log("held");
                }
            }
        }
    }

    private static List<Settlement.Copy> moved(Envelope envelope, Map<Route, List<Recipient>> byRoute) {
        List<Settlement.Copy> copies = new ArrayList<>();
        byRoute.forEach((route, recipients) ->
                copies.add(new Settlement.Copy.Moved(route, envelope.withRecipients(recipients))));
        return copies;
    }
}
