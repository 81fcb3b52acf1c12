package io.backupmx.standalone;

import io.backupmx.ops.OrderlyStop;
import io.backupmx.ops.StartException;
import io.backupmx.reload.TableReloads;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.ConfigSource;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/** What a process is there for. Its parts start in the order that mail needs them, and stop in the reverse one. */
@FunctionalInterface
interface Service {

    /**
     * Returns when it does its work, or would if the broker were there. Every part is made known to the host's
     * {@link Host#stop} as soon as it runs.
     *
     * @param out is told what runs now
     * @throws StartException when an operator has to do something first
     */
    void start(Host host, PrintWriter out);

    /** The life of a process: reads its configuration, starts, and runs until it is told to end; returns only by an exception. */
    default int live(ConfigSource source, PrintWriter out) throws InterruptedException {
        Instant begun = Instant.now();
        CheckedConfig checked = source.load();
        OrderlyStop stop = new OrderlyStop();
        try {
            Host host = Host.open(checked, new TableReloads(checked, source, begun, InstantSource.system()), stop);
            start(host, out);
            host.watchTables();
        } catch (RuntimeException e) {
            stop.stop();
            throw e;
        }
        new CountDownLatch(1).await(); // the shutdown hook ends the process
        return 0;
    }
}
