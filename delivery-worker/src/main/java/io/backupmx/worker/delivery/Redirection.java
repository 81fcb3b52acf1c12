package io.backupmx.worker.delivery;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.ops.MailLog;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.spool.Settlement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where mail goes instead that is on another queue than its recipients belong on: to that of a domain that is held now, from there to
 * where it goes since it no longer is, or to the route that the domain has got meanwhile. Nobody's mail is thrown away so: what
 * the tables discard now stays where it is (unless it was held: then nobody knows what it was to be before), and recipients they say nothing of do, too.
 */
final class Redirection {

    private Redirection() {}

    /** For a mail of {@code route}; empty: it belongs there. What of it belongs there has its turn again. */
    static Optional<Settlement> aside(Envelope envelope, Route route, RelayTables tables) {
        return aside(envelope, route, recipient -> way(recipient.path(), route, tables));
    }

    /**
     * The same of what is held only, for as long as not all workers' tables have mail go the same ways: what one of them sends here,
     * because it belongs here by what it has read, must not be sent back.
     */
    static Optional<Settlement> held(Envelope envelope, Route route, RelayTables tables) {
        return tables.holds().isEmpty()
                ? Optional.empty()
                : aside(envelope, route, recipient -> hold(recipient.path(), tables));
    }

    private static Optional<Settlement> aside(
            Envelope envelope, Route route, Function<Recipient, Optional<Route>> now) {
        List<Recipient> others = new ArrayList<>();
        Map<Route, List<Recipient>> moving = new LinkedHashMap<>();
        for (Recipient recipient : envelope.recipients()) {
            Optional<Route> other = now.apply(recipient).filter(way -> !way.equals(route));
            other.ifPresentOrElse(
                    way -> moving.computeIfAbsent(way, _ -> new ArrayList<>()).add(recipient),
                    () -> others.add(recipient));
        }
        if (moving.isEmpty()) {
            return Optional.empty();
        }
        List<Settlement.Copy> copies = new ArrayList<>();
        moving.forEach(
                (way, recipients) -> copies.add(new Settlement.Copy.Moved(way, envelope.withRecipients(recipients))));
        if (!others.isEmpty()) {
            copies.add(new Settlement.Copy.Requeued(envelope.withRecipients(others)));
        }
        return Optional.of(new Settlement.Replace(List.copyOf(copies)));
    }

    /** Where mail for {@code path} goes now that is on the queue of {@code route}. */
    private static Optional<Route> way(ForwardPath path, Route route, RelayTables tables) {
        return hold(path, tables)
                .or(() -> tables.way(path))
                .or(() -> route instanceof Route.Hold(Domain domain) // a subdomain, say, that is ours no more
                        ? tables.way(domain)
                        : Optional.empty())
                .filter(way -> !(way instanceof Route.Discard) || route instanceof Route.Hold);
    }

    private static Optional<Route> hold(ForwardPath path, RelayTables tables) {
        return tables.hold(path).map(hold -> hold);
    }

    /** Says in the mail log what is moved from the queue of {@code route}, and where. */
    static void log(Envelope envelope, Route route, Settlement aside) {
        if (aside instanceof Settlement.Replace(List<Settlement.Copy> copies)) {
            for (Settlement.Copy copy : copies) {
                if (copy instanceof Settlement.Copy.Moved(Route way, Envelope moved)) {
                    MailLog.LOG
                            .atInfo()
                            .addKeyValue("queue_id", envelope.queueId())
                            .addKeyValue("next_hop", way)
                            .addKeyValue("from_next_hop", route)
                            .addKeyValue("recipients", moved.recipients().size())
                            .log(way instanceof Route.Hold ? "held" : "moved");
                }
            }
        }
    }
}
