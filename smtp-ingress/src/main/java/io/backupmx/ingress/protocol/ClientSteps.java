package io.backupmx.ingress.protocol;

import io.backupmx.config.IngressConfig;
import io.backupmx.config.IngressConfig.SmtpUtf8;
import io.backupmx.ingress.protocol.SessionState.BetweenChunks;
import io.backupmx.ingress.protocol.SessionState.ChunksRefused;
import io.backupmx.ingress.protocol.SessionState.Client;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Greeted;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.ingress.protocol.SessionState.StartingTls;
import io.backupmx.mail.TlsFacts;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.SmtpReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who a client is, and what it may ask for beside having its mail taken: greetings, EHLO, HELO, STARTTLS, ETRN, and a proxy's XCLIENT and
 * XFORWARD. A part of {@link SessionMachine}.
 */
final class ClientSteps {

    private final Domain hostname;
    private final Optional<String> banner;
    private final long maxMessageBytes;
    private final int maxRecipients;
    private final boolean offersTls;
    private final boolean offersSmtpUtf8;
    private final WayOnwards onwards;
    private final Privileges privileges;

    ClientSteps(Domain hostname, IngressConfig config, WayOnwards onwards, Privileges privileges) {
        this.hostname = hostname;
        this.banner = config.banner();
        this.maxMessageBytes = config.maxMessageBytes();
        this.maxRecipients = config.maxRecipients();
        this.offersTls = config.tls().offered();
        this.offersSmtpUtf8 = config.smtputf8() == SmtpUtf8.OFFER;
        this.onwards = onwards;
        this.privileges = privileges;
    }

    /** @param tls begun with (RFC 8314 §3.3); empty: nothing */
    Step onConnected(Optional<TlsFacts> tls) {
        return Step.reply(new Connected(tls), Replies.greeting(hostname, banner));
    }

    /** §4.1.4: as RSET, too. */
    Step onEhlo(Listening state, Command.Ehlo ehlo) {
        boolean mayRequireTls = state.tls().isPresent() && onwards.offersRequireTls();
        return anew(
                new Greeted(new Client(ehlo.name(), true, state.tls(), mayRequireTls)),
                Replies.ehlo(hostname, extensions(state, mayRequireTls)));
    }

    Step onHelo(Listening state, Command.Helo helo) {
        return anew(new Greeted(new Client(helo.name(), false, state.tls())), Replies.helo(hostname));
    }

    /** @param next without a mail */
    Step onRset(Listening next) {
        return anew(next, Replies.OK);
    }

    private Step anew(Listening next, SmtpReply reply) {
        return privileges.proxy()
                ? new Step(next, List.of(new Effect.Reply(reply), new Effect.ForgetForward()))
                : Step.reply(next, reply);
    }

    private List<String> extensions(Listening state, boolean mayRequireTls) {
        List<String> all = new ArrayList<>(
                List.of("PIPELINING", "SIZE " + maxMessageBytes, "8BITMIME", "ENHANCEDSTATUSCODES", "DSN", "CHUNKING"));
        if (offersSmtpUtf8) {
            all.add("SMTPUTF8");
        }
        all.add("LIMITS RCPTMAX=" + maxRecipients); // RFC 9422 §4
        if (offersTls && state.tls().isEmpty()) {
            all.add("STARTTLS");
        }
        if (mayRequireTls) {
            all.add("REQUIRETLS"); // RFC 8689 §2
        }
        if (privileges.etrn()) {
            all.add("ETRN"); // RFC 1985 §4
        }
        if (privileges.proxy()) {
            all.add("XCLIENT " + ProxyAttributes.OF_XCLIENT);
            all.add("XFORWARD " + ProxyAttributes.OF_XFORWARD);
        }
        return all;
    }

    /** Also within a mail, and before EHLO, as with Postfix: whatever was said is forgotten. */
    Step onStartTls(Listening state) {
        if (!offersTls) {
            return Step.reply(state, Replies.NOT_IMPLEMENTED);
        }
        return state.tls().isPresent()
                ? Step.reply(state, Replies.NESTED_TLS)
                : Step.await(new StartingTls(), new Effect.StartTls(Replies.START_TLS));
    }

    /** Not within a mail, and not before EHLO, which has told that there is ETRN (RFC 1985 §5). */
    Step onEtrn(Listening state, String argument) {
        if (!privileges.etrn()) {
            return Step.reply(state, Replies.NOT_IMPLEMENTED);
        }
        if (state instanceof Connected) {
            return Step.reply(state, Replies.NEED_HELLO);
        }
        return withinMail(state)
                .orElseGet(() -> EtrnNode.parse(argument)
                        .map(node -> Step.await(state, new Effect.CallRoutes(node)))
                        .orElseGet(() -> Step.reply(state, Replies.ETRN_SYNTAX)));
    }

    /** As {@link SessionMachine#onEtrn}. */
    Step onEtrn(Listening state, EtrnNode node, EtrnAnswer answer) {
        return Step.reply(state, Replies.etrn(node, answer));
    }

    Step onXClient(Listening state, String argument) {
        if (!privileges.proxy()) {
            return Step.reply(state, Replies.UNKNOWN_COMMAND);
        }
        return withinMail(state)
                .orElseGet(() -> ProxyAttributes.parse(argument, ProxyAttributes.OF_XCLIENT)
                        .flatMap(said -> said.has("ADDR")
                                ? said.address().map(client -> Step.await(state, new Effect.PassOn(client)))
                                : Optional.of(onPassedOn(state)))
                        .orElseGet(() -> Step.reply(state, Replies.XCLIENT_SYNTAX)));
    }

    Step onXForward(Listening state, String argument) {
        if (!privileges.proxy()) {
            return Step.reply(state, Replies.UNKNOWN_COMMAND);
        }
        return withinMail(state)
                .orElseGet(() -> ProxyAttributes.parse(argument, ProxyAttributes.OF_XFORWARD)
                        .map(from -> new Step(state, List.of(new Effect.Reply(Replies.OK), new Effect.Forward(from))))
                        .orElseGet(() -> Step.reply(state, Replies.XFORWARD_SYNTAX)));
    }

    private static Optional<Step> withinMail(Listening state) {
        return switch (state) {
            case MailOpen _, BetweenChunks _ -> Optional.of(Step.reply(state, Replies.NESTED_MAIL));
            case Connected _, Greeted _, ChunksRefused _ -> Optional.empty();
        };
    }

    /** As {@link SessionMachine#onPassedOn}. */
    Step onPassedOn(Listening state) {
        return Step.reply(new Connected(state.tls()), Replies.greeting(hostname, banner));
    }
}
