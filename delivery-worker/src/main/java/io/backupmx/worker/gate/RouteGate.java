package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;

/**
 * A route's gate as the deliveries of one worker meet it, whichever worker keeps it. What this worker meets counts for it at
 * once, and for the others as soon as the keeper has heard of it. Safe from any thread; never blocks.
 */
public interface RouteGate {

    /** How many connections this worker may have now; none while the route takes no mail. */
    int places();

    /** Whether the route has just come back, so that a refusal does not end a recipient yet. */
    boolean isOnProbation();

    /** Whether mail that is already under way may still be refused for good; not in quarantine. */
    boolean isQuarantined();

    /** Something happened in a delivery. */
    void tell(GateEvent event);

    /**
     * The content of {@code mail} was lost on its way.
     *
     * @return whether that is the route's fault, not the mail's
     */
    boolean contentLost(QueueId mail, Trouble trouble, int othersAlive);
}
