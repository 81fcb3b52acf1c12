package io.backupmx.routing;

import java.util.List;

/** Where a domain's mail goes, as the DNS says now. {@code why} is one line for people. */
public sealed interface MailHosts {

    /** Of several hosts only those that are preferred to all others: what comes behind them is another backup. */
    default MailHosts best() {
        return this instanceof Found(String name, List<MailHost> hosts)
                ? new Found(
                        name,
                        hosts.stream()
                                .filter(host ->
                                        host.preference() == hosts.getFirst().preference())
                                .toList())
                : this;
    }

    /**
     * To these, in this order.
     *
     * @param name the same for all domains with the same hosts, in whatever order equals come today
     * @param hosts each with an address at least
     */
    record Found(String name, List<MailHost> hosts) implements MailHosts {
        public Found {
            hosts = List.copyOf(hosts);
        }
    }

    /** The domain takes no mail, and says so (RFC 7505). */
    record NullMx() implements MailHosts {}

    /** To us, or to hosts that are to be tried after us (RFC 5321 §5.1): never delivered there. */
    record LoopsBack(String why) implements MailHosts {}

    /** Nobody can say now: unknown means temporary, whatever the DNS says of it. */
    record NotNow(String why) implements MailHosts {}
}
