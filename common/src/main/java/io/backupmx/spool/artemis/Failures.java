package io.backupmx.spool.artemis;

import io.backupmx.spool.SpoolException;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;

/** What an exception of the broker's client means to us. */
final class Failures {

    /** For an operator, who has to do something about it. */
    static final String REFUSED = "the broker refuses spool.user, its password, or what it asks for";

    private Failures() {}

    /** Whether the broker refused for want of room, the connection being fine. */
    static boolean isFull(Throwable failure) {
        return isOf(ActiveMQExceptionType.ADDRESS_FULL, failure);
    }

    /** Whether it knows us not, or will not have us do it: no matter how often we try. */
    static boolean isRefused(Throwable failure) {
        return isOf(ActiveMQExceptionType.SECURITY_EXCEPTION, failure);
    }

    private static boolean isOf(ActiveMQExceptionType type, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ActiveMQException e && e.getType() == type) {
                return true;
            }
        }
        return false;
    }

    /** Whether the connection is gone or not to be trusted, as opposed to one call that was refused. */
    static boolean isConnectionLost(Throwable failure) {
        return failure instanceof ActiveMQException e
                && switch (e.getType()) {
                    case NOT_CONNECTED,
                            DISCONNECTED,
                            CONNECTION_TIMEDOUT,
                            OBJECT_CLOSED,
                            UNBLOCKED,
                            CLUSTER_SECURITY_EXCEPTION,
                            INTERNAL_ERROR,
                            UNSUPPORTED_PACKET,
                            ILLEGAL_STATE -> true;
                    default -> false;
                };
    }

    /** Of mail that was to be stored. */
    static SpoolException toSpoolException(Throwable failure) {
        return toSpoolException(failure, "the broker did not store the mail");
    }

    /** @param otherwise what is said where the broker neither refused us nor is full */
    static SpoolException toSpoolException(Throwable failure, String otherwise) {
        if (isRefused(failure)) {
            return new SpoolException(SpoolException.Kind.REFUSED, REFUSED, failure);
        }
        return isFull(failure)
                ? new SpoolException(SpoolException.Kind.FULL, "the broker has no room", failure)
                : new SpoolException(SpoolException.Kind.UNAVAILABLE, otherwise, failure);
    }

    static SpoolException unavailable(String why) {
        return new SpoolException(SpoolException.Kind.UNAVAILABLE, why);
    }
}
