package io.backupmx.standalone;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The states of a route, one after the other, as the mail log tells them. */
record RouteHistory(List<Change> changes) {

    private static final Pattern LINE = Pattern.compile("(?<at>\\S+) +\\w+ +mail (?<values>.*?) ?route_state");
    private static final Pattern NEXT_HOP = Pattern.compile("\\bnext_hop=\"?(?<value>[^\" ]+)");
    private static final Pattern STATE = Pattern.compile("\\bstate=(?<value>\\w+)");
    private static final Pattern REASON = Pattern.compile("\\breason=(?<value>\"[^\"]*\"|\\S+)");

    /** The route is in this state from now on. */
    record Change(Instant at, String state, String reason) {}

    RouteHistory {
        changes = List.copyOf(changes);
    }

    /** @param log of one process after the other, in whatever order */
    static RouteHistory of(String log, String route) {
        List<Change> all = log.lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .filter(line -> route.equals(value(NEXT_HOP, line)))
                .map(line -> new Change(
                        OffsetDateTime.parse(line.group("at")).toInstant(), value(STATE, line), value(REASON, line)))
                .sorted(Comparator.comparing(Change::at))
                .toList();
        // A route that is up before it was anything else has not changed.
        return new RouteHistory(
                all.stream().dropWhile(change -> change.state().equals("UP")).toList());
    }

    private static String value(Pattern pattern, Matcher line) {
        Matcher value = pattern.matcher(line.group("values"));
        return value.find() ? value.group("value") : "";
    }

    List<String> states() {
        return changes.stream().map(Change::state).toList();
    }

    /** When it first came into this state. */
    Optional<Instant> first(String state) {
        return changes.stream()
                .filter(change -> change.state().equals(state))
                .map(Change::at)
                .findFirst();
    }

    /** Only what happened from then on. */
    RouteHistory since(Instant from) {
        return new RouteHistory(
                changes.stream().filter(change -> !change.at().isBefore(from)).toList());
    }

    /** {@code DOWN>RAMP>UP}; {@code -} when nothing ever changed. */
    @Override
    public String toString() {
        return changes.isEmpty() ? "-" : states().stream().collect(Collectors.joining(">"));
    }
}
