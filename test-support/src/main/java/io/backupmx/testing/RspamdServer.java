package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** rspamd's scanner, which knows no rules but its own for test mails: {@link #SPAM} is refused, all else is nothing special. */
public final class RspamdServer {

    /** What anti-spam programs agree to refuse (GTUBE). */
    public static final String SPAM = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

    private RspamdServer() {}

    /** Lays it out; it does not run yet. */
    public static LoopbackServer create() {
        Program rspamd = Programs.require("rspamd", "rspamd");
        Path directory = LoopbackServer.newDirectory("rspamd");
        int port = Ports.free();
        Path configuration = directory.resolve("rspamd.conf");
        try {
            // Its own list of public suffixes takes ten seconds to compile.
            Files.writeString(directory.resolve("suffixes"), "com\nexample\n");
            Files.writeString(configuration, configuration(directory, port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LoopbackServer(
                directory,
                port,
                "TERM",
                rspamd,
                List.of("-f", "-i", "-c", configuration.toString())); // -i: as root, too
    }

    private static String configuration(Path directory, int port) {
        return """
                options {
                  dbdir = "%1$s";
                  pidfile = "%1$s/pid";
                  control_socket = "%1$s/control mode=0600";
                  cache_file = "%1$s/symbols.cache";
                  hs_cache_dir = "%1$s";
                  stats_file = "%1$s/stats.ucl";
                  history_file = "%1$s/history";
                  url_tld = "%1$s/suffixes";
                  tempdir = "%1$s";
                  filters = "";
                  dns { nameserver = ["127.0.0.1:%2$d"]; timeout = 0.1s; retransmits = 1; }
                }
                logging { type = "console"; level = "notice"; }
                actions { reject = 15; add_header = 6; greylist = 4; }
                worker "normal" { bind_socket = "127.0.0.1:%3$d"; count = 1; }
                """.formatted(directory, Ports.free(), port);
    }
}
