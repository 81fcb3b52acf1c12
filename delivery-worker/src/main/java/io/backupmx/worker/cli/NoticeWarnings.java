package io.backupmx.worker.cli;

import io.backupmx.config.HostPort;
import io.backupmx.config.NoticesConfig;
import io.backupmx.route.CheckedConfig;
import io.backupmx.smtp.Mailbox;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** What would keep a notice from those who wait for it: that it has to go by way of what it is about. */
final class NoticeWarnings {

    private NoticeWarnings() {}

    static List<String> of(CheckedConfig checked) {
        NoticesConfig notices = checked.config().notices();
        List<String> warnings = new ArrayList<>();
        notices.smarthostAddress()
                .map(HostPort::host)
                .filter(host -> isPrimary(host, checked))
                .ifPresent(host -> warnings.add(
                        "notices.smarthost: " + host + " is a primary: while it is down, nobody hears of that"));
        notices.to().stream()
                .filter(address -> isBackedUp(address, checked))
                .forEach(address -> warnings.add(
                        "notices.to: mail for " + address + " waits here, too, while its primary is down"));
        return warnings;
    }

    private static boolean isPrimary(String host, CheckedConfig checked) {
        return checked.tables().routes().stream()
                .flatMap(route -> route.nextHops().stream())
                .anyMatch(hop -> isSame(hop.host(), host));
    }

    private static boolean isSame(String one, String other) {
        try {
            return InetAddress.ofLiteral(one).equals(InetAddress.ofLiteral(other));
        } catch (IllegalArgumentException _) {
            return one.equalsIgnoreCase(other);
        }
    }

    private static boolean isBackedUp(String address, CheckedConfig checked) {
        return Mailbox.parse(address)
                .filter(box -> checked.tables().domains().contains(box.domain()))
                .isPresent();
    }
}
