package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SyncTraceTest {

    @Test
    void syncBetweenContentAndReplyIsTheMails() {
        assertThat(SyncTrace.of("""
                        70 write(9, "354 End data with <CR><LF>.<CR><LF>\\r\\n", 37) = 37
                        86 write(4, "\\v\\0\\0"..., 5176) = 5176
                        86 fdatasync(4)                    = 0
                        70 write(9, "250 2.0.0 Ok: queued as 1M83GPB4BM57F4YG"..., 42) = 42
                        70 write(9, "354 End data with <CR><LF>.<CR><LF>\\r\\n", 37) = 37
                        87 fsync(5 <unfinished ...>
                        86 fdatasync(4)                    = 0
                        87 <... fsync resumed>)            = 0
                        70 write(9, "250 2.0.0 Ok: queued as 1M83GPB4BM57F4YH"..., 42 <unfinished ...>
                        """))
                .satisfies(trace -> assertThat(trace.syncsOfMails()).containsExactly(1, 2))
                .satisfies(trace -> assertThat(trace.syncs()).isEqualTo(3));
    }

    @Test
    void syncThatBeganEarlierEndsLaterOrFailsIsNot() {
        assertThat(SyncTrace.of("""
                        86 fdatasync(4 <unfinished ...>
                        70 write(9, "354 End data with <CR><LF>.<CR><LF>\\r\\n", 37) = 37
                        86 <... fdatasync resumed>)        = 0
                        87 fdatasync(4 <unfinished ...>
                        88 fdatasync(4)                    = -1 EIO (Input/output error)
                        70 write(9, "250 2.0.0 Ok: queued as 1M83GPB4BM57F4YG"..., 42) = 42
                        87 <... fdatasync resumed>)        = 0
                        """))
                .satisfies(trace -> assertThat(trace.syncsOfMails()).containsExactly(0))
                .satisfies(trace -> assertThat(trace.syncs()).isEqualTo(2));
    }
}
