package io.backupmx.standalone;

import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.SoakTest;
import java.time.Duration;

@RunsAlone
@SoakTest
class FourWorkersIT extends ClusterScenarios {
    FourWorkersIT() {
        super(4, Duration.ofSeconds(30));
    }
}
