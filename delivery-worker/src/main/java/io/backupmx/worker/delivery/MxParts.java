package io.backupmx.worker.delivery;

import io.backupmx.config.MxConfig;
import io.backupmx.ops.MailLog;
import io.backupmx.route.Route;
import io.backupmx.routing.MxResolver;
import io.backupmx.routing.TlsDemands;
import io.backupmx.smtp.client.SmtpClient;
import io.backupmx.worker.retry.BackOffTable;
import io.micrometer.core.instrument.Counter;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What delivery by MX records needs, whatever mail it is.
 *
 * @param loops counts when mail would have come back to us
 */
record MxParts(
        MxConfig config, MxResolver resolver, SmtpClient client, TlsDemands tls, BackOffTable backOffs, Counter loops) {

    /** {@code destination} failed; the mail log says so the first time, for all its mail. */
    void failed(String destination, String why) {
        if (backOffs.failed(destination, why)) {
            line(destination).addKeyValue("reason", why).log("backed_off");
        }
    }

    /** {@code destination} is ourselves: the same, but for an operator to mend. */
    void loopsBack(String destination, String why) {
        loops.increment();
        failed(destination, why);
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
