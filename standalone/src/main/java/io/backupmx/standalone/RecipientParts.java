package io.backupmx.standalone;

import io.backupmx.cluster.GatesHeard;
import io.backupmx.cluster.RequireTlsRoutes;
import io.backupmx.cluster.RouteWishes;
import io.backupmx.cluster.SharedLimits;
import io.backupmx.config.Config;
import io.backupmx.config.DomainConfig;
import io.backupmx.config.RecipientSourcesConfig;
import io.backupmx.ingress.etrn.RouteCalls;
import io.backupmx.ingress.etrn.TableRouteCalls;
import io.backupmx.ingress.primary.PrimaryGreetings;
import io.backupmx.ingress.primary.PrimarySource;
import io.backupmx.ingress.protocol.RcptReply;
import io.backupmx.ingress.recipient.BackupStandings;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.recipient.MxBackupDirectory;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.ingress.recipient.RecipientMetrics;
import io.backupmx.ingress.recipient.SourcedRecipientDirectory;
import io.backupmx.ingress.recipient.TableRecipientDirectory;
import io.backupmx.ingress.source.RecipientSources;
import io.backupmx.ingress.whileup.WhileUp;
import io.backupmx.known.KnownRecipients;
import io.backupmx.route.CurrentTables;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.routing.BackupMx;
import io.backupmx.routing.BackupStanding;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.spool.artemis.ArtemisSpool;
import io.backupmx.worker.admin.AdminRequests;
import io.backupmx.worker.admin.RecipientRequests;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Who may get mail, for an ingress: the tables, and the sources that the configuration names. */
final class RecipientParts {

    /** Of the table that the ingresses have in common. */
    private static final String TABLE = "recipients";

    /** Of the table where the keepers of routes say which are not up. */
    static final String GATES = "gates";

    /** Of the table where workers say what next hops take. */
    static final String LIMITS = "limits";

    /** Of the table where ingresses say which routes are to be tried. */
    static final String WISHES = "wishes";

    /** Below the data directory: copies of lists that were fetched. */
    private static final String LISTS = "recipients";

    private static final Duration SOURCES_STOP = Duration.ofSeconds(12);

    private static final Duration KNOWN_STOP = Duration.ofSeconds(8);

    private final RecipientDirectory directory;
    private final KnownLimits limits;
    private final RequireTls requireTls;
    private final GatesHeard gates;
    private final DeferralPolicy policy;
    private final RouteCalls calls;
    private final RecipientRequests requests;

    private RecipientParts(
            RecipientDirectory directory,
            KnownLimits limits,
            RequireTls requireTls,
            GatesHeard gates,
            DeferralPolicy policy,
            RouteCalls calls,
            RecipientRequests requests) {
        this.directory = directory;
        this.limits = limits;
        this.requireTls = requireTls;
        this.gates = gates;
        this.policy = policy;
        this.calls = calls;
        this.requests = requests;
    }

    static RecipientParts start(Host host, ArtemisSpool spool) {
        Config config = host.config();
        CurrentTables current = new CurrentTables(host.tables());
        host.onTables(current::replace);
        RecipientMetrics metrics = new RecipientMetrics(host.registry());
        metrics.show(RecipientSourcesConfig.PRIMARY);
        metrics.show(RecipientSourcesConfig.KNOWN);

        KnownRecipients known = new KnownRecipients(spool.table(TABLE), InstantSource.system());
        host.stop().add("known-recipients", KNOWN_STOP, known::close);
        if (config.domains().values().stream().anyMatch(RecipientParts::asks)
                || config.permitMxBackup().recipientSources().isPresent()) {
            known.start();
        }
        PrimarySource primary =
                PrimarySource.of(host.vertx(), host.name().domain(), config, current::tls, known, host.registry());
        host.stop().add("call-aheads", Host.SHORT, primary::close);

        RecipientSources sources = RecipientSources.start(
                host.vertx(),
                config.recipientSources(),
                host.data().path().resolve(LISTS),
                config.reload().shrinkLimitPercent(),
                host.registry());
        host.stop().add("recipient-sources", SOURCES_STOP, sources::close);
        sources.lookups().keySet().forEach(metrics::show);
        BackupStandings standings =
                new BackupStandings(BackupMx.of(host.name().domain(), config)::standing, host.registry());
        RecipientDirectory directory = new SourcedRecipientDirectory(
                new MxBackupDirectory(new TableRecipientDirectory(current), standings),
                sources.lookups(),
                primary,
                known,
                metrics);
        Inquiry inquiry = new Inquiry(current, directory, standings);
        SharedLimits limits = new SharedLimits(spool.table(LIMITS), InstantSource.system());
        host.stop().add("limits-heard", Host.SHORT, limits::close);
        RequireTlsRoutes requireTls = new RequireTlsRoutes(host.tables(), limits, InstantSource.system());
        host.onTables(requireTls::replace);
        GatesHeard gates = new GatesHeard(spool.table(GATES));
        host.stop().add("gates-heard", Host.SHORT, gates::close);
        return new RecipientParts(
                directory,
                limits,
                requireTls,
                gates,
                whileUp(host, gates, current),
                calls(host, spool, current),
                new RecipientRequests(known, domain -> isOurs(current, domain), inquiry::ask));
    }

    private static DeferralPolicy whileUp(Host host, GatesHeard gates, RelayTables tables) {
        PrimaryGreetings greetings =
                PrimaryGreetings.of(host.vertx(), host.name().domain(), host.config(), tables::tls);
        host.stop().add("primary-greetings", Host.SHORT, greetings::close);
        return new WhileUp(tables, gates::isUp, greetings, host.registry());
    }

    private static RouteCalls calls(Host host, ArtemisSpool spool, RelayTables tables) {
        if (host.config().ingress().etrn().networks().isEmpty()) {
            return RouteCalls.NONE;
        }
        RouteWishes wishes = new RouteWishes(spool.table(WISHES));
        host.stop().add("route-calls", Host.SHORT, wishes::close);
        wishes.start();
        return new TableRouteCalls(tables, wishes::wish);
    }

    private static boolean asks(DomainConfig domain) {
        return domain.recipientSources().filter(names -> !names.isEmpty()).isPresent();
    }

    /** As a session would ask about a recipient. */
    private record Inquiry(RelayTables tables, RecipientDirectory directory, BackupStandings standings) {

        CompletionStage<RecipientRequests.Answer> ask(String address) {
            Optional<ForwardPath> path = ForwardPath.parse("<" + address + ">");
            return path.map(directory::check)
                    .orElseGet(() -> Future.succeededFuture(new RecipientVerdict.Unavailable()))
                    .map(found -> new RecipientRequests.Answer(
                            RcptReply.to(address, _ -> found).toString(), path.flatMap(this::why)))
                    .toCompletionStage();
        }

        private Optional<String> why(ForwardPath path) {
            return tables.verdict(path) instanceof RecipientVerdict.IfMxBackup open
                    ? standings.known(open.domain(), open.networks()).map(BackupStanding::why)
                    : Optional.empty();
        }
    }

    /** Subdomains that are taken are ours, too. */
    private static boolean isOurs(RelayTables tables, Domain domain) {
        return !(tables.verdict(new ForwardPath.To(new Mailbox("postmaster", domain)))
                instanceof RecipientVerdict.RelayDenied);
    }

    RecipientDirectory directory() {
        return directory;
    }

    /** What is known of the primaries. */
    KnownLimits limits() {
        return limits;
    }

    /** Whether mail that demands TLS on all its way is taken. */
    RequireTls requireTls() {
        return requireTls;
    }

    /** Begins to hear which routes are up: when the door is open, for a start that fails says one line. */
    void hearGates() {
        gates.start();
    }

    /** Whether {@code route} is known to take no mail. */
    boolean isShut(Route route) {
        return gates.isShut(route);
    }

    /** Who is told to come again all the same. */
    DeferralPolicy policy() {
        return policy;
    }

    /** Who tries mail that is asked for. */
    RouteCalls calls() {
        return calls;
    }

    /** Its part of the admin API. */
    AdminRequests requests() {
        return requests;
    }
}
