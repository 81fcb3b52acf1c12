package io.backupmx.standalone;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

@Tag("system") // takes minutes
class EightWorkersIT extends ClusterScenarios {
    EightWorkersIT() {
        super(8, Duration.ofSeconds(30));
    }
}
