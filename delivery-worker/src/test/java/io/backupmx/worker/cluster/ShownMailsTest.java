package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolQueue;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.admin.SampleMail;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Mails that workers show one another. */
class ShownMailsTest {

    private static final ListedMail HELD = new ListedMail(
            new SpoolQueue.Retry(Duration.ofMinutes(5)),
            SampleMail.ROUTE,
            SampleMail.envelope(1, SampleMail.recipient("a@x.test")),
            4711,
            Optional.of(Instant.ofEpochSecond(5)));

    @Test
    void whatIsInHandIsShownAsItIs() {
        InFlightMail mail = SampleMail.inFlight(1);
        assertThat(InFlightJson.read(sent(InFlightJson.write(List.of(mail))))).containsExactly(mail);
    }

    @Test
    void whatIsHeldIsShownAsItIs() {
        assertThat(HeldJson.read(sent(HeldJson.write(List.of(HELD))))).containsExactly(HELD);
    }

    @Test
    void manyLargeEnvelopesAreNotOneLargeMessage() {
        Recipient large =
                Recipient.of(ForwardPath.parse("<a@x.test>").orElseThrow()).withLastReply("x".repeat(1000));
        Envelope envelope = HELD.envelope().withRecipients(Collections.nCopies(1000, large));
        InFlightMail mail = new InFlightMail(SampleMail.ROUTE, envelope, 1, Instant.EPOCH);
        JsonArray json = InFlightJson.write(Collections.nCopies(500, mail));
        assertThat(json.encode().length()).isLessThan(2 * ShownMails.MAX_BYTES);
        assertThat(InFlightJson.read(sent(json))).isNotEmpty();
    }

    @Test
    void whatAnotherVersionShowsIsLeftOut() {
        JsonArray json = HeldJson.write(List.of(HELD))
                .add(new JsonObject().put("envelope", new byte[] {1}))
                .add("?");
        assertThat(HeldJson.read(sent(json))).containsExactly(HELD);
    }

    private static JsonArray sent(JsonArray json) {
        return new JsonArray(json.encode());
    }
}
