package io.backupmx.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the text of a {@link Dialogue}. */
final class DialogueParser {

    private static final Pattern LINE = Pattern.compile("(?<who>[CS])(?<raw>!)?(?<joined>\\+)?:(?: (?<text>.*))?");
    private static final Pattern SILENCE = Pattern.compile("<silence (?<millis>\\d+)>");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:(?<letter>[rnts\\\\])|x(?<hex>[0-9a-fA-F]{2}))");

    private final List<DialogueStep> steps = new ArrayList<>();
    private final StringBuilder joined = new StringBuilder();
    private final StringBuilder joinedSource = new StringBuilder();

    private DialogueParser() {}

    static List<DialogueStep> parse(String text) {
        DialogueParser parser = new DialogueParser();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            String stripped = line.stripLeading();
            if (!stripped.isBlank() && !stripped.startsWith("#")) {
                parser.accept(number + ": " + stripped, stripped);
            }
        }
        if (!parser.joined.isEmpty()) {
            throw new IllegalArgumentException("a C+: line is joined with the next C line, and there is none");
        }
        return List.copyOf(parser.steps);
    }

    private void accept(String source, String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("line " + source + " is no line of a dialogue (C:, C+:, C!:, S:, #)");
        }
        String text = matcher.group("text") == null ? "" : matcher.group("text");
        boolean raw = matcher.group("raw") != null;
        boolean joins = matcher.group("joined") != null;
        boolean server = matcher.group("who").equals("S");
        if (server && (raw || joins || !joined.isEmpty())) {
            throw new IllegalArgumentException("line " + source + ": only C lines are raw or joined");
        }
        if (server) {
            steps.add(expectation(source, text));
        } else if (!raw && (text.equals("<close>") || text.equals("<reset>"))) {
            steps.add(text.equals("<close>") ? new DialogueStep.Close(source) : new DialogueStep.Reset(source));
        } else {
            joined.append(raw ? unescaped(source, text) : latin1(text) + "\r\n");
            joinedSource.append(joinedSource.isEmpty() ? "" : " + ").append(source);
            if (!joins) {
                steps.add(new DialogueStep.Send(joinedSource.toString(), joined.toString()));
                joined.setLength(0);
                joinedSource.setLength(0);
            }
        }
    }

    private static DialogueStep expectation(String source, String text) {
        if (text.equals("<closed>")) {
            return new DialogueStep.ExpectClosed(source);
        }
        Matcher silence = SILENCE.matcher(text);
        if (silence.matches()) {
            return new DialogueStep.ExpectSilence(source, Duration.ofMillis(Long.parseLong(silence.group("millis"))));
        }
        if (!text.matches("[2-5*][0-9*]*( .*)?")) {
            throw new IllegalArgumentException(
                    "line " + source + ": a reply is its code, a blank and the text of its lines");
        }
        return new DialogueStep.Expect(source, pattern(text));
    }

    private static Pattern pattern(String text) {
        StringBuilder regex = new StringBuilder();
        for (String piece : text.replace("\\n", "\n").split("((?<=\\*)|(?=\\*))", -1)) {
            regex.append(piece.equals("*") ? ".*" : Pattern.quote(piece));
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    private static String unescaped(String source, String text) {
        if (ESCAPE.matcher(text).replaceAll("").contains("\\")) {
            throw new IllegalArgumentException("line " + source + ": escapes are \\r \\n \\t \\s \\\\ \\xHH");
        }
        StringBuilder octets = new StringBuilder();
        Matcher matcher = ESCAPE.matcher(text);
        int from = 0;
        while (matcher.find()) {
            octets.append(latin1(text.substring(from, matcher.start())));
            String hex = matcher.group("hex");
            octets.append(hex == null ? meaning(matcher.group("letter")) : (char) Integer.parseInt(hex, 16));
            from = matcher.end();
        }
        return octets.append(latin1(text.substring(from))).toString();
    }

    private static char meaning(String letter) {
        return switch (letter) {
            case "r" -> '\r';
            case "n" -> '\n';
            case "t" -> '\t';
            case "s" -> ' ';
            default -> '\\';
        };
    }

    /** The octets of {@code text} in UTF-8, one char each. */
    private static String latin1(String text) {
        return new String(Octets.utf8(text), StandardCharsets.ISO_8859_1);
    }
}
