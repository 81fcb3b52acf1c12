package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.spool.Lane;
import io.backupmx.spool.Settlement;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;

/** Where the copies go that a settlement leaves of a mail. */
final class Copies {

    private Copies() {}

    /**
     * All of {@code copies} leave with the group's next commit.
     *
     * @param lane of the mail's route, where what has its turn again waits for it
     */
    static void send(GroupCommit group, Taken mail, Lane lane, Content content, List<Settlement.Copy> copies)
            throws ActiveMQException, IOException {
        for (Settlement.Copy copy : copies) {
            switch (copy) {
                case Settlement.Copy.Retry retry ->
                    group.send(
                            new SpoolQueue.Retry(retry.delay()),
                            mail.route(),
                            retry.envelope(),
                            content,
                            Optional.of(Instant.now().plus(retry.delay())));
                case Settlement.Copy.Failed failed ->
                    group.send(new SpoolQueue.Failed(), mail.route(), failed.envelope(), content, Optional.empty());
                case Settlement.Copy.Report report ->
                    group.send(
                            new SpoolQueue.Reports(report.kind()),
                            mail.route(),
                            report.envelope(),
                            content,
                            Optional.empty());
                case Settlement.Copy.Fresh fresh ->
                    group.send(
                            new SpoolQueue.ForRoute(fresh.route()),
                            fresh.route(),
                            fresh.envelope(),
                            fresh.content(),
                            Optional.empty());
                case Settlement.Copy.Moved moved ->
                    group.send(
                            new SpoolQueue.ForRoute(moved.route(), Lane.BACKLOG),
                            moved.route(),
                            moved.envelope(),
                            content,
                            Optional.empty());
                case Settlement.Copy.Requeued requeued ->
                    group.send(
                            new SpoolQueue.ForRoute(mail.route(), lane),
                            mail.route(),
                            requeued.envelope(),
                            content,
                            Optional.empty());
            }
        }
    }
}
