package io.backupmx.worker.admin;

import io.backupmx.mail.Envelope;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.WorkerView;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** A part of a mail that some worker delivers, or holds until it is due: no look at a queue shows it, and nobody removes it. */
record PartInHand(Route route, Envelope envelope) {

    /** Those of all workers, as far as they tell within a second or so. Blocks for that long. */
    static List<PartInHand> all(WorkerView worker) {
        CompletionStage<List<InFlightMail>> inFlight = worker.inFlightElsewhere();
        CompletionStage<List<ListedMail>> held = worker.heldElsewhere();
        return Stream.concat(
                        Stream.concat(worker.inFlight().stream(), Elsewhere.await(inFlight).stream())
                                .map(mail -> new PartInHand(mail.route(), mail.envelope())),
                        Stream.concat(worker.held().stream(), Elsewhere.await(held).stream())
                                .map(mail -> new PartInHand(mail.route(), mail.envelope())))
                .toList();
    }

    /** Whether it may be {@code part}, which was seen on a queue. */
    boolean maybe(ListedMail part) {
        return envelope.queueId().equals(part.envelope().queueId()) && route.equals(part.route());
    }
}
