package io.backupmx.standalone;

import io.backupmx.ops.StartException;
import io.backupmx.spool.artemis.ArtemisSpool;
import java.nio.file.Files;

/** The broker of a process that embeds none: where the configuration says that it is. */
final class SeparateBroker {

    private final Host host;
    private final String url;

    private SeparateBroker(Host host, String url) {
        this.host = host;
        this.url = url;
    }

    /**
     * @param command for people who have to name a broker for it
     * @throws StartException when none is configured
     */
    static SeparateBroker of(Host host, String command) {
        String url = host.config()
                .spool()
                .broker()
                .orElseThrow(() -> new StartException(
                        "spool.broker: " + command + " needs a broker, as in tcp://broker:61616 (run embeds one)"));
        return new SeparateBroker(host, url);
    }

    ArtemisSpool spool() {
        return host.spool(url);
    }

    /** The spool's line of the announcement, and what speaks against it. */
    void announce(Announcement announcement, boolean answers) {
        String shown = host.config().spool().brokerShown().orElseThrow();
        announcement.line("spool", answers ? shown : shown + " (does not answer yet)");
        if (Files.exists(host.data().spool())) {
            announcement.line(
                    "warning",
                    host.data().spool() + " is the spool of run: what waits there is not delivered from here");
        }
    }
}
