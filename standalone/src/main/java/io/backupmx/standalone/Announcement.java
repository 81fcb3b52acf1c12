package io.backupmx.standalone;

import io.backupmx.config.HostPort;
import io.backupmx.worker.cli.ConfigSummary;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What a process says on stdout when it has started. The line of the metrics comes when everything runs. */
final class Announcement {

    private final PrintWriter out;
    private final ConfigSummary summary;
    private final List<String> warnings = new ArrayList<>();

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

    /** What is to be said at the end, beside what the configuration as such gives rise to. */
    void warn(List<String> more) {
        warnings.addAll(more);
    }

    void end(HostPort ops) {
        line("metrics", "http://" + ops + "/metrics");
        warnings.addAll(summary.warnings());
        warnings.forEach(warning -> line("warning", warning));
        out.flush();
    }
}
