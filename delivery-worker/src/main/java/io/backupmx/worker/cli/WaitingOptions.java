package io.backupmx.worker.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.worker.admin.QueuedMail;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Mail that waits, by what an operator knows of it; of several options all have to fit. */
final class WaitingOptions {

    private static final String NOBODY = "MAILER-DAEMON";

    @Option(
            names = "--route",
            paramLabel = "ROUTE",
            description =
                    "All mail that waits for it, deferred mail too: as 'backupmx route' shows it, or a part of it that no"
                            + " other has.")
    private Optional<String> route = Optional.empty();

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Waiting mail whose recipients are all of it.")
    private Optional<String> domain = Optional.empty();

    @Option(
            names = "--sender",
            paramLabel = "ADDRESS",
            description = "Waiting mail from it; from all of a domain with @DOMAIN, from nobody with '<>'.")
    private Optional<String> sender = Optional.empty();

    boolean isGiven() {
        return route.isPresent() || domain.isPresent() || sender.isPresent();
    }

    /**
     * The mails that are meant; what a worker has in hand is only counted.
     *
     * @param really then a part of a route's name will not do: it may be another's than was meant
     */
    Meant meant(AdminClient client, boolean really) {
        Optional<String> ofRoute = route.map(part -> RouteChoice.among(routes(client, part), part));
        ofRoute.filter(name -> really && !name.equalsIgnoreCase(route.orElse("").strip()))
                .ifPresent(name -> {
                    throw new CliException("with --yes the route has to be named in full: --route '" + name + "'");
                });
        Optional<Domain> ofDomain = domain.map(WaitingOptions::domain);
        Optional<String> from = sender.map(WaitingOptions::sender);
        Set<String> ids = new LinkedHashSet<>();
        Set<String> inHand = new LinkedHashSet<>();
        client.lines("queue", line -> {
            QueuedMail mail = MailqCommand.parse(line);
            if (ofRoute.filter(name -> !name.equals(mail.route())).isEmpty()
                    && ofDomain.filter(name -> !isAllOf(name, mail)).isEmpty()
                    && from.filter(who -> !isFrom(who, mail)).isEmpty()) {
                switch (mail.queueName()) {
                    case QueuedMail.DEFERRED -> ids.add(mail.queueId());
                    case QueuedMail.ACTIVE -> inHand.add(mail.queueId());
                    default -> {} // failed already
                }
            }
        });
        return new Meant(List.copyOf(ids), "waiting", ofRoute, ofDomain.map(Domain::name), inHand.size());
    }

    /** A route of which only deferred mail is left, and that is in no configuration, need not be among those that are listed. */
    private static List<String> routes(AdminClient client, String part) {
        List<String> names = new ArrayList<>();
        for (JsonNode status : client.get("routes").path("routes")) {
            names.add(status.path("route").asText());
        }
        Route.parse(part)
                .map(Route::toString)
                .filter(name -> !names.contains(name))
                .ifPresent(names::add);
        return names;
    }

    private static Domain domain(String text) {
        return Domain.parse(text).orElseThrow(() -> new CliException("'" + text + "' is not a domain name"));
    }

    private static String sender(String text) {
        String bare = text.startsWith("<") && text.endsWith(">") ? text.substring(1, text.length() - 1) : text;
        if (text.equals("<>")) { // nothing at all is a slip, an unset variable say
            return NOBODY;
        }
        if (!bare.contains("@") && !bare.equals(NOBODY)) {
            throw new CliException("'" + text + "' is not a sender: ADDRESS, @DOMAIN or '<>'");
        }
        return bare.startsWith("@") ? "@" + domain(bare.substring(1)).name() : bare;
    }

    private static boolean isFrom(String who, QueuedMail mail) {
        return who.startsWith("@")
                ? domainOf(mail.sender()).equals(who.substring(1))
                : mail.sender().equalsIgnoreCase(who);
    }

    private static boolean isAllOf(Domain name, QueuedMail mail) {
        return mail.recipients().stream()
                .allMatch(recipient -> domainOf(recipient.address()).equals(name.name()));
    }

    /** Of an address as a listing has it, whose domain is canonical. */
    private static String domainOf(String address) {
        return address.substring(address.lastIndexOf('@') + 1);
    }
}
