package io.backupmx.config;

import java.util.List;

/**
 * Lists in the DNS of clients to refuse mail from (RFC 5782).
 *
 * @param sites {@code zone}, {@code zone=answers} and {@code zone*score}, as Postfix's {@code postscreen_dnsbl_sites}
 * @param threshold the sum of scores from which on a client's mail is refused
 */
public record DnsblConfig(List<String> sites, int threshold) {

    public static final DnsblConfig DEFAULT = new DnsblConfig(List.of(), 1);

    /** Each is a question to the DNS for each new client. */
    private static final int MAX_SITES = 20;

    public DnsblConfig {
        sites = List.copyOf(sites);
        Ranges ranges = new Ranges()
                .check("threshold", threshold, 1, 1000)
                .require("sites", sites.size() <= MAX_SITES, "has more than " + MAX_SITES + " entries");
        sites.stream()
                .filter(text -> DnsblSite.parse(text).isEmpty())
                .forEach(text -> ranges.require("sites", false, "'" + text + "' is not " + DnsblSite.FORM));
        ranges.enforce();
    }

    /** {@link #sites} taken apart. */
    public List<DnsblSite> parsed() {
        return sites.stream().flatMap(text -> DnsblSite.parse(text).stream()).toList();
    }
}
