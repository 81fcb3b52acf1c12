package io.backupmx.standalone;

import io.backupmx.testing.LongTest;
import java.time.Duration;

@LongTest
class FourWorkersIT extends ClusterScenarios {
    FourWorkersIT() {
        super(4, Duration.ofSeconds(30));
    }
}
