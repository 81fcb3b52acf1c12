package io.backupmx.spool.artemis;

import io.backupmx.config.SpoolConfig;
import io.backupmx.spool.SharedTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are closed after each test. */
abstract class TableFixture {

    static final SpoolConfig CONFIG =
            new SpoolConfig(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(20), 1 << 20, 94);

    @TempDir
    Path directory;

    private final List<SharedTable> tables = new ArrayList<>();

    abstract String url();

    SharedTable table() {
        SharedTable table = ArtemisSpool.at(url(), CONFIG).table("recipients");
        tables.add(table);
        return table;
    }

    @AfterEach
    void closeTables() {
        tables.forEach(SharedTable::close);
    }

    static CompletableFuture<Void> putting(SharedTable table, String key, String value) {
        return table.put(key, value.getBytes(StandardCharsets.ISO_8859_1)).toCompletableFuture();
    }

    static void put(SharedTable table, String key, String value) throws Exception {
        putting(table, key, value).get(20, TimeUnit.SECONDS);
    }

    static void finish(List<? extends CompletionStage<Void>> stages) throws Exception {
        CompletableFuture.allOf(stages.stream()
                        .map(CompletionStage::toCompletableFuture)
                        .toArray(CompletableFuture[]::new))
                .get(30, TimeUnit.SECONDS);
    }
}
