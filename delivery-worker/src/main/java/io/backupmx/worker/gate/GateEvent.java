package io.backupmx.worker.gate;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ForwardPath;

/** What can happen to a route. What the events of one mail count for is {@link GateRules}' business. */
public sealed interface GateEvent {

    /** {@code mails} went out, each to one recipient at least. */
    record Delivered(int mails) implements GateEvent {}

    /** {@code mail} got nothing but 4xx, to whatever command. */
    record TempFailed(QueueId mail, String why) implements GateEvent {}

    /**
     * The route's own trouble: no connection, refused greeting or EHLO, a timeout before any content, 421 in place of an
     * answer to MAIL.
     *
     * @param othersAlive how many other connections were well at the time, in the whole cluster as far as known
     */
    record Met(Trouble trouble, int othersAlive) implements GateEvent {}

    /** The content of {@code mail} was lost on its way: a drop or timeout from the first content byte on. */
    record ContentLost(QueueId mail, Trouble trouble, int othersAlive) implements GateEvent {}

    /**
     * 5xx for one recipient, for its sender, or for the content.
     *
     * @param amiss whether a next hop that is well would not: it is the recipient that it refuses, and that is known to exist
     */
    record Refused(QueueId mail, ForwardPath recipient, boolean amiss, String why) implements GateEvent {}

    /** 5xx at greeting or EHLO: all mail is refused, whoever it is for. */
    record RefusedAll(String why) implements GateEvent {}

    /** An answer took longer than a well host's would. */
    record Slow(String why) implements GateEvent {}

    /** A probe was greeted well. */
    record Answered() implements GateEvent {}

    /** A probe was not. */
    record NotAnswered(Trouble trouble) implements GateEvent {}

    /** A trial mail goes out now. */
    record Tried() implements GateEvent {}

    /** An operator takes the route out. */
    record Hold(String reason) implements GateEvent {}

    /** An operator ends {@link GateState.Held} or {@link GateState.Quarantine}. */
    record Release() implements GateEvent {}

    /** An operator wants everything tried now. */
    record Flush() implements GateEvent {}
}
