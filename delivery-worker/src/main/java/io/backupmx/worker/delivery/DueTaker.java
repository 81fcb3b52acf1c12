package io.backupmx.worker.delivery;

import io.backupmx.spool.SpoolReader;
import io.backupmx.spool.TakenMail;
import java.util.function.Consumer;

/** A place for one mail of a retry queue. */
record DueTaker(Consumer<TakenMail> onMail, Runnable onNone) implements SpoolReader.Taker {

    @Override
    public boolean wantsMail() {
        return false;
    }

    @Override
    public void accept(TakenMail mail) {
        onMail.accept(mail);
    }

    @Override
    public void none() {
        onNone.run();
    }
}
