package io.backupmx.worker.cli;

import io.backupmx.config.HostPort;
import io.backupmx.ops.MachineName;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** What a configuration means, in a few lines for people: said by {@code check}, and by a service at its start. */
public final class ConfigSummary {

    private static final int DOMAINS_SHOWN = 20;
    private static final String LINE = "%-10s %s";

    private final CheckedConfig checked;
    private final RelayTables tables;
    private final MachineName name;

    public ConfigSummary(CheckedConfig checked, MachineName name) {
        this.checked = checked;
        this.tables = checked.tables();
        this.name = name;
    }

    /** Which domains go where, many of them abridged. */
    public List<String> backedUp() {
        List<String> lines = new ArrayList<>();
        for (Domain domain : tables.domains()) {
            if (lines.size() == DOMAINS_SHOWN) {
                lines.add(LINE.formatted("", "and " + (tables.domains().size() - DOMAINS_SHOWN) + " more domains"));
                break;
            }
            lines.add(LINE.formatted(
                    lines.isEmpty() ? "backs up" : "", domain + " -> " + route(domain) + deferral(domain)));
        }
        checked.tables()
                .mxBackupNetworks()
                .ifPresent(networks -> lines.add(LINE.formatted(
                        "", "and domains whose MX records name this backup behind hosts within " + networks)));
        return lines;
    }

    /** @param text one of this summary's kind of lines, under {@code label} */
    public static String line(String label, Object text) {
        return LINE.formatted(label, text);
    }

    /** What is allowed but deserves a thought. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        name.warning().ifPresent(warnings::add);
        warnings.addAll(checked.warnings());
        warnings.addAll(NoticeWarnings.of(checked));
        HostPort ops = checked.config().ops().listenAddress();
        if (!isLoopback(ops.host())) {
            warnings.add("ops.listen: " + ops + " can be reached from other machines: metrics are open to them,"
                    + " and the admin token travels unencrypted");
        }
        return warnings;
    }

    /** Every mailbox named postmaster is taken, so its verdict tells the domain's route. */
    private String route(Domain domain) {
        ForwardPath postmaster = new ForwardPath.To(new Mailbox("postmaster", domain));
        return switch (tables.verdict(postmaster)) {
            case RecipientVerdict.Accepted(Route.Hold _) -> "held: kept here, and not delivered";
            case RecipientVerdict.Accepted(var route) -> route.toString();
            case RecipientVerdict.Answered(var answer) ->
                (answer.isTemporary() ? "put off with " : "refused with ") + answer.status() + " " + answer.text();
            case RecipientVerdict.RelayDenied _,
                    RecipientVerdict.UnknownUser _,
                    RecipientVerdict.Unsettled _,
                    RecipientVerdict.IfMxBackup _,
                    RecipientVerdict.LeftToPrimary _,
                    RecipientVerdict.Unavailable _ -> "no route";
        };
    }

    private String deferral(Domain domain) {
        return tables.defersWhileUp(new ForwardPath.To(new Mailbox("x", domain))) ? ", senders deferred while up" : "";
    }

    private static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false; // a name, and nobody knows where it points tomorrow
        }
    }
}
