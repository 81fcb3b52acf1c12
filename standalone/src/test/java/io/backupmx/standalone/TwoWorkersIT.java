package io.backupmx.standalone;

class TwoWorkersIT extends ClusterScenarios {
    TwoWorkersIT() {
        super(2, Cluster.TTL.plusSeconds(4));
    }
}
