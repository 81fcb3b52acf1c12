package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.Trouble;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a worker tells the keeper arrives as it was meant. */
class EventJsonTest {

    private static final QueueId ID = QueueId.next(Instant.EPOCH, new SplittableRandom(1));
    private static final Trouble TROUBLE = new Trouble(Trouble.Kind.UNHEALTHY, "421 \"no\"");

    static Stream<GateEvent> told() {
        return Stream.of(
                new GateEvent.Delivered(17),
                new GateEvent.TempFailed(ID, "451 later"),
                new GateEvent.Met(TROUBLE, 3),
                new GateEvent.ContentLost(ID, TROUBLE, 2),
                new GateEvent.Refused(ID, ForwardPath.parse("<a@x.test>").orElseThrow(), true, "550 no"),
                new GateEvent.Refused(ID, ForwardPath.parse("<Postmaster>").orElseThrow(), false, "550 no"),
                new GateEvent.RefusedAll("554 none"),
                new GateEvent.Slow("took 9 s"));
    }

    @ParameterizedTest
    @MethodSource("told")
    void whatIsToldIsUnderstood(GateEvent event) {
        String text = EventJson.write(event).orElseThrow().encode();
        assertThat(EventJson.read(new JsonObject(text))).contains(event);
    }

    @Test
    void whatOnlyAKeeperDoesIsNotTold() {
        assertThat(Stream.of(
                        new GateEvent.Answered(),
                        new GateEvent.NotAnswered(TROUBLE),
                        new GateEvent.Tried(),
                        new GateEvent.Hold("x"),
                        new GateEvent.Release(),
                        new GateEvent.Flush()))
                .allSatisfy(event -> assertThat(EventJson.write(event)).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"event\":\"newer\"}",
                "{\"event\":\"met\"}",
                "{\"event\":\"temp_failed\",\"mail\":\"?\"}"
            })
    void whatAnotherVersionTellsIsLeftOut(String text) {
        assertThat(EventJson.read(new JsonObject(text))).isEmpty();
    }
}
