package io.backupmx.standalone;

import io.backupmx.testing.RunsAlone;

@RunsAlone
class TwoWorkersIT extends ClusterScenarios {
    TwoWorkersIT() {
        super(2, Cluster.TTL.plusSeconds(4));
    }
}
