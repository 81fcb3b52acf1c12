package io.backupmx.worker.gate;

/**
 * What is wrong with a route.
 *
 * @param why in one line, for people
 */
public record Trouble(Kind kind, String why) {

    /** What a prober goes by. */
    public enum Kind {
        /** Nobody there: a probe costs both sides next to nothing. */
        NO_ANSWER,
        /** Somebody there who does not take mail: to be left in peace for longer. */
        UNHEALTHY
    }
}
