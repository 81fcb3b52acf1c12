package io.backupmx.standalone;

import io.backupmx.testing.RunsAlone;
import io.backupmx.testing.SoakTest;
import java.time.Duration;

@RunsAlone
@SoakTest
class EightWorkersIT extends ClusterScenarios {
    EightWorkersIT() {
        super(8, Duration.ofSeconds(30));
    }
}
