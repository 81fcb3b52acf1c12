package io.backupmx.worker.postfix;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.route.RouteLine;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.MailProtocol;
import io.backupmx.smtp.TlsLevel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What Postfix demands of the next hops of one domain, those of its addresses and subdomains included. */
final class TlsDemands {

    private final TlsPolicies policies;
    private final TlsLevel usual;
    private final Map<String, TlsLevel> hops = new LinkedHashMap<>();
    private boolean anyPolicy;

    /** @param usual of next hops without a policy */
    TlsDemands(TlsPolicies policies, TlsLevel usual) {
        this.policies = policies;
        this.usual = usual;
    }

    /**
     * @param about the domain, or one below it, that {@code line} is about
     * @param its whether a name below it is this domain's, and not that of another one between them
     */
    void add(RouteLine line, Domain about, Predicate<Domain> its) {
        if (!(line.route() instanceof Route.ByMx)) {
            line.route().nextHops().forEach(this::add);
        } else if (line.below()) {
            add("subdomains of " + about, policies.below(about));
            policies.namedBelow(about, its).forEach((hop, level) -> add(hop, Optional.of(level)));
        } else {
            add(new NextHop(about.name(), MailProtocol.SMTP.defaultPort(), true));
        }
    }

    private void add(NextHop hop) {
        add(hop.toString(), policies.of(hop));
    }

    private void add(String hop, Optional<TlsLevel> policy) {
        anyPolicy |= policy.isPresent();
        hops.merge(hop, policy.orElse(usual), TlsLevel::and);
    }

    boolean isAnyPolicy() {
        return anyPolicy;
    }

    /** What satisfies all of them. */
    TlsLevel strictest() {
        return hops.values().stream().reduce(TlsLevel::and).orElse(usual);
    }

    /** Next hops, for people, of which less is demanded. */
    List<String> less() {
        TlsLevel strictest = strictest();
        return hops.entrySet().stream()
                .filter(hop -> hop.getValue() != strictest)
                .map(hop -> hop.getKey() + " (" + TlsPoliciesImport.text(hop.getValue()) + ")")
                .toList();
    }
}
