package io.backupmx.spool.artemis;

import io.backupmx.mail.Content;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.MailCodec;
import io.backupmx.route.Route;
import io.backupmx.spool.QueueNames;
import io.backupmx.spool.SpoolQueue;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;

/**
 * Acknowledgements and copies of one transacted session, committed together: one sync to disk for up to {@link #MAX_MAILS}
 * mails, none waiting longer than {@link #MAX_WAIT_MILLIS}. That is the window of a crash in which a mail that was already
 * delivered is delivered again. A group holds mails that are done with, or mails that are replaced by copies, never both:
 * copies may be refused for want of room, and must not take with them what was delivered. For the session's thread.
 */
final class GroupCommit {

    static final int MAX_MAILS = 50;
    static final long MAX_WAIT_MILLIS = 4;

    private final ClientSession session;
    private final ClientProducer producer;
    private final Set<String> knownQueues = new HashSet<>();
    private final List<Member> members = new ArrayList<>(MAX_MAILS);
    private long openedNanos;
    private boolean copies;

    GroupCommit(ClientSession session) throws ActiveMQException {
        this.session = session;
        this.producer = session.createProducer();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Whether it is time to commit. */
    boolean isDue() {
        return members.size() >= MAX_MAILS || (!members.isEmpty() && waitNanos() <= 0);
    }

    /** How long the group may still wait for company. */
    long waitNanos() {
        return openedNanos + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS) - System.nanoTime();
    }

    /**
     * The message's mail leaves its queue with the next commit; {@code member} hears of it, or that it did not.
     *
     * @param withCopies whether copies of it were sent; see {@link #takes}
     */
    void acknowledge(ClientMessage message, boolean withCopies, Member member) throws ActiveMQException {
        if (members.isEmpty()) {
            openedNanos = System.nanoTime();
        }
        copies = withCopies;
        members.add(member);
        message.individualAcknowledge();
    }

    /** Whether a mail of this kind may join the group as it is; otherwise it has to be committed first. */
    boolean takes(boolean withCopies) {
        return members.isEmpty() || copies == withCopies;
    }

    /** A copy goes to {@code queue} with the next commit. */
    void send(SpoolQueue queue, Route route, Envelope envelope, Content content, Optional<Instant> notBefore)
            throws ActiveMQException, IOException {
        String name = QueueNames.nameOf(queue);
        if (knownQueues.add(name)) {
            Links.ensureQueue(session, name);
        }
        ClientMessage message =
                MailMessages.toMessage(session, route, envelope, MailCodec.encode(envelope), content, notBefore);
        if (queue instanceof SpoolQueue.Failed) {
            MailMessages.markFailed(message, Instant.now());
        }
        producer.send(SimpleString.of(name), message);
    }

    /**
     * Returns when all of it is on disk; a failure means that none of it is, and that its members have been told. After
     * {@link NoRoomException} the session goes on: the broker has undone this transaction and begun the next.
     */
    void commit() throws ActiveMQException {
        if (members.isEmpty()) {
            return;
        }
        try {
            session.commit();
        } catch (ActiveMQException e) {
            lost(e);
            if (Failures.isFull(e)) {
                throw new NoRoomException(e);
            }
            throw e;
        }
        members.forEach(Member::committed);
        members.clear();
    }

    /** The session is lost, and with it what was not committed. */
    void lost(Throwable why) {
        members.forEach(member -> member.lost(why));
        members.clear();
    }

    /** Who waits for a commit. Called on the session's thread; must not block. */
    interface Member {

        /** It is on disk. */
        void committed();

        /** It is not, or nobody knows. */
        void lost(Throwable why);

        /** Somebody who only wants the work done, and does it again when it was lost. */
        Member NOBODY = new Member() {
            @Override
            public void committed() {}

            @Override
            public void lost(Throwable why) {}
        };
    }
}
