package io.backupmx.worker.report;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import java.io.IOException;

/** Whether a mail comes from whom its reverse-path names. May block for as long as the DNS is given. */
interface Authenticity {

    Verdict judge(Envelope envelope, Content content) throws IOException, InterruptedException;

    /** {@code why} is for people. */
    sealed interface Verdict {
        record Authentic(String why) implements Verdict {}

        record NotAuthentic(String why) implements Verdict {}

        /** Whoever knows did not answer. */
        record Undecided(String why) implements Verdict {}
    }
}
