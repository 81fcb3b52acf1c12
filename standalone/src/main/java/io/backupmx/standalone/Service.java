package io.backupmx.standalone;

import io.backupmx.ops.OrderlyStop;
import io.backupmx.ops.StartException;
import io.backupmx.route.CheckedConfig;
import java.io.PrintWriter;
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

    /** The life of a process: starts, and runs until it is told to end; returns only by an exception. */
    default int live(CheckedConfig checked, PrintWriter out) throws InterruptedException {
        OrderlyStop stop = new OrderlyStop();
        try {
            start(Host.open(checked, stop), out);
        } catch (RuntimeException e) {
            stop.stop();
            throw e;
        }
        new CountDownLatch(1).await(); // the shutdown hook ends the process
        return 0;
    }
}
