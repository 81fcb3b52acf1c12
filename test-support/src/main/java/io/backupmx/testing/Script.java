package io.backupmx.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How a {@link ScriptedPrimary} behaves. Of several rules for one moment the one added last decides, so say the general first.
 *
 * <pre>{@code
 * Script.acceptAll()
 *     .on(RCPT, say("550 5.1.1 No such user"))
 *     .on(RCPT, address("alice@example.test"), accept())
 *     .on(DOT, first(2), close())
 * }</pre>
 */
public final class Script {

    /** What to do, and when. */
    record Rule(Phase phase, Predicate<Moment> when, Behaviour behaviour) {

        @Override
        public String toString() {
            return phase + ": " + behaviour;
        }
    }

    private final List<String> keywords;
    private final List<Rule> rules;

    private Script(List<String> keywords, List<Rule> rules) {
        this.keywords = List.copyOf(keywords);
        this.rules = List.copyOf(rules);
    }

    /** Accepts everything and offers PIPELINING, SIZE, 8BITMIME and ENHANCEDSTATUSCODES. */
    public static Script acceptAll() {
        return new Script(List.of("PIPELINING", "SIZE", "8BITMIME", "ENHANCEDSTATUSCODES"), List.of());
    }

    /** Offers just these after EHLO, such as {@code "SIZE 1000"}; a limit named there is enforced. */
    public Script offering(String... keywords) {
        return new Script(List.of(keywords), rules);
    }

    public Script on(Phase phase, Behaviour behaviour) {
        return on(phase, _ -> true, behaviour);
    }

    public Script on(Phase phase, Predicate<Moment> when, Behaviour behaviour) {
        if (phase != Phase.CONTENT && behaviour instanceof Behaviour.AfterOctets) {
            throw new IllegalArgumentException("octets are counted at CONTENT only");
        }
        if (phase == Phase.CONTENT && (behaviour instanceof Behaviour.Say || behaviour instanceof Behaviour.Garbage)) {
            throw new IllegalArgumentException("there is no reply at CONTENT but one that closes: sayAndClose");
        }
        List<Rule> more = new ArrayList<>(rules);
        more.add(new Rule(phase, when, behaviour));
        return new Script(keywords, more);
    }

    /** Every answer comes this much later. */
    public Script slowly(Duration time) {
        Script slow = this;
        for (Phase phase : List.of(Phase.CONNECT, Phase.EHLO, Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.DOT)) {
            slow = slow.on(phase, Behaviour.delay(time, Behaviour.accept()));
        }
        return slow;
    }

    List<String> keywords() {
        return keywords;
    }

    List<Rule> rules() {
        return rules;
    }

    /** Which decides; empty: all goes as usual. */
    Optional<Rule> ruleAt(Moment moment) {
        for (Rule rule : rules.reversed()) {
            if (rule.phase() == moment.phase() && rule.when().test(moment)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }
}
