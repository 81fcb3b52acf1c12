package io.backupmx.spool.artemis;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.config.SpoolConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A worker in a JVM of its own, so that it can be killed, frozen and thawed. Under each lock it believes to hold it
 * publishes all the time: {@code lock.N} is its name, the epoch, and a count.
 */
final class MemberProcess implements AutoCloseable {

    private static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(2), 1 << 20, 94);

    private final Process process;
    private final List<String> said = new CopyOnWriteArrayList<>();

    private MemberProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::read);
    }

    /** Runs in the new JVM: broker URL, name, number of locks. Closes its bus when its parent closes its input. */
    public static void main(String[] args) throws IOException {
        Map<Integer, Long> held = new ConcurrentHashMap<>();
        try (ClusterBus bus = ArtemisSpool.at(args[0], CONFIG).cluster(args[1]);
                ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
            bus.start(Integer.parseInt(args[2]), new Speaking(held));
            int[] count = {0};
            clock.scheduleAtFixedRate(
                    () -> held.forEach((lock, epoch) ->
                            bus.publish(lock, "lock." + lock, args[1] + " " + epoch + " " + count[0]++)),
                    10,
                    10,
                    TimeUnit.MILLISECONDS);
            while (System.in.read() >= 0) {
                // until the parent wants no more
            }
            clock.shutdownNow();
        }
    }

    private record Speaking(Map<Integer, Long> held) implements ClusterBus.Member {

        @Override
        public void connected() {
            System.out.println("connected");
        }

        @Override
        public void disconnected() {
            System.out.println("disconnected");
        }

        @Override
        public void heard(String from, String message) {
            // not what this is for
        }

        @Override
        public void published(String key, String value) {
            // not what this is for
        }

        @Override
        public void acquired(int lock, long epoch) {
            held.put(lock, epoch);
            System.out.println("acquired " + lock + " " + epoch);
        }

        @Override
        public void lost(int lock) {
            held.remove(lock);
            System.out.println("lost " + lock);
        }
    }

    static MemberProcess start(String url, String name, int locks) {
        try {
            return new MemberProcess(new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            MemberProcess.class.getName(),
                            url,
                            name,
                            Integer.toString(locks)))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
            }
        } catch (IOException _) {
            // killed
        }
    }

    /** What it was told, in order, such as {@code acquired 3 EPOCH}. */
    List<String> said() {
        return List.copyOf(said);
    }

    boolean holds(int locks) {
        int held = 0;
        for (String line : said) {
            if (line.startsWith("acquired ")) {
                held++;
            } else if (line.startsWith("lost ")) {
                held--;
            }
        }
        return held == locks;
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** Lets it close its bus and end. */
    void leave() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGSTOP. */
    void freeze() {
        signal("-STOP");
    }

    /** SIGCONT. */
    void thaw() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("sh", "-c", "kill " + signal + " " + process.pid())
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
