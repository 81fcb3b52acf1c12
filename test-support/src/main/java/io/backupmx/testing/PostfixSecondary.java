package io.backupmx.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** A real Postfix as the backup MX of one domain, with its stock settings: what ours is compared with. */
public final class PostfixSecondary implements AutoCloseable {

    private final PostfixInstance postfix;

    private PostfixSecondary(PostfixInstance postfix) {
        this.postfix = postfix;
    }

    /** One that runs, for a primary on this port of 127.0.0.1. */
    public static PostfixSecondary started(String domain, int primaryPort) {
        PostfixSecondary secondary =
                stopped(domain, primaryPort, Path.of(System.getProperty("java.io.tmpdir")), Map.of());
        try {
            secondary.start();
            return secondary;
        } catch (AssertionError e) {
            secondary.close();
            throw e;
        }
    }

    /**
     * One that does not run yet.
     *
     * @param parent where its directory is made; on a real disk when speed is measured
     * @param settings of main.cf, besides its own
     */
    public static PostfixSecondary stopped(String domain, int primaryPort, Path parent, Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("relay_domains", domain);
        all.put("transport_maps", "inline:{ " + domain + "=smtp:[127.0.0.1]:" + primaryPort + " }");
        all.putAll(settings);
        return new PostfixSecondary(PostfixInstance.create(parent, "secondary.example", all));
    }

    public int port() {
        return postfix.port();
    }

    /** Starts it, again if need be, with the queue it had. */
    public void start() {
        postfix.start();
    }

    public void stop() {
        postfix.stop();
    }

    /** How many mails it holds. */
    public int queued() {
        return (int) postfix.postfix("postqueue", "-j").lines().count();
    }

    /** Returns once it holds exactly {@code count} mails. */
    public void awaitQueued(int count, Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        for (int queued = queued(); queued != count; queued = queued()) {
            if (deadline.isOver()) {
                throw new AssertionError(
                        "%d mails queued, not %d, after %s\n%s".formatted(queued, count, timeout, postfix.logText()));
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    /** Makes it try all it holds now. */
    public void flush() {
        postfix.postfix("postqueue", "-f");
    }

    /** Its mail log. */
    public String log() {
        return postfix.logText();
    }

    /** Its processes, the master first: for measuring what they use. */
    public List<ProcessHandle> processes() {
        return postfix.processes();
    }

    @Override
    public void close() {
        postfix.close();
    }
}
