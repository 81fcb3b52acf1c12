package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.Effect.Ending;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.ChunksRefused;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.ReceivingChunk;
import io.backupmx.ingress.protocol.SessionState.ReceivingContent;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.mail.QueueId;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolException;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.List;

/**
 * What is in a mail: DATA, BDAT (RFC 5321 §4.1.1.4, RFC 3030), how a content ends, and whether it is stored. A part of
 * {@link SessionMachine}.
 */
final class ContentSteps {

    private final Domain hostname;
    private final long maxMessageBytes;

    ContentSteps(Domain hostname, IngressConfig config) {
        this.hostname = hostname;
        this.maxMessageBytes = config.maxMessageBytes();
    }

    Step onData(Listening state, Room room) {
        return switch (state) {
            case Connected _, Greeted _, ChunksRefused _ -> Step.reply(state, Replies.NEED_MAIL);
            case BetweenChunks _ -> Step.reply(state, Replies.NEED_LAST_CHUNK);
            case MailOpen mail ->
                content(
                        mail,
                        room,
                        new Step(
                                new ReceivingContent(mail),
                                List.of(new Effect.Reply(Replies.START_CONTENT), new Effect.ReceiveContent())));
        };
    }

    Step onBdat(Listening state, Command.Bdat bdat, Room room) {
        return switch (state) {
            case Connected _, Greeted _ -> skip(bdat.bytes(), Step.reply(state, Replies.NEED_MAIL));
            case BetweenChunks begun -> chunk(begun.mail(), bdat);
            case MailOpen mail -> {
                Step step = content(mail, room, chunk(mail, bdat));
                yield step.next() instanceof ReceivingChunk
                        ? step
                        : skip(bdat.bytes(), chunkRefused(mail.before(), bdat.bytes(), bdat.last(), step.effects()));
            }
            case ChunksRefused refused -> {
                List<Effect> again = List.of(new Effect.ReplyAgain(refused.answer()));
                long bytes = Math.addExact(refused.readBytes(), bdat.bytes());
                yield bytes > ContentReader.floodBytes(maxMessageBytes)
                        ? Step.close(Replies.flood(hostname), Ending.FLOOD)
                        : skip(bdat.bytes(), chunkRefused(refused.before(), bytes, bdat.last(), again));
            }
        };
    }

    /** The mail is over with a chunk that was refused: the next one must not be taken for the first. */
    private static Step chunkRefused(Greeted after, long readBytes, boolean last, List<Effect> effects) {
        SmtpReply answer = switch (effects.getFirst()) {
            case Effect.Reply(var reply) -> reply;
            case Effect.ReplyAgain(var reply) -> reply;
            case Effect.Refuse refuse -> refuse.reply();
            default -> throw new IllegalArgumentException("no answer: " + effects);
        };
        return new Step(last ? after : new ChunksRefused(after, answer, readBytes), effects);
    }

    private static Step refused(Receiving state, SmtpReply reply, Refusal reason) {
        MailOpen mail = state.mail();
        Step step = Step.refuse(mail.before(), reply, reason, mail.from());
        return state instanceof ReceivingChunk chunk
                ? chunkRefused(mail.before(), chunk.bytes(), chunk.last(), step.effects())
                : step;
    }

    private static Step chunk(MailOpen mail, Command.Bdat bdat) {
        return Step.await(
                new ReceivingChunk(mail, bdat.bytes(), bdat.last()),
                new Effect.ReceiveChunk(bdat.bytes(), bdat.last()));
    }

    private Step skip(long bytes, Step then) {
        return bytes > ContentReader.floodBytes(maxMessageBytes)
                ? Step.close(Replies.flood(hostname), Ending.FLOOD)
                : Step.await(new SkippingChunk(then), new Effect.SkipChunk(bytes));
    }

    /** @param begin what happens unless there is a reason against */
    private static Step content(MailOpen mail, Room room, Step begin) {
        if (mail.recipients().isEmpty()) {
            return Step.reply(mail, mail.refusedSome() ? Replies.NO_VALID_RECIPIENTS : Replies.NEED_RECIPIENT);
        }
        return switch (room) {
            case OPEN -> begin;
            case FULL -> Step.noRoom(mail, SpoolException.Kind.FULL, mail.from());
            case UNAVAILABLE -> Step.noRoom(mail, SpoolException.Kind.UNAVAILABLE, mail.from());
        };
    }

    /** As {@link SessionMachine#onContentComplete}. */
    Step onComplete(Receiving state) {
        return switch (state) {
            case ReceivingChunk chunk
            when !chunk.last() -> Step.reply(new BetweenChunks(chunk.mail()), Replies.chunkTaken(chunk.bytes()));
            case ReceivingContent _, ReceivingChunk _ -> Step.await(new Storing(state.mail()), new Effect.Store());
        };
    }

    /** As {@link SessionMachine#onContentRefused}. */
    Step onRefused(Receiving state, ContentFlaw flaw) {
        ReversePath from = state.mail().from();
        return switch (flaw) {
            case TOO_LARGE -> refused(state, Replies.TOO_LARGE, Refusal.TOO_LARGE);
            case TOO_LARGE_FOR_PRIMARY ->
                refused(state, Replies.TOO_LARGE_FOR_PRIMARY, Refusal.CONTENT_TOO_LARGE_FOR_PRIMARY);
            case BARE_LINE_END -> refused(state, Replies.BARE_LINE_END, Refusal.BARE_LINE_END);
            case TOO_MANY_HOPS -> refused(state, Replies.TOO_MANY_HOPS, Refusal.TOO_MANY_HOPS);
            case NO_ROOM -> refused(state, Replies.NO_ROOM, Refusal.NO_ROOM);
            case FLOOD -> Step.refuseAndClose(Replies.flood(hostname), Refusal.TOO_LARGE, from, Ending.FLOOD);
        };
    }

    /** As {@link SessionMachine#onStored}. */
    Step onStored(Storing state, QueueId id) {
        return Step.reply(state.mail().before(), Replies.queuedAs(id));
    }

    /** As {@link SessionMachine#onStoreFailed}. */
    Step onStoreFailed(Storing state, SpoolException.Kind kind) {
        return Step.noRoom(state.mail().before(), kind, state.mail().from());
    }

    /** As {@link SessionMachine#onContentJudged}. */
    Step onJudged(Storing state, ContentVerdict verdict) {
        Greeted after = state.mail().before();
        ReversePath from = state.mail().from();
        return switch (verdict) {
            case REFUSE -> Step.refuse(after, Replies.CONTENT_REFUSED, Refusal.CONTENT_REFUSED, from);
            case LATER -> Step.refuse(after, Replies.CONTENT_DEFERRED, Refusal.CONTENT_DEFERRED, from);
            case UNKNOWN -> Step.refuse(after, Replies.CONTENT_UNCHECKED, Refusal.CONTENT_UNCHECKED, from);
            case TAKE -> Step.stay(state); // and stored
        };
    }
}
