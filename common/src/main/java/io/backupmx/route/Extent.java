package io.backupmx.route;

/** How many recipients a domain has. */
public sealed interface Extent {

    /** Every address is assumed to exist. */
    record Everybody() implements Extent {
        @Override
        public String toString() {
            return "every address";
        }
    }

    /** As many as somebody lists. */
    record Listed(int recipients) implements Extent {
        @Override
        public String toString() {
            return recipients + (recipients == 1 ? " recipient" : " recipients");
        }
    }
}
