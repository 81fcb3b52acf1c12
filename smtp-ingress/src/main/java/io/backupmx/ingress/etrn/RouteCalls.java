package io.backupmx.ingress.etrn;

import io.backupmx.ingress.protocol.EtrnAnswer;
import io.backupmx.ingress.protocol.EtrnNode;

/** Has mail tried that waits for somebody who says that he is here. */
public interface RouteCalls {

    /** Of no use: nobody has mail waiting. */
    RouteCalls NONE = _ -> EtrnAnswer.NOT_OURS;

    /** Never blocks. */
    EtrnAnswer call(EtrnNode node);
}
