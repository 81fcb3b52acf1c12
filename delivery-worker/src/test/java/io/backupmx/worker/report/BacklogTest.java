package io.backupmx.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.spool.QueueDepth;
import io.backupmx.spool.ReportKind;
import io.backupmx.spool.SpoolQueue;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BacklogTest {

    private final Backlog backlog = new Backlog();

    @Test
    void whatIsStoredAndDecidedBetweenTwoCountsCounts() {
        backlog.counted(List.of(depth(ReportKind.FAILED, Backlog.MAX_MAILS - 1, 5000)));
        assertThat(backlog.isFull(ReportKind.FAILED)).isFalse();
        backlog.stored(ReportKind.FAILED);
        assertThat(backlog.isFull(ReportKind.FAILED)).isTrue();
        assertThat(backlog.isFull(ReportKind.RELAYED)).as("each kind by itself").isFalse();
        backlog.decided(ReportKind.FAILED);
        assertThat(backlog.isFull(ReportKind.FAILED)).isFalse();
        backlog.counted(List.of());
        for (long i = 0; i < Backlog.MAX_MAILS; i++) {
            assertThat(backlog.isFull(ReportKind.FAILED)).isFalse();
            backlog.stored(ReportKind.FAILED);
        }
        assertThat(backlog.isFull(ReportKind.FAILED)).isTrue();
    }

    @Test
    void fewLargeMailsAreMuch() {
        backlog.counted(List.of(depth(ReportKind.FAILED, 40, Backlog.MAX_BYTES)));
        assertThat(backlog.isFull(ReportKind.FAILED)).isTrue();
        backlog.decided(ReportKind.FAILED);
        assertThat(backlog.isFull(ReportKind.FAILED)).as("until it is counted").isTrue();
        backlog.counted(List.of(depth(ReportKind.FAILED, 39, Backlog.MAX_BYTES - 1)));
        assertThat(backlog.isFull(ReportKind.FAILED)).isFalse();
    }

    private static QueueDepth depth(ReportKind kind, long mails, long bytes) {
        return new QueueDepth(new SpoolQueue.Reports(kind), mails, bytes, Optional.empty());
    }
}
