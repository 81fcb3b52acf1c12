package io.backupmx.worker.report;

import io.backupmx.mail.Recipient;

/** Of which recipients of one mail its sender may have to be told, should it come to that. */
public interface Wishes {

    /** That it failed. */
    boolean ifFailed(Recipient recipient);

    /** That it went to a host that does not report. */
    boolean ifRelayed(Recipient recipient);

    /** That it takes longer, now. */
    boolean ifDelayed(Recipient recipient);

    /** Nobody is told anything. */
    Wishes NONE = new Wishes() {
        @Override
        public boolean ifFailed(Recipient recipient) {
            return false;
        }

        @Override
        public boolean ifRelayed(Recipient recipient) {
            return false;
        }

        @Override
        public boolean ifDelayed(Recipient recipient) {
            return false;
        }
    };
}
