package io.backupmx.spool.artemis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkerNameTest {

    @Test
    void aNameIsLegibleBoundedAndSafeInAFilter() {
        assertThat(WorkerName.unique("mx2.example.org")).matches("mx2\\.example\\.org\\.[0-9]+\\.[0-9a-f]{8}");
        assertThat(WorkerName.unique("x' OR '1' = '1")).matches("x_+OR_+1_+1_*\\.[0-9]+\\.[0-9a-f]{8}");
        assertThat(WorkerName.unique("ü*/\n")).startsWith("____.");
        assertThat(WorkerName.unique("a".repeat(1000)).length()).isLessThan(100);
    }

    @Test
    void everyLifeHasAnother() {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            names.add(WorkerName.unique("worker"));
        }
        assertThat(names).hasSize(100);
    }
}
