package io.backupmx.route;

import java.util.List;

/** How many recipients a domain has. */
public sealed interface Extent {

    /** Every address is assumed to exist. */
    record Everybody() implements Extent {
        @Override
        public String toString() {
            return "every address";
        }
    }

    /**
     * Every address is assumed to exist, for nobody of it is listed anywhere: so it is with domains that only their MX records
     * make ours.
     */
    record Unlisted() implements Extent {
        @Override
        public String toString() {
            return "every address (nobody is listed)";
        }
    }

    /** Those that are listed, and whom others know. */
    record Asked(List<String> sources) implements Extent {
        public Asked {
            sources = List.copyOf(sources);
        }

        @Override
        public String toString() {
            return "whom " + String.join(", ", sources) + " knows";
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
