package io.backupmx.standalone;

import io.backupmx.config.HostPort;
import io.backupmx.worker.cli.ConfigSummary;
import java.io.PrintWriter;

/** What a process says on stdout when it has started. The line of the metrics comes when everything runs. */
final class Announcement {

    private final PrintWriter out;
    private final ConfigSummary summary;

    Announcement(Host host, PrintWriter out) {
        this.out = out;
        this.summary = new ConfigSummary(host.checked(), host.name());
    }

    void title(String text) {
        out.println(text);
    }

    void line(String label, Object text) {
        out.println(ConfigSummary.line(label, text));
    }

    void backedUp() {
        summary.backedUp().forEach(out::println);
    }

    void end(HostPort ops) {
        line("metrics", "http://" + ops + "/metrics");
        summary.warnings().forEach(warning -> line("warning", warning));
        out.flush();
    }
}
