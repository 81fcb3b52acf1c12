package io.backupmx.spf;

import java.util.Locale;

/** RFC 7208 §2.6. */
public enum SpfResult {
    NONE,
    NEUTRAL,
    PASS,
    FAIL,
    SOFTFAIL,
    TEMPERROR,
    PERMERROR;

    /** What a library calls it; what is none of these words is as if nobody had answered. */
    static SpfResult of(String word) {
        for (SpfResult result : values()) {
            if (result.label().equals(word)) {
                return result;
            }
        }
        return TEMPERROR;
    }

    /** As logs and metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
