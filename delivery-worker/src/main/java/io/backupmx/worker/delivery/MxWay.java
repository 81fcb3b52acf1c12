package io.backupmx.worker.delivery;

import io.backupmx.routing.MailHosts;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.TlsLevel;
import java.util.Locale;

/**
 * To which hosts a domain's mail goes, and what connections to them are to be for it. Domains that have their hosts in common have
 * their connections in common as long as nobody looks at whom he is connected to.
 *
 * @param domain whose hosts they are; of several one
 * @param own whether what connections are to be is for this domain alone
 */
record MxWay(MailHosts.Found hosts, TlsLevel tls, Domain domain, boolean own) {

    /** The same for all that have their connections in common. */
    String name() {
        return hosts.name() + suffix();
    }

    /** What it is known by beside its hosts: what fails for others' demands is not left alone by it. */
    String suffix() {
        String level = tls.name().toLowerCase(Locale.ROOT);
        return own
                ? " (tls: " + level + ", for " + domain + ")"
                : tls == TlsLevel.OPPORTUNISTIC ? "" : " (tls: " + level + ")";
    }
}
