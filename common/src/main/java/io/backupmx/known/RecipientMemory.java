package io.backupmx.known;

/**
 * What has been found out about recipients and is to outlive whoever said it: other ingresses have it, too, and other lives of
 * this one. Safe from any thread; never blocks.
 */
public interface RecipientMemory {

    /** For those who are to remember nothing. */
    RecipientMemory NONE = new RecipientMemory() {
        @Override
        public boolean knows(String address) {
            return false;
        }

        @Override
        public boolean isComplete() {
            return true;
        }

        @Override
        public void exists(String address) {}

        @Override
        public void isGone(String address) {}
    };

    /** Whether {@code address}, in the folded form of the tables, existed when somebody was last asked who knows. */
    boolean knows(String address);

    /** Whether all that others have found out before has been heard. */
    boolean isComplete();

    void exists(String address);

    /** Somebody who knows says that there is no such address, or not any more. */
    void isGone(String address);
}
