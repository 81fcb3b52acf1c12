package io.backupmx.ingress.session;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.protocol.Tolerance;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.ingress.tls.IngressTls;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolWriter;
import java.util.Optional;

/**
 * What all sessions of an ingress share. Safe for all event loops.
 *
 * @param tls empty when it is not offered
 */
record IngressParts(
        Domain hostname,
        IngressConfig config,
        SessionMachine machine,
        RecipientDirectory directory,
        DeferralPolicy policy,
        SpoolWriter spool,
        ClientAddresses clients,
        ConnectionLimits limits,
        GatewayClients gatewayClients,
        ContentBudget heap,
        SpillSpace spillSpace,
        Optional<IngressTls> tls,
        IngressMetrics metrics) {

    /** What a session of a client of that address bears with. */
    Tolerance newTolerance(String address) {
        return clients.isTrusted(address) ? Tolerance.ofTrusted(config) : new Tolerance(config);
    }

    /** For a session with a client of that address: who is trusted is never told to come again for want of coming back. */
    RecipientChecks newRecipientChecks(String address, EventLoop loop, SessionLog log) {
        return new RecipientChecks(
                directory,
                clients.isTrusted(address) ? DeferralPolicy.NONE : policy,
                clients.telling(address),
                loop,
                log,
                RecipientChecks.PATIENCE);
    }

    /** For one content of a session of {@code loop}. */
    ContentIntake newIntake(EventLoop loop) {
        return ContentIntake.ofData(config, newBuffer(loop));
    }

    /** As {@link #newIntake}, of one that comes in chunks. */
    ContentIntake newChunkedIntake(EventLoop loop) {
        return ContentIntake.ofChunks(config, newBuffer(loop));
    }

    private ContentBuffer newBuffer(EventLoop loop) {
        return new ContentBuffer(heap, config.contentSpillBytes(), spillSpace, loop.context());
    }
}
