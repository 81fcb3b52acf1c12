package io.backupmx.worker.cli;

import io.backupmx.config.Config;
import io.backupmx.config.WorkerConfig.XForward;
import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What a primary has to be told of its backup: that it is to be taken for a relay of one's own, so that no filter, greylist or limit
 * is held against the backup for what strangers sent it, and that its trace is to be looked behind.
 *
 * @param addresses whom the primary sees: the configured ones, or what to put in their place
 */
record PrimaryTodo(String name, List<String> addresses, boolean isGuess, boolean forwards, List<String> domains) {

    private static final int DOMAINS_SHOWN = 5;

    /** What a primary may be. */
    enum Software {
        POSTFIX,
        EXIM,
        OPENSMTPD,
        RSPAMD,
        EXCHANGE;

        /** As it is said on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** By {@code worker.bind_address}, else {@code mx.self}; where neither says it, nobody but the primary knows. */
    static PrimaryTodo of(Config config, Domain name, Collection<Domain> domains) {
        List<String> bound = config.worker().bindAddress();
        List<String> known = bound.isEmpty()
                ? config.mx().self().stream().filter(PrimaryTodo::isAddress).toList()
                : bound;
        return new PrimaryTodo(
                name.name(),
                known.isEmpty() ? List.of("192.0.2.25") : known,
                known.isEmpty(),
                config.worker().xforward() == XForward.WHEN_OFFERED,
                domains.stream().map(Domain::name).toList());
    }

    private static boolean isAddress(String text) {
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    List<String> introduction() {
        List<String> lines = new ArrayList<>();
        lines.add("# What the primary of " + shown(domains) + " should know of its backup " + name + ".");
        if (isGuess) {
            lines.add("# 192.0.2.25 stands for the address that the primary sees this backup come from: put it in its"
                    + " place, or say it with worker.bind_address or mx.self.");
        }
        return lines;
    }

    private static String shown(List<String> domains) {
        String some = String.join(", ", domains.stream().limit(DOMAINS_SHOWN).toList());
        int more = domains.size() - DOMAINS_SHOWN;
        return more > 0 ? some + " and " + more + " more" : some.isEmpty() ? "no domain yet" : some;
    }

    List<String> lines(Software software) {
        return switch (software) {
            case POSTFIX -> postfix();
            case EXIM -> exim();
            case OPENSMTPD -> openSmtpd();
            case RSPAMD -> rspamd();
            case EXCHANGE -> exchange();
        };
    }

    private List<String> postfix() {
        String clients =
                String.join(", ", addresses.stream().map(PrimaryTodo::inPostfix).toList());
        List<String> lines = new ArrayList<>();
        lines.add("## Postfix: main.cf, then postfix reload");
        if (forwards) {
            lines.add(
                    "# Filters behind smtpd, and the log, see the client that the backup had the mail from (XFORWARD):");
            lines.add("smtpd_authorized_xforward_hosts = " + clients);
        }
        lines.add("# In front of whatever judges clients (DNSBL, SPF, greylists, reject_unknown_...):");
        lines.add("smtpd_client_restrictions = check_client_access inline:{ "
                + String.join(
                        ", ",
                        addresses.stream()
                                .map(one -> "{ " + one + " = permit }")
                                .toList())
                + " }, ...");
        lines.add(
                "# The same in front of such words in smtpd_helo_, smtpd_sender_ and smtpd_recipient_restrictions, there behind");
        lines.add(
                "# reject_unauth_destination. Not in mynetworks, unless the backup may send anywhere through this server.");
        lines.add("postscreen_access_list = permit_mynetworks, cidr:{ "
                + String.join(
                        ", ",
                        addresses.stream().map(one -> "{ " + one + " permit }").toList())
                + " }");
        lines.add("# An outage ends with all its mail at once: no rate limits for the backup.");
        lines.add("smtpd_client_event_limit_exceptions = $mynetworks, " + clients);
        return lines;
    }

    /** IPv6 addresses of main.cf are in brackets. */
    private static String inPostfix(String address) {
        return address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    }

    private List<String> exim() {
        String hosts = String.join(
                " : ",
                addresses.stream()
                        .map(one -> one.replace(":", "::")) // a lone colon separates
                        .toList());
        return List.of(
                "## Exim: the main section, and the ACLs",
                "hostlist backup_mx = " + hosts,
                "# In acl_check_rcpt (of Debian), behind the check that the domain is ours and the recipient exists, in front of",
                "# what judges clients (dnslists, SPF, greylisting):",
                "accept hosts = +backup_mx",
                "       domains = +local_domains : +relay_to_domains",
                "       verify = recipient",
                "# Not in relay_from_hosts, unless the backup may send anywhere through this server. No limits in an outage's wake:",
                "smtp_accept_max_per_host = ${if match_ip{$sender_host_address}{+backup_mx}{50}{10}}",
                "smtp_reserve_hosts = +backup_mx",
                "# Else all but the first ten mails of a connection wait for the next queue run, at Debian's half an hour at most; where",
                "# that has to stay, worker.mails_per_connection=10 at the backup does as well:",
                "smtp_accept_queue_per_connection = 0");
    }

    private List<String> openSmtpd() {
        return List.of(
                "## OpenSMTPD: smtpd.conf, then a restart",
                "table backup_mx { " + quoted() + " }",
                "# In front of the filters that judge clients (rdns, fcrdns, lists of addresses), one for each of their phases:",
                "filter backup_mx_connect phase connect match src <backup_mx> bypass",
                "filter backup_mx_ehlo phase ehlo match src <backup_mx> bypass",
                "# listen on ... filter { backup_mx_connect, backup_mx_ehlo, ... }",
                "# Mail is for domains of one's own only (match from any for domain ...), never match from src <backup_mx> for any.");
    }

    private List<String> rspamd() {
        return List.of(
                "## rspamd: local.d/external_relay.conf - who sent it is in the Received field below the backup's",
                "rules {",
                "  BACKUP_MX {",
                "    strategy = \"ip_map\";",
                "    ip_map = ["
                        + String.join(
                                ", ",
                                addresses.stream().map(one -> "\"" + one + "\"").toList()) + "];",
                "  }",
                "}",
                "# and, so that no greylist and no rate limit is held against it:",
                "# local.d/greylist.conf:  whitelisted_ip = [" + quoted() + "];",
                "# local.d/ratelimit.conf: whitelisted_ip = [" + quoted() + "];",
                "# As a milter of Postfix rspamd sees the backup, with XFORWARD or without: external_relay is needed there, too.",
                "# Not in local_networks (options.inc): mail from there counts as one's own, and is hardly looked at.");
    }

    private String quoted() {
        return String.join(
                ", ", addresses.stream().map(one -> "\"" + one + "\"").toList());
    }

    private List<String> exchange() {
        String ranges = String.join(",", addresses);
        return List.of(
                "## Exchange: the management shell, on each server that takes mail",
                "New-ReceiveConnector -Name \"Backup MX\" -TransportRole FrontendTransport -Usage Custom `",
                "  -Bindings 0.0.0.0:25 -RemoteIPRanges " + ranges + " -PermissionGroups AnonymousUsers `",
                "  -MessageRateLimit unlimited -MaxInboundConnectionPerSource unlimited -TarpitInterval 00:00:00",
                "# The agents of the transport service look behind it for the client:",
                "Set-TransportConfig -InternalSMTPServers @{Add="
                        + String.join(
                                ",",
                                addresses.stream().map(one -> "\"" + one + "\"").toList()) + "}",
                "# Exchange Online: an inbound connector with that address, and enhanced filtering that skips it.");
    }
}
