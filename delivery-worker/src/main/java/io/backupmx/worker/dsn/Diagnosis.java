package io.backupmx.worker.dsn;

import io.backupmx.smtp.EnhancedStatus;
import io.backupmx.smtp.SmtpReply;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is known of why a recipient stands as it does. The line for people that a stored mail carries is all there is, so that
 * what a host said is written, and read again, here.
 *
 * @param line for people
 * @param host who said so, by name; empty: it was us
 * @param reply what it said, code and all
 * @param status the enhanced status that was said, or that fits best (RFC 3463)
 */
public record Diagnosis(String line, Optional<String> host, Optional<String> reply, EnhancedStatus status) {

    private static final String ENHANCED = "([245]\\.\\d{1,3}\\.\\d{1,3})(?= |$)";

    /** The last one: what came before it is what we made of it. */
    private static final Pattern SAID =
            Pattern.compile("^(?:.*?: )??host (\\S+) said: (([245])\\d\\d(?: " + ENHANCED + ")?.*)$");

    private static final Pattern OURS =
            Pattern.compile("^(?:given up (?:after [^:]*|by an operator): )?(?:\\d{3} )?" + ENHANCED);
    private static final Pattern PORT = Pattern.compile("\\[[^\\[\\]]*](?::\\d+)?$");
    private static final String EXPIRED = "given up after ";
    private static final String GIVEN_UP = "given up by an operator";

    /** The line that says what {@code host} said. */
    public static String said(String host, SmtpReply reply) {
        return "host " + host + " said: " + reply;
    }

    /** The line of a recipient whom an operator has given up, with what was said of it before. */
    public static String givenUp(Optional<String> before) {
        return before.filter(line -> !line.equals(GIVEN_UP))
                .map(line -> line.startsWith(GIVEN_UP) ? line : GIVEN_UP + ": " + line)
                .orElse(GIVEN_UP);
    }

    /** Whether {@code line} says that a recipient has had his time. */
    public static boolean isExpired(String line) {
        return line.startsWith(EXPIRED);
    }

    /** @param action what became of the recipient */
    public static Diagnosis of(String line, Action action) {
        Matcher said = SAID.matcher(line);
        if (said.matches()) {
            EnhancedStatus status = Optional.ofNullable(said.group(4))
                    .flatMap(EnhancedStatus::parse)
                    .orElseGet(() -> new EnhancedStatus(Integer.parseInt(said.group(3)), 0, 0));
            return new Diagnosis(line, Optional.of(name(said.group(1))), Optional.of(said.group(2)), status);
        }
        Matcher ours = OURS.matcher(line);
        Optional<EnhancedStatus> status = ours.find() ? EnhancedStatus.parse(ours.group(1)) : Optional.empty();
        return new Diagnosis(
                line,
                Optional.empty(),
                Optional.empty(),
                status.map(ended -> notYet(ended, action)).orElseGet(() -> usual(line, action)));
    }

    /** What would end it is not the end while it waits. */
    private static EnhancedStatus notYet(EnhancedStatus status, Action action) {
        return action == Action.DELAYED ? new EnhancedStatus(4, status.subject(), status.detail()) : status;
    }

    /** RFC 3463 §3.5: X.4.7 delivery time expired, X.4.1 no answer from host. */
    private static EnhancedStatus usual(String line, Action action) {
        if (isExpired(line)) {
            return new EnhancedStatus(4, 4, 7);
        }
        return switch (action) {
            case FAILED -> new EnhancedStatus(5, 0, 0);
            case DELAYED -> new EnhancedStatus(4, 4, 1);
            case RELAYED -> new EnhancedStatus(2, 0, 0);
        };
    }

    /** Without the address and port that come behind the name; those alone where there is no name. */
    private static String name(String peer) {
        String name = PORT.matcher(peer).replaceFirst("");
        return name.isEmpty() ? peer : name;
    }
}
