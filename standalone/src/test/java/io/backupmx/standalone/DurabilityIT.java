package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.Ports;
import io.backupmx.testing.Programs;
import io.backupmx.testing.RunningProgram;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.SystemTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 250 means on disk, as the system calls of the running service show. */
@RunsAlone
@SystemTest
class DurabilityIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** More than the broker keeps in memory (deploy/artemis/broker.xml): from here on it writes pages. */
    private static final SmtpSource TO_PAGING = SmtpSource.of(8000, 100, 4096);

    @TempDir
    private Path directory;

    /** Sizes of a mail in the journal and of one in a file of its own. */
    @ParameterizedTest
    @ValueSource(ints = {4096, 300_000})
    void loneMailIsSyncedBeforeIts250(int bytes) {
        try (Instance instance = instance()) {
            assertThat(traceOf(instance, SmtpSource.of(100, 1, bytes)).syncsOfMails())
                    .hasSize(100)
                    .allSatisfy(syncs -> assertThat(syncs).isPositive());
        }
    }

    @Test
    void loneMailIsSyncedBeforeIts250WhenTheQueueHasOutgrownMemory() {
        try (Instance instance = instance()) {
            TO_PAGING.sendTo(instance.smtpPort());
            assertThat(instance.data().resolve("spool/paging")).isDirectoryRecursivelyContaining("glob:**.page");

            assertThat(traceOf(instance, SmtpSource.of(100, 1, 4096)).syncsOfMails())
                    .hasSize(100)
                    .allSatisfy(syncs -> assertThat(syncs).isPositive());
        }
    }

    /** Mails that come together share their syncs: that is where the rate comes from. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mailsAtOnceShareSyncs(boolean paging) {
        try (Instance instance = instance()) {
            if (paging) {
                TO_PAGING.sendTo(instance.smtpPort());
            }
            SyncTrace trace = traceOf(instance, SmtpSource.of(2000, 100, 4096));
            System.getLogger(DurabilityIT.class.getName())
                    .log(
                            System.Logger.Level.INFO,
                            "syncs for 2000 mails over 100 connections{0}: {1}",
                            paging ? ", paging" : "",
                            trace.syncs());
            assertThat(trace.syncsOfMails()).hasSize(2000);
            assertThat(trace.syncs()).isBetween(2000 / 100, 2000 / 2);
        }
    }

    private Instance instance() {
        return Instance.of(directory.resolve("data"), Ports.free());
    }

    private SyncTrace traceOf(Instance instance, SmtpSource load) {
        Path file = directory.resolve("trace");
        List<String> arguments = new ArrayList<>(List.of("-f", "-o", file.toString()));
        arguments.addAll(SyncTrace.OPTIONS);
        arguments.addAll(List.of("-p", String.valueOf(instance.pid())));
        try (RunningProgram strace = Programs.require("strace", "strace").start(arguments.toArray(String[]::new))) {
            strace.awaitOutput("Process " + instance.pid() + " attached", PATIENCE);
            load.sendTo(instance.smtpPort());
            int _ = strace.terminate(PATIENCE);
            return SyncTrace.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
