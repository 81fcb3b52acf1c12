package io.backupmx.standalone;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

@Tag("system") // takes minutes
class FourWorkersIT extends ClusterScenarios {
    FourWorkersIT() {
        super(4, Duration.ofSeconds(30));
    }
}
