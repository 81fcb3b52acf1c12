package io.backupmx.route;

/** Whether mail that demands TLS on all its way (REQUIRETLS, RFC 8689) has it from here on. Never blocks. */
public interface RequireTls {

    /** What is known of a route. */
    enum Onward {
        /** It is looked at who its hosts are, and all have said that they take such mail. */
        KEPT,
        /** It is looked at who its hosts are; whether they take such mail nobody knows, or not any more. */
        UNKNOWN,
        /** It is not looked at who its hosts are, or one of them does not take such mail. */
        BROKEN
    }

    /** By no route. */
    RequireTls NEVER = new RequireTls() {
        @Override
        public boolean everywhere() {
            return false;
        }

        @Override
        public Onward by(Route route) {
            return Onward.BROKEN;
        }
    };

    /** Whether by each route that there is. As quick as the answer to an EHLO has to be. */
    boolean everywhere();

    Onward by(Route route);
}
