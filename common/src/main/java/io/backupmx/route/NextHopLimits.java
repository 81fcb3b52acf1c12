package io.backupmx.route;

import java.util.OptionalLong;

/**
 * What the hosts of a route are known to take, and not to take.
 *
 * @param maxSizeBytes the largest mail, as they state it with SIZE (RFC 1870 §4); empty: they state no limit
 * @param smtpUtf8 whether they take addresses beyond ASCII (RFC 6531)
 * @param requireTls whether they take mail with REQUIRETLS (RFC 8689), as was said by whom it was looked at who he is
 */
public record NextHopLimits(OptionalLong maxSizeBytes, boolean smtpUtf8, boolean requireTls) {

    /** Without REQUIRETLS. */
    public NextHopLimits(OptionalLong maxSizeBytes, boolean smtpUtf8) {
        this(maxSizeBytes, smtpUtf8, false);
    }

    /** Where a mail may go to the one as well as to the other: what one of them takes may come to him, but what is promised has to hold at both. */
    public NextHopLimits or(NextHopLimits other) {
        return new NextHopLimits(
                maxSizeBytes.isEmpty() || other.maxSizeBytes.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(Math.max(maxSizeBytes.getAsLong(), other.maxSizeBytes.getAsLong())),
                smtpUtf8 || other.smtpUtf8,
                requireTls && other.requireTls);
    }
}
