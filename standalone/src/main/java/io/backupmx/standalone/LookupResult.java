package io.backupmx.standalone;

import io.backupmx.config.Durations;
import io.backupmx.config.RetryConfig;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.Explanation;
import io.backupmx.route.RecipientLines;
import io.backupmx.route.Route;
import io.backupmx.route.RouteSource;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.worker.cli.RecipientQuestion;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What would become of one recipient, and why.
 *
 * @param reply what a sender would be told at RCPT
 * @param domain why its domain is, or is not, backed up
 * @param recipient what says that it exists, or not; empty where nobody asks
 * @param route where its mail goes, or would if it were taken
 * @param routeSource what says so
 * @param whileUp what a sender is told instead while the route is up; empty where that is no other
 * @param held that its mail is kept and not delivered, and why; empty: it is
 * @param retry when its mail is tried again, and given up; empty: as all mail is
 */
record LookupResult(
        String address,
        String reply,
        Optional<String> domain,
        Optional<String> recipient,
        Optional<Route> route,
        Optional<String> routeSource,
        Optional<String> whileUp,
        Optional<String> held,
        Optional<String> retry) {

    /** In the place of a reply. */
    static final RecipientQuestion.Answer NOBODY_TO_ASK = new RecipientQuestion.Answer(
            "as its sources or the DNS say: no service runs here that could ask them", Optional.empty());

    private static final String LINE = "  %-10s %s";

    /** @param lines of the recipients file, if there is one */
    static LookupResult of(
            CheckedConfig checked,
            Optional<RecipientLines> lines,
            String address,
            Optional<ForwardPath> path,
            RecipientQuestion.Answer answer) {
        String reply = answer.reply();
        if (path.isEmpty()) {
            return new LookupResult(
                    address,
                    reply,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
        Explanation why = checked.tables().explain(path.get());
        return new LookupResult(
                address,
                reply,
                Optional.of(
                        switch (why.backedUp()) {
                            case YES -> domain(checked, why.domain());
                            case IF_MX_BACKUP ->
                                "by permit_mx_backup: " + answer.domain().orElse("as its MX records say");
                            case NO -> "not backed up";
                        }),
                why.recipient().map(source -> switch (source) {
                    case INLINE_LIST -> "listed in domains." + why.domain() + ".recipients";
                    case RECIPIENTS_FILE -> "listed in " + at(checked, lines.flatMap(l -> l.of(path.get())));
                    case EVERY_DOMAIN_HAS_IT -> "every domain has it";
                    case OPEN_IN_FILE ->
                        "assumed, for every address is accepted: "
                                + at(checked, lines.flatMap(l -> l.ofDomain(path.get())));
                    case ASKED_SOURCES ->
                        "not listed: whom "
                                + (why.backedUp() == Explanation.BackedUp.YES
                                        ? "domains." + why.domain()
                                        : "permit_mx_backup")
                                + ".recipient_sources names is asked";
                    case NO_LIST -> "assumed, for nobody lists any recipients of its domain";
                    case NOT_IN_INLINE_LIST -> "not listed in domains." + why.domain() + ".recipients";
                    case NOT_IN_FILE -> "not listed in " + at(checked, Optional.empty());
                }),
                why.route(),
                why.backedUp() == Explanation.BackedUp.NO
                        ? Optional.empty()
                        : Optional.of(routeSource(checked, why.routeSource())),
                Optional.of("451 until the sender comes back, for its domain has defer_while_up: all")
                        .filter(_ -> why.defersWhileUp()),
                why.held(),
                why.retry().map(said -> retry(said.over(checked.config().retry()))));
    }

    private static String retry(RetryConfig own) {
        return "after "
                + own.delays().stream().map(Durations::format).collect(Collectors.joining(", "))
                + "; given up after " + Durations.format(own.maxLifetime()) + ", for its domain has a retry of its own";
    }

    List<String> lines() {
        List<String> all = new ArrayList<>();
        all.add(address);
        all.add(LINE.formatted("reply", reply));
        domain.ifPresent(text -> all.add(LINE.formatted("domain", text)));
        recipient.ifPresent(text -> all.add(LINE.formatted("recipient", text)));
        routeSource.ifPresent(text -> all.add(
                LINE.formatted("route", route.map(to -> to + ", by " + text).orElse(text))));
        held.ifPresent(text -> all.add(LINE.formatted("held", text)));
        retry.ifPresent(text -> all.add(LINE.formatted("retry", text)));
        whileUp.ifPresent(text -> all.add(LINE.formatted("while up", text)));
        return all;
    }

    JsonObject json() {
        JsonObject json = new JsonObject()
                .put("address", address)
                .put("accepted", reply.startsWith("2"))
                .put("reply", reply);
        domain.ifPresent(text -> json.put("domain", text));
        recipient.ifPresent(text -> json.put("recipient", text));
        route.ifPresent(to -> json.put("route", to.toString()));
        routeSource.ifPresent(text -> json.put("route_source", text));
        held.ifPresent(text -> json.put("held", text));
        retry.ifPresent(text -> json.put("retry", text));
        whileUp.ifPresent(text -> json.put("while_up", text));
        return json;
    }

    private static String domain(CheckedConfig checked, Domain domain) {
        if (checked.config().domains().containsKey(domain.name())) {
            return "backed up by domains." + domain;
        }
        String file = checked.config().relayDomains().map(Path::toString).orElse("");
        return checked.tables().domains().contains(domain)
                ? "backed up by " + file
                : "backed up as a subdomain of one in " + file;
    }

    private static String at(CheckedConfig checked, Optional<RecipientLines.Place> place) {
        return place.map(RecipientLines.Place::toString)
                .or(() -> checked.config().relayRecipients().map(Path::toString))
                .orElse("");
    }

    private static String routeSource(CheckedConfig checked, RouteSource source) {
        return switch (source) {
            case RouteSource.TransportLine(var line) ->
                checked.config().transport().map(Path::toString).orElse("") + " line " + line;
            case RouteSource.Primary(var domain) -> "domains." + domain + ".primary";
            case RouteSource.MxBackup _ -> "its MX records";
            case RouteSource.None _ -> "none: no line of the transport file is about it";
        };
    }
}
