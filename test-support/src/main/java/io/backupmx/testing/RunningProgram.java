package io.backupmx.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** A program that runs; its output is kept. */
public final class RunningProgram implements AutoCloseable {

    private static final Duration TO_TERMINATE = Duration.ofSeconds(3);

    private final String command;
    private final Process process;
    private final Thread reader;
    private final Thread atExit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final StringBuilder output = new StringBuilder();
    private boolean ended;

    RunningProgram(String command, Process process) {
        this.command = command;
        this.process = process;
        this.atExit = new Thread(() -> kill(process), "kill-" + process.pid());
        Runtime.getRuntime().addShutdownHook(atExit);
        this.reader = Thread.ofVirtual().start(this::readOutput);
    }

    private void readOutput() {
        try (InputStream in = process.getInputStream()) {
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                said(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (IOException _) {
            // closed from our side
        } finally {
            ended();
        }
    }

    private void said(String text) {
        lock.lock();
        try {
            output.append(text);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void ended() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public String command() {
        return command;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has said so far, on standard output and standard error. */
    public String output() {
        lock.lock();
        try {
            return output.toString();
        } finally {
            lock.unlock();
        }
    }

    /** Writes {@code input} to its standard input and closes that. A program that has ended before is not a failure. */
    void feed(byte[] input) {
        try (OutputStream out = process.getOutputStream()) {
            out.write(input);
        } catch (IOException _) {
            // it did not want to read all of it; its status tells whether that is well
        }
    }

    /** Returns once its output contains a match of {@code regex}. */
    public void awaitOutput(String regex, Duration timeout) {
        Pattern pattern = Pattern.compile(regex);
        await(said -> pattern.matcher(said).find(), "said '" + regex + "'", timeout);
    }

    /** Returns once its output so far, which is not to be kept, satisfies {@code condition}. */
    void await(Predicate<CharSequence> condition, String what, Duration timeout) {
        long left = timeout.toNanos();
        lock.lock();
        try {
            while (!condition.test(output)) {
                if (ended || left <= 0) {
                    throw new AssertionError("%s has not %s %s:\n%s"
                            .formatted(command, what, ended ? "before it ended" : "within " + timeout, end()));
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            lock.unlock();
        }
    }

    /** The last of what it said. */
    String end() {
        lock.lock();
        try {
            return output.substring(Math.max(0, output.length() - 4000));
        } finally {
            lock.unlock();
        }
    }

    /** Its exit status, once it has ended by itself and all its output is read. */
    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("%s still runs after %s:\n%s".formatted(command, timeout, output()));
            }
            // A child of it may hold the output open; what the program itself said is read by then.
            reader.join(Duration.ofSeconds(2));
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Sends a signal, such as {@code "STOP"}. */
    public void signal(String name) {
        // The shell's own kill: the program of that name is in a package of its own.
        Programs.require("sh", "dash")
                .run(Duration.ofSeconds(5), "-c", "kill -s " + name + " " + pid())
                .succeeded();
    }

    /** Kills it at once (SIGKILL), and what it has started. */
    public void kill() {
        kill(process);
        awaitExit(TO_TERMINATE);
    }

    /** Asks it to end (SIGTERM); its exit status once it has, which must be within {@code timeout}. */
    public int terminate(Duration timeout) {
        process.toHandle().destroy(); // Process.destroy would close its output, too: the last words would be lost
        return awaitExit(timeout);
    }

    /** Asks it to end (SIGTERM), and kills it when it has not after 3 s; what it has started ends, too. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(TO_TERMINATE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill(process);
            }
            children.forEach(ProcessHandle::destroyForcibly);
            process.waitFor();
            process.getOutputStream().close();
        } catch (InterruptedException e) {
            kill(process);
            throw interrupted(e);
        } catch (IOException _) {
            // its end of the pipe has gone
        } finally {
            forgetHook();
        }
    }

    private void forgetHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException _) {
            // shutting down already: the hook runs
        }
    }

    private static void kill(Process process) {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    private static AssertionError interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted while waiting for a program", e);
    }
}
