package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.SharedTable;
import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.SoakTest;
import java.io.File;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a table costs: time, the broker's memory, its disk. */
@Timeout(120)
@SoakTest
@RunsAlone
final class TableFiguresIT extends TableBrokerFixture {

    private long heapBytes() throws Exception {
        long sum = 0;
        for (int i = 0; i < TableQueues.COUNT; i++) {
            sum += broker.server()
                    .getPagingManager()
                    .getPageStore(QUEUES.name(i))
                    .getAddressSize();
        }
        return sum;
    }

    private List<File> files(String part) {
        File[] files = directory.resolve(part).toFile().listFiles();
        return files == null ? List.of() : List.of(files);
    }

    private long diskBytes() {
        return Stream.of("journal", "paging", "large-messages")
                .flatMap(part -> files(part).stream())
                .mapToLong(File::length) // 0 for one that has just gone
                .sum();
    }

    private int largeFiles() {
        return files("large-messages").size();
    }

    @Test
    void fourThousandKeys() throws Exception {
        SharedTable writer = table();
        RecordingListener.started(writer).awaitEvents("connected", "complete");
        String value = "x".repeat(10 << 10);
        long start = System.nanoTime();
        List<CompletableFuture<Void>> stages = new ArrayList<>();
        for (int i = 0; i < 4096; i++) {
            stages.add(putting(writer, "domain" + i, value));
            if (stages.size() > 1000) {
                stages.removeFirst().join();
            }
        }
        finish(stages);
        ClusterContract.report("4096 values of 10 KiB put", start);
        System.out.printf(
                "4096 values of 10 KiB: %d KiB of the broker's memory, %d KiB on disk, %d files%n",
                heapBytes() >> 10, diskBytes() >> 10, largeFiles());
        assertThat(heapBytes()).isLessThan(64L << 20);
        start = System.nanoTime();
        RecordingListener late = RecordingListener.started(table()).awaitEvents("connected", "complete");
        ClusterContract.report("4096 values of 10 KiB heard by a newcomer", start);
        assertThat(late.keysAtComplete()).isEqualTo(4096);
        assertThat(late.state().values().stream().allMatch(value::equals)).isTrue();
    }

    private void replace(SharedTable table, int times, int length) throws Exception {
        String padding = "x".repeat(length);
        Deque<CompletableFuture<Void>> stages = new ArrayDeque<>();
        for (int i = 0; i < times; i++) {
            stages.add(putting(table, "key" + i % 100, i + padding));
            if (stages.size() >= 100) {
                stages.removeFirst().join();
            }
        }
        finish(List.copyOf(stages));
    }

    @Test
    void replacedValuesCostNothing() throws Exception {
        SharedTable table = table();
        RecordingListener.started(table).awaitEvents("connected", "complete");
        grows(table, 20_000, 1000);
    }

    @Test
    void replacedLargeValuesCostNothing() throws Exception {
        SharedTable table = table();
        RecordingListener.started(table).awaitEvents("connected", "complete");
        grows(table, 300, 200_000);
    }

    private void grows(SharedTable table, int times, int length) throws Exception {
        replace(table, 100, length);
        long heap = heapBytes();
        long disk = diskBytes();
        long start = System.nanoTime();
        replace(table, times, length);
        String what = "%d values of %d octets over 100 others".formatted(times, length);
        ClusterContract.report(what, start);
        System.out.printf(
                "%s: memory %d -> %d KiB, disk %d -> %d KiB, %d files%n",
                what, heap >> 10, heapBytes() >> 10, disk >> 10, diskBytes() >> 10, largeFiles());
        RecordingMember.until(() -> {
            try {
                return heapBytes() < heap * 5 / 4 + (1 << 20) && diskBytes() < disk + (60 << 20) && largeFiles() <= 101;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
