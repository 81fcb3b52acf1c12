package io.backupmx.worker.postfix;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a text with {@code $name}, {@code ${name}}, {@code $(name)}, {@code ${name?then}}, {@code ${name:else}} and
 * {@code ${name?{then}:{else}}} says (postconf(5)). Comparisons are told as problems, and so is what refers to itself; both
 * say nothing then. However the text is made, what comes out is bounded.
 */
final class Expansion {

    private static final int MAX_LENGTH = 65_536;
    private static final int MAX_DEPTH = 50;

    private final Function<String, Optional<String>> parameters;
    private final Consumer<String> problems;
    private final Deque<String> open = new ArrayDeque<>();
    private int depth;
    private int length;
    private boolean tooLong;

    /** @param parameters name → text as it is written; empty where there is no such parameter */
    Expansion(Function<String, Optional<String>> parameters, Consumer<String> problems) {
        this.parameters = parameters;
        this.problems = problems;
    }

    /** What {@code name} says, all that it refers to put in. */
    String valueOf(String name) {
        if (open.contains(name)) {
            problems.accept("$" + name + " refers to itself, by way of " + String.join(", ", open));
            return "";
        }
        open.push(name);
        try {
            return parameters.apply(name).map(this::expand).orElse("");
        } finally {
            open.pop();
        }
    }

    String expand(String text) {
        if (depth == MAX_DEPTH) {
            problems.accept("'" + shown(text) + "' is nested too deeply");
            return "";
        }
        depth++;
        try {
            return flat(text);
        } finally {
            depth--;
        }
    }

    private String flat(String text) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < text.length() && !tooLong) {
            int dollar = text.indexOf('$', at);
            if (dollar < 0 || dollar + 1 == text.length()) {
                append(out, text.substring(at));
                break;
            }
            append(out, text.substring(at, dollar));
            at = reference(text, dollar + 1, out);
        }
        return out.toString();
    }

    /** Puts in what the reference at {@code start}, behind its dollar, stands for; where the text goes on. */
    private int reference(String text, int start, StringBuilder out) {
        char first = text.charAt(start);
        if (first == '$') {
            append(out, "$");
            return start + 1;
        }
        if (first == '{' || first == '(') {
            int end = closing(text, start);
            if (end < 0) {
                problems.accept("'" + shown(text.substring(start - 1)) + "' is not closed");
                return text.length();
            }
            append(out, braced(text.substring(start + 1, end).strip()));
            return end + 1;
        }
        int end = nameEnd(text, start);
        append(out, end == start ? "$" : valueOf(text.substring(start, end)));
        return end;
    }

    private String braced(String inside) {
        int end = nameEnd(inside, 0);
        String name = inside.substring(0, end);
        String rest = inside.substring(end).strip();
        if (name.isEmpty()) {
            problems.accept("'${" + shown(inside) + "}': comparisons are not evaluated");
            return "";
        }
        if (rest.isEmpty()) {
            return valueOf(name);
        }
        boolean isSet = !valueOf(name).isEmpty();
        String choice = rest.substring(1).strip();
        return switch (rest.charAt(0)) {
            case '?' ->
                isSet ? expand(first(choice)) : second(choice).map(this::expand).orElse("");
            case ':' -> isSet ? "" : expand(first(choice));
            default -> {
                problems.accept("'${" + shown(inside) + "}' is not understood");
                yield "";
            }
        };
    }

    /** {@code then} of {@code then}, {@code {then}} and {@code {then}:{else}}. */
    private static String first(String choice) {
        int end = choice.startsWith("{") ? closing(choice, 0) : -1;
        return end < 0 ? choice : choice.substring(1, end).strip();
    }

    private static Optional<String> second(String choice) {
        int end = choice.startsWith("{") ? closing(choice, 0) : -1;
        String rest = end < 0 ? "" : choice.substring(end + 1).strip();
        return rest.startsWith(":") ? Optional.of(first(rest.substring(1).strip())) : Optional.empty();
    }

    /** Where the bracket at {@code start} closes; -1: nowhere. */
    private static int closing(String text, int start) {
        char opens = text.charAt(start);
        char closes = opens == '{' ? '}' : ')';
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) == opens) {
                depth++;
            } else if (text.charAt(i) == closes && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private static int nameEnd(String text, int start) {
        int end = start;
        while (end < text.length() && isNameCharacter(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isNameCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }

    private void append(StringBuilder out, String text) {
        length += text.length() + 1; // what refers to much and says nothing is bounded, too
        if (length <= MAX_LENGTH) {
            out.append(text);
        } else if (!tooLong) {
            tooLong = true;
            problems.accept("is longer than " + MAX_LENGTH + " characters with all that it refers to");
        }
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
