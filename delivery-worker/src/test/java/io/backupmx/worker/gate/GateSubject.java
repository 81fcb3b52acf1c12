package io.backupmx.worker.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import io.backupmx.worker.RouteStatus;
import java.time.Duration;
import java.time.Instant;

/** A gate, a clock, and short words for what happens to them. */
final class GateSubject {

    static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    static final Duration STEP = Duration.ofSeconds(5);
    static final int MAX = 20;
    static final Trouble REFUSED = new Trouble(Trouble.Kind.NO_ANSWER, "connection refused");
    static final Trouble SICK = new Trouble(Trouble.Kind.UNHEALTHY, "421 busy");

    private final GateRules rules;
    private GateState state;
    private Instant now = START;

    GateSubject() {
        this(MAX);
    }

    GateSubject(int max) {
        this.rules = GateRules.of(max, STEP);
        this.state = rules.initial(START);
    }

    static QueueId mail(int number) {
        return new QueueId("%016d".formatted(number));
    }

    static GateEvent.Refused refused(int number, boolean amiss) {
        Mailbox mailbox = Mailbox.of("r" + number + "@example.org");
        return new GateEvent.Refused(mail(number), new ForwardPath.To(mailbox), amiss, "550 no such user");
    }

    GateSubject after(Duration time) {
        now = now.plus(time);
        return this;
    }

    GateSubject happens(GateEvent event) {
        state = rules.after(state, event, now);
        return this;
    }

    GateSubject delivered(int mails) {
        return happens(new GateEvent.Delivered(mails));
    }

    GateSubject tempFailed(int... mails) {
        for (int mail : mails) {
            happens(new GateEvent.TempFailed(mail(mail), "452 disk full"));
        }
        return this;
    }

    GateSubject met(Trouble trouble, int alive) {
        return happens(new GateEvent.Met(trouble, alive));
    }

    GateSubject lost(int mail) {
        return happens(new GateEvent.ContentLost(mail(mail), SICK, 0));
    }

    GateSubject answered() {
        return happens(new GateEvent.Answered());
    }

    GateSubject released() {
        return happens(new GateEvent.Release());
    }

    GateSubject flushed() {
        return happens(new GateEvent.Flush());
    }

    GateSubject tried() {
        return happens(new GateEvent.Tried());
    }

    GateSubject throttled() {
        return tempFailed(101, 102, 103, 104, 105).is(RouteStatus.State.THROTTLED);
    }

    GateSubject backUp() {
        for (int i = 0; name() == RouteStatus.State.RAMP && i < 100; i++) {
            delivered(MAX);
        }
        return is(RouteStatus.State.UP);
    }

    GateSubject is(RouteStatus.State name) {
        assertThat(name()).isEqualTo(name);
        return this;
    }

    GateSubject has(int connections) {
        assertThat(connections()).isEqualTo(connections);
        return this;
    }

    RouteStatus.State name() {
        return rules.name(state);
    }

    int connections() {
        return rules.connections(state, now);
    }

    boolean isOnProbation() {
        return rules.isOnProbation(state, now);
    }

    int unhealthyInRow() {
        return rules.unhealthyInRow(state);
    }

    GateState state() {
        return state;
    }

    GateRules rules() {
        return rules;
    }

    Instant now() {
        return now;
    }

    /** What another keeper makes of what this one has published. */
    GateState restored() {
        return rules.restored(
                name(), state.since(), rules.reason(state), connections(), isOnProbation(), rules.next(state), now);
    }
}
