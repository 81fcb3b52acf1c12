package io.backupmx.standalone;

import io.backupmx.testing.LongTest;
import java.time.Duration;

@LongTest
class EightWorkersIT extends ClusterScenarios {
    EightWorkersIT() {
        super(8, Duration.ofSeconds(30));
    }
}
