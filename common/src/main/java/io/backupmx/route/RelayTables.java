package io.backupmx.route;

import io.backupmx.config.DomainRetry;
import io.backupmx.config.Failures;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The backed-up domains, their routes and their recipients, as the configuration says now. Immutable, in memory. */
public interface RelayTables {

    /**
     * Whether {@code path} may get mail through us, and by which route. postmaster@ and abuse@ of our domains always may
     * (RFC 5321 §4.5.1, RFC 2142 §4), unless the transport table has an answer instead of a route for them; the bare
     * {@code <postmaster>} goes the first domain's route. Of domains that nobody has configured the DNS may have to be asked;
     * there postmaster@ and abuse@ always may where a list has somebody, and are like all others where none has.
     */
    RecipientVerdict verdict(ForwardPath path);

    /**
     * Whether mail for {@code path} is taken only because it is known to exist: by a list, or by the sources that are asked at
     * RCPT; and not just because nobody knows that it does not.
     */
    boolean isKnown(ForwardPath path);

    /**
     * Whether a client that has not come back is to leave {@code path} to its primary while that is up
     * ({@code defer_while_up}); never postmaster@ and abuse@.
     */
    boolean defersWhileUp(ForwardPath path);

    /**
     * Whose sender is told of mail for {@code path} that failed; empty where nobody has said so of its domain. Nobody's, where that
     * is none of ours, any more.
     */
    default Optional<Failures> failures(ForwardPath path) {
        return Optional.empty();
    }

    /** What the domain of {@code path} says of when its mail is tried again, and given up; empty where it says nothing. */
    default Optional<DomainRetry> retry(ForwardPath path) {
        return Optional.empty();
    }

    /** All that domains say of that, each once. */
    default Set<DomainRetry> retries() {
        return Set.of();
    }

    /** Where mail for {@code path} goes now, whether anybody of that name exists or not; empty: nowhere, or it is none of ours. */
    default Optional<Route> way(ForwardPath path) {
        return Optional.empty();
    }

    /** The same for those of {@code domain} of whom no line of their own says more. */
    default Optional<Route> way(Domain domain) {
        return Optional.empty();
    }

    /** Where mail for {@code path} is kept until the configuration says otherwise; empty: it is to be delivered. */
    default Optional<Route.Hold> hold(ForwardPath path) {
        return Optional.empty();
    }

    /** The domains that are held so; each with a sentence that says it, for people. */
    default Map<Route.Hold, String> holds() {
        return Map.of();
    }

    /**
     * The same for tables that send everybody's mail the same way, held or not; different, as good as certainly, for others.
     * Whoever of the recipients exists does not matter.
     */
    default String ways() {
        return "";
    }

    /** The backed-up domains, in the order of the configuration. */
    Set<Domain> domains();

    /** Every route that mail can be stored for, in the order of the configuration. */
    Set<Route> routes();

    /** What connections are to be. */
    TlsLevels tls();
}
