package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.Closing;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.Receiving;
import io.backupmx.ingress.protocol.SessionState.SkippingChunk;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.ingress.protocol.SessionState.Storing;
import io.backupmx.mail.QueueId;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolWriter.Room;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The protocol as a session strings it together, without sockets, clocks and limits: octets in, replies and mails out. */
final class Pipeline {

    /**
     * What was taken.
     *
     * @param end how many octets had been consumed when it was: everything that made it
     * @param begins how many octets had been consumed at the begin of its content, or of each of its chunks
     */
    record Mail(List<String> recipients, String content, long end, List<Long> begins) {}

    private static final QueueId ID = new QueueId("0000000000000000");
    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final SessionMachine MACHINE =
            new SessionMachine(Domain.of("mx2.example.net"), IngressConfig.DEFAULT);

    private final LineDecoder lines = new LineDecoder();
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final List<Long> begins = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();
    private int replies;
    private final List<Mail> mails = new ArrayList<>();
    private SessionState state = new Closing();
    private Optional<ContentReader> content = Optional.empty();
    private long toSkip;
    private long before;

    Pipeline() {
        apply(MACHINE.onConnected(), 0);
    }

    /** Hears {@code octets}, all of them. */
    void feed(ByteBuffer octets) {
        int from = octets.position();
        while (step(octets, from)) {
            // there may be more in it
        }
        before += octets.position() - from;
    }

    /** All replies. */
    String said() {
        return said.toString();
    }

    /** How many. */
    int replies() {
        return replies;
    }

    int saidOctets() {
        return said.length();
    }

    List<Mail> mails() {
        return mails;
    }

    SessionState state() {
        return state;
    }

    private boolean step(ByteBuffer octets, int from) {
        Optional<Step> step = next(octets, before - from);
        step.ifPresent(what -> apply(what, before - from + octets.position()));
        return step.isPresent();
    }

    private Optional<Step> next(ByteBuffer octets, long base) {
        return switch (state) {
            case Listening listening -> lines.next(octets).map(line -> MACHINE.onLine(listening, line, Room.OPEN));
            case AwaitingRecipient awaiting -> Optional.of(MACHINE.onVerdict(awaiting, verdict(awaiting.to())));
            case Receiving receiving -> {
                ContentReader reader = content.orElseThrow();
                yield reader.read(octets)
                        ? Optional.of(reader.flaw()
                                .map(flaw -> MACHINE.onContentRefused(receiving, flaw))
                                .orElseGet(() -> MACHINE.onContentComplete(receiving)))
                        : Optional.empty();
            }
            case SkippingChunk skipping -> {
                int count = (int) Math.min(toSkip, octets.remaining());
                octets.position(octets.position() + count);
                toSkip -= count;
                yield toSkip == 0 ? Optional.of(MACHINE.onChunkSkipped(skipping)) : Optional.empty();
            }
            case Storing storing -> {
                mails.add(new Mail(
                        storing.mail().recipients().asList().stream()
                                .map(one -> one.path().toString())
                                .toList(),
                        taken.toString(StandardCharsets.ISO_8859_1),
                        base + octets.position(),
                        List.copyOf(begins)));
                yield Optional.of(MACHINE.onStored(storing, ID));
            }
            case StartingTls _, Closing _ -> {
                octets.position(octets.limit()); // a handshake, or not heard any more
                yield Optional.empty();
            }
        };
    }

    private static RecipientVerdict verdict(ForwardPath to) {
        String address = to.address();
        if (address.startsWith("nobody")) {
            return new RecipientVerdict.UnknownUser();
        }
        return address.endsWith("@example.test")
                ? new RecipientVerdict.Accepted(ROUTE)
                : new RecipientVerdict.RelayDenied();
    }

    private void apply(Step step, long consumed) {
        state = step.next();
        if (!(state instanceof Receiving || state instanceof BetweenChunks || state instanceof Storing)) {
            forget();
        }
        for (Effect effect : step.effects()) {
            switch (effect) {
                case Effect.Reply reply -> say(reply.reply());
                case Effect.ReplyAgain again -> say(again.reply());
                case Effect.Refuse refuse -> say(refuse.reply());
                case Effect.ReceiveContent _ -> {
                    content = Optional.of(
                            ContentReader.ofData(IngressConfig.DEFAULT, OptionalLong.empty(), taken::write));
                    begins.add(consumed);
                }
                case Effect.ReceiveChunk chunk -> {
                    ContentReader reader = content.orElseGet(
                            () -> ContentReader.ofChunks(IngressConfig.DEFAULT, OptionalLong.empty(), taken::write));
                    content = Optional.of(reader);
                    reader.begin(chunk.bytes(), chunk.last());
                    begins.add(consumed);
                }
                case Effect.SkipChunk skip -> toSkip = skip.bytes();
                case Effect.StartTls start -> say(start.reply());
                case Effect.CheckRecipient _, Effect.Store _, Effect.Close _ -> {} // the state says it
                case Effect.CallRoutes _, Effect.PassOn _, Effect.Forward _, Effect.ForgetForward _ ->
                    throw new AssertionError("it may not say that: " + effect);
            }
        }
    }

    private void say(SmtpReply reply) {
        said.append(reply).append('\n');
        replies++;
    }

    private void forget() {
        content = Optional.empty();
        taken.reset();
        begins.clear();
    }
}
