package io.backupmx.ingress.session;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.spf.SpfChecks;
import java.time.Duration;

/** What is asked about a mail between its final dot and the spool. */
public final class Questions {

    private Questions() {}

    /** How long that takes at most: a stop has to wait for it as well. */
    public static Duration time(IngressConfig config) {
        Duration content = config.rspamd().url().isPresent() ? config.rspamd().timeout() : Duration.ZERO;
        Duration sender = switch (config.spf()) {
            case OFF -> Duration.ZERO;
            case RECORD -> SpfChecks.PATIENCE;
        };
        return content.plus(sender);
    }
}
