package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.IngressConfig;
import io.backupmx.ingress.protocol.SessionState.AwaitingRecipient;
import io.backupmx.ingress.protocol.SessionState.Connected;
import io.backupmx.ingress.protocol.SessionState.Listening;
import io.backupmx.ingress.protocol.SessionState.MailOpen;
import io.backupmx.mail.TlsFacts;
import io.backupmx.route.KnownLimits;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RequireTls;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.SmtpReply;
import io.backupmx.spool.SpoolWriter.Room;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** REQUIRETLS (RFC 8689) is offered where it can be kept, and only to whom TLS protects. */
class RequireTlsTest {

    private static final Connected IN_CLEAR = new Connected(Optional.empty());
    private static final Connected IN_TLS =
            new Connected(Optional.of(new TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384")));
    private static final Route ROUTE = Route.of("smtp:[mx1.example.test]:25");
    private static final String MAIL = "MAIL FROM:<bob@client.example> REQUIRETLS";
    private static final SmtpReply UNKNOWN_PARAMETER = SmtpReply.of(555, "5.5.4", "Parameter not recognized");

    private boolean everywhere = true;
    private RequireTls.Onward onward = RequireTls.Onward.KEPT;

    private final SessionMachine machine = new SessionMachine(
            Domain.of("mx2.example.net"),
            IngressConfig.DEFAULT,
            KnownLimits.NONE,
            new RequireTls() {
                @Override
                public boolean everywhere() {
                    return everywhere;
                }

                @Override
                public Onward by(Route route) {
                    return onward;
                }
            },
            Privileges.NONE);

    private Step say(Listening state, String line) {
        return machine.onCommand(state, CommandParser.parse(line), Room.OPEN);
    }

    private Listening greeted(Listening state, String hello) {
        return (Listening) say(state, hello).next();
    }

    private static SmtpReply reply(Step step) {
        return ((Effect.Reply) step.effects().getFirst()).reply();
    }

    private boolean isOffered(Listening state) {
        return reply(say(state, "EHLO client.example")).lines().contains("REQUIRETLS");
    }

    @Test
    void itIsOfferedInTlsWhereItCanBeKept() {
        assertThat(isOffered(IN_TLS)).isTrue();
        assertThat(isOffered(IN_CLEAR)).isFalse();
        everywhere = false;
        assertThat(isOffered(IN_TLS)).isFalse();
    }

    @Test
    void whereItIsNotOfferedItIsAnUnknownParameter() {
        assertThat(reply(say(greeted(IN_CLEAR, "EHLO client.example"), MAIL))).isEqualTo(UNKNOWN_PARAMETER);
        assertThat(reply(say(greeted(IN_TLS, "HELO client.example"), MAIL))).isEqualTo(UNKNOWN_PARAMETER);
        everywhere = false;
        assertThat(reply(say(greeted(IN_TLS, "EHLO client.example"), MAIL))).isEqualTo(UNKNOWN_PARAMETER);
    }

    /** What was offered is taken; of a recipient it may be too late. */
    @Test
    void whatWasOfferedHoldsUntilRcpt() {
        Listening client = greeted(IN_TLS, "EHLO client.example");
        everywhere = false;
        Map<RequireTls.Onward, String> answers = new EnumMap<>(Map.of(
                RequireTls.Onward.KEPT, "250 2.1.5 Ok",
                RequireTls.Onward.UNKNOWN,
                        "451 4.7.30 <a@example.test>: REQUIRETLS support of the primary server not known now",
                RequireTls.Onward.BROKEN, "550 5.7.30 <a@example.test>: REQUIRETLS support required"));
        answers.forEach((known, answer) -> {
            onward = known;
            AwaitingRecipient asked = rcpt(client, MAIL);
            RecipientVerdict verdict = new RecipientVerdict.Accepted(ROUTE);
            List<Effect> told = machine.onVerdict(asked, verdict).effects();
            assertThat(told)
                    .singleElement()
                    .satisfies(effect -> assertThat(
                                    effect instanceof Effect.Refuse refuse
                                            ? refuse.reply()
                                            : ((Effect.Reply) effect).reply())
                            .hasToString(answer));
            assertThat(machine.takes(asked, verdict)).isEqualTo(known == RequireTls.Onward.KEPT);
        });
    }

    @Test
    void otherMailIsNotAskedForIt() {
        onward = RequireTls.Onward.BROKEN;
        AwaitingRecipient asked = rcpt(greeted(IN_TLS, "EHLO client.example"), "MAIL FROM:<bob@client.example>");
        assertThat(machine.takes(asked, new RecipientVerdict.Accepted(ROUTE))).isTrue();
    }

    private AwaitingRecipient rcpt(Listening client, String mail) {
        MailOpen open = (MailOpen) say(client, mail).next();
        return (AwaitingRecipient) say(open, "RCPT TO:<a@example.test>").next();
    }
}
