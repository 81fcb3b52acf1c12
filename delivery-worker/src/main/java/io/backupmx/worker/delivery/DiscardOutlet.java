package io.backupmx.worker.delivery;

import io.backupmx.mail.Recipient;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.smtp.client.SmtpConnection;
import io.backupmx.spool.TakenMail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Mail that an operator does not want is done with here: counted and logged for each recipient as mail delivered, as discard(8) does. */
final class DiscardOutlet implements Outlet {

    private static final String NOWHERE = "none";
    private static final SmtpReply DISCARDED = SmtpReply.of(250, "2.0.0", "discarded, as the transport file says");

    /** Nobody is told, for nobody has got it. */
    @Override
    public Tried attempt(TakenMail mail, boolean suspect) {
        List<RecipientOutcome> outcomes = new ArrayList<>();
        for (Recipient _ : mail.envelope().recipients()) {
            outcomes.add(new RecipientOutcome.Delivered(DISCARDED, NOWHERE, Optional.empty(), true));
        }
        return new Tried(outcomes, false);
    }

    @Override
    public int places(int allowed) {
        return allowed;
    }

    /** There are no probes, for there is nobody to ask. */
    @Override
    public void probed(SmtpConnection connection) {
        connection.abort();
    }

    @Override
    public int busy() {
        return 0;
    }

    @Override
    public void tick() {}

    @Override
    public void closeAllIdle() {}

    @Override
    public void renewConnections() {}

    @Override
    public void abort() {}
}
