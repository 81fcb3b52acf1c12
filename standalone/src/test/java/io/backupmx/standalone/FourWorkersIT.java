package io.backupmx.standalone;

import io.backupmx.testing.SoakTest;
import java.time.Duration;

@SoakTest
class FourWorkersIT extends ClusterScenarios {
    FourWorkersIT() {
        super(4, Duration.ofSeconds(30));
    }
}
