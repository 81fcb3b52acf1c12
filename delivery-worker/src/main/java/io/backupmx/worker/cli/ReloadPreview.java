package io.backupmx.worker.cli;

import java.util.Map;
import picocli.CommandLine;

/** What a reload would change at a running service. */
public final class ReloadPreview {

    /** How many of each kind of change, unless told otherwise. */
    public static final int SHOWN = 20;

    private final AdminOptions admin;
    private final int show;

    /** @param show how many of each kind of change */
    public ReloadPreview(AdminOptions admin, int show) {
        this.admin = admin;
        this.show = show;
    }

    /** @return the exit code: 1 when the reload would come to nothing */
    public int print(CommandLine command, boolean json) {
        ReloadReport report = new ReloadReport(admin.connect().post("reload", Map.of("preview", true, "show", show)));
        report.print(command, json, true);
        return report.isLoaded() ? 0 : 1;
    }
}
