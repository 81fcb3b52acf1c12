package io.backupmx.spool.artemis;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;

/** The broker refused a copy for want of room; the mail it was to replace is back on its queue. */
final class NoRoomException extends ActiveMQException {

    private static final long serialVersionUID = 1L;

    NoRoomException(ActiveMQException cause) {
        super(ActiveMQExceptionType.ADDRESS_FULL, "no room on the spool for a copy", cause);
    }
}
