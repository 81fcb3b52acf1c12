package io.backupmx.worker.delivery;

import io.backupmx.config.MxConfig;
import io.backupmx.ops.MailLog;
import io.backupmx.route.Route;
import io.backupmx.routing.MxResolver;
import io.backupmx.routing.TlsDemands;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.worker.retry.BackOffTable;
import org.slf4j.spi.LoggingEventBuilder;

/** What delivery by MX records needs, whatever mail it is. */
record MxParts(MxConfig config, MxResolver resolver, SmtpClient client, TlsDemands tls, BackOffTable backOffs) {

    /** {@code destination} failed; the mail log says so the first time, for all its mail. */
    void failed(String destination, String why) {
        if (backOffs.failed(destination, why)) {
            line(destination).addKeyValue("reason", why).log("backed_off");
        }
    }

    /** {@code destination} is well. */
    void answered(String destination) {
        if (backOffs.answered(destination)) {
            line(destination).log("recovered");
        }
    }

    private static LoggingEventBuilder line(String destination) {
        return MailLog.LOG.atInfo().addKeyValue("next_hop", new Route.ByMx()).addKeyValue("destination", destination);
    }
}
