package io.backupmx.route;

import java.util.OptionalLong;

/**
 * What the hosts of a route are known not to take.
 *
 * @param maxSizeBytes the largest mail, as they state it with SIZE (RFC 1870 §4); empty: they state no limit
 * @param smtpUtf8 whether they take addresses beyond ASCII (RFC 6531)
 */
public record NextHopLimits(OptionalLong maxSizeBytes, boolean smtpUtf8) {

    /** Where a mail may go to the one as well as to the other. */
    public NextHopLimits or(NextHopLimits other) {
        return new NextHopLimits(
                maxSizeBytes.isEmpty() || other.maxSizeBytes.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.max(maxSizeBytes.getAsLong(), other.maxSizeBytes.getAsLong())),
                smtpUtf8 || other.smtpUtf8);
    }
}
