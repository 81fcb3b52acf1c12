package io.backupmx.spool.artemis;

import java.util.Optional;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientRequestor;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.management.ManagementHelper;
import org.jspecify.annotations.Nullable;

/** Questions to the broker's management address, over the core protocol. For one thread; blocks. */
final class Management implements AutoCloseable {

    private static final String ADDRESS = "activemq.management";
    private static final long ANSWER_MILLIS = 5000;

    /** Within the text of an answer: the broker has what is asked for, but not for us. */
    private static final String NOT_PERMITTED = "AMQ229032";

    private final ClientSession session;
    private final ClientRequestor requestor;
    private final long answerMillis;

    Management(Links.Link link) throws ActiveMQException {
        this(link, ANSWER_MILLIS);
    }

    /** @param answerMillis how long the broker may take for an answer */
    Management(Links.Link link, long answerMillis) throws ActiveMQException {
        this.answerMillis = answerMillis;
        this.session = link.plainSession();
        try {
            session.start();
            this.requestor = new ClientRequestor(session, ADDRESS);
        } catch (Exception e) {
            session.close();
            throw wrapped("no way to the management address", e);
        }
    }

    /** An attribute of {@code resource}, for example {@code broker} or {@code queue.NAME}; null when it has none. */
    @Nullable
    Object attribute(String resource, String name) throws ActiveMQException {
        ClientMessage request = session.createMessage(false);
        ManagementHelper.putAttribute(request, resource, name);
        return ask(request, resource + " " + name);
    }

    @Nullable
    Object operation(String resource, String name, Object... arguments) throws ActiveMQException {
        ClientMessage request = session.createMessage(false);
        try {
            ManagementHelper.putOperationInvocation(request, resource, name, arguments);
        } catch (Exception e) {
            throw wrapped(resource + " " + name, e);
        }
        return ask(request, resource + " " + name);
    }

    /** What an attribute or an operation says, as far as that is a number. */
    static Optional<Long> number(@Nullable Object answer) {
        return answer instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    private @Nullable Object ask(ClientMessage request, String what) throws ActiveMQException {
        try {
            ClientMessage reply = requestor.request(request, answerMillis);
            if (reply == null) {
                throw new ActiveMQException(ActiveMQExceptionType.CONNECTION_TIMEDOUT, "no answer: " + what);
            }
            reply.acknowledge(); // the requestor does not, and the broker would keep every answer until we are closed
            Object result = ManagementHelper.getResult(reply);
            if (!ManagementHelper.hasOperationSucceeded(reply)) {
                throw new ActiveMQException(refusal(result), "refused: " + what + ": " + result);
            }
            return result;
        } catch (Exception e) {
            throw wrapped(what, e);
        }
    }

    private static ActiveMQExceptionType refusal(@Nullable Object why) {
        return String.valueOf(why).contains(NOT_PERMITTED)
                ? ActiveMQExceptionType.SECURITY_EXCEPTION
                : ActiveMQExceptionType.QUEUE_DOES_NOT_EXIST;
    }

    private static ActiveMQException wrapped(String what, Exception e) {
        return e instanceof ActiveMQException already
                ? already
                : new ActiveMQException(ActiveMQExceptionType.GENERIC_EXCEPTION, what, e);
    }

    @Override
    public void close() {
        try (session) {
            requestor.close(); // before its session, or the broker finds its reply queue still bound
        } catch (Exception e) {
            // The connection is gone, and the session with it.
        }
    }
}
