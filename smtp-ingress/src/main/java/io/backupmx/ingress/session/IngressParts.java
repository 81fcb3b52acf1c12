package io.backupmx.ingress.session;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.dnsbl.Blocklists;
import io.backupmx.ingress.protocol.Privileges;
import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.protocol.Tolerance;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.rspamd.ContentCheck;
import io.backupmx.ingress.spf.SenderPolicy;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What all sessions of an ingress share. Safe for all event loops.
 *
 * @param machine for clients without privileges
 * @param tls empty when it is not offered
 */
record IngressParts(
        Domain hostname,
        IngressConfig config,
        SessionMachine machine,
        Advisers advisers,
        SpoolWriter spool,
        Proxies proxies,
        ClientAddresses clients,
        ConnectionLimits limits,
        ClientShares shares,
        Overload overload,
        GatewayClients gatewayClients,
        ContentBudget heap,
        SpillSpace spillSpace,
        Optional<IngressTls> tls,
        IngressMetrics metrics) {

    /** Counts a client of that address in, which is to leave the limits, once, if it is admitted. Returns why not. */
    Optional<TurnAway> admit(String address) {
        ConnectionLimits.Admission admission = limits.enter(address);
        if (admission == ConnectionLimits.Admission.ADMITTED_AS_ONE_OF_MANY) {
            gatewayClients.came(address);
        }
        return TurnAway.of(admission, hostname);
    }

    /** Whether a client that has connected from there may say for whom it speaks. */
    boolean isProxy(String address) {
        return clients.isProxy(address);
    }

    /**
     * What answers a client of that address.
     *
     * @param proxy whether it may say for whom it speaks
     */
    SessionMachine machine(String address, boolean proxy) {
        Privileges privileges = new Privileges(clients.isForEtrn(address), proxy);
        return privileges.equals(Privileges.NONE)
                ? machine
                : new SessionMachine(hostname, config, advisers.limits(), advisers.requireTls(), privileges);
    }

    /** What a session of a client of that address bears with. */
    Tolerance newTolerance(String address) {
        return clients.isTrusted(address) ? Tolerance.ofTrusted(config) : new Tolerance(config);
    }

    /** For a session with a client of that address: who is trusted is never told to come again for want of coming back. */
    RecipientChecks newRecipientChecks(String address, EventLoop loop, SessionLog log) {
        boolean trusted = clients.isTrusted(address);
        return new RecipientChecks(
                advisers.recipients(),
                trusted ? DeferralPolicy.NONE : advisers.policy(),
                trusted ? Blocklists.NONE : advisers.blocklists(),
                shares.of(address),
                new TarPit(loop, metrics),
                clients.telling(address),
                loop,
                log,
                RecipientChecks.PATIENCE);
    }

    /** Who judges the contents of a client of that address. */
    ContentCheck contentCheck(String address) {
        return clients.isTrusted(address) ? ContentCheck.NONE : advisers.contents();
    }

    /** Who is asked about the senders of a client of that address. */
    SenderPolicy senderPolicy(String address) {
        return clients.isTrusted(address) ? SenderPolicy.NONE : advisers.senders();
    }

    /** How long a client of that address waits for its greeting. */
    Duration greetingDelay(String address) {
        return clients.isTrusted(address) ? Duration.ZERO : config.greetingDelay();
    }

    /**
     * For one content of a session of {@code loop}.
     *
     * @param deliverableBytes as {@link SessionMachine#deliverableBytes}
     */
    ContentIntake newIntake(EventLoop loop, OptionalLong deliverableBytes) {
        return ContentIntake.ofData(config, deliverableBytes, newBuffer(loop));
    }

    /** As {@link #newIntake}, of one that comes in chunks. */
    ContentIntake newChunkedIntake(EventLoop loop, OptionalLong deliverableBytes) {
        return ContentIntake.ofChunks(config, deliverableBytes, newBuffer(loop));
    }

    private ContentBuffer newBuffer(EventLoop loop) {
        return new ContentBuffer(heap, config.contentSpillBytes(), spillSpace, loop.context());
    }
}
