package io.backupmx.reload;

import io.backupmx.config.ReloadConfig;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Looks at the files at an interval, for no file system tells of every change: a network's, and a container's mount, tell
 * of none. Ends when closed.
 */
public final class TableWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);
    private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

    private final TableReloads reloads;
    private final ReloadConfig config;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("tables-watch").unstarted(this::run);

    public TableWatch(TableReloads reloads, ReloadConfig config) {
        this.reloads = reloads;
        this.config = config;
    }

    /** Looks at the files from now on, if {@code reload.trigger} says so; and listens to SIGHUP in any case. */
    public void start() {
        HangUp.then(() -> {
            try {
                var _ = reloads.reload(TableReloads.Cause.SIGNAL, new Confirmation.None());
            } finally {
                var _ = reloads.reloadCompanions();
            }
        });
        switch (config.trigger()) {
            case CHANGE -> thread.start();
            case COMMAND -> {}
        }
    }

    private void run() {
        long tried = System.nanoTime();
        try {
            while (true) {
                Thread.sleep(config.interval());
                step(reloads::look);
                if (System.nanoTime() - tried >= TRY_AGAIN.toNanos()) {
                    tried = System.nanoTime();
                    step(reloads::tryAgain);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void step(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.atLevel(reloads.isClosed() ? Level.DEBUG : Level.ERROR)
                    .setCause(e)
                    .log("tables not looked at, to be done again");
        }
    }

    @Override
    public void close() {
        reloads.close();
        thread.interrupt();
    }
}
