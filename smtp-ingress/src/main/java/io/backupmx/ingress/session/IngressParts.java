package io.backupmx.ingress.session;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionMachine;
import io.backupmx.ingress.recipient.RecipientDirectory;
import io.backupmx.smtp.Domain;
import io.backupmx.spool.SpoolWriter;

/** What all sessions of an ingress share. Safe for all event loops. */
record IngressParts(
        Domain hostname,
        IngressConfig config,
        SessionMachine machine,
        RecipientDirectory directory,
        SpoolWriter spool,
        ConnectionLimits limits,
        GatewayClients gatewayClients,
        ContentBudget heap,
        SpillSpace spillSpace,
        IngressMetrics metrics) {

    /** For one content of a session of {@code loop}. */
    ContentIntake newIntake(EventLoop loop) {
        return new ContentIntake(
                config, new ContentBuffer(heap, config.contentSpillBytes(), spillSpace, loop.context()));
    }
}
