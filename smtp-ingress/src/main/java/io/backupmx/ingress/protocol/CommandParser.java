package io.backupmx.ingress.protocol;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The syntax of commands (RFC 5321 §4.1.1, §4.1.2). Any line is some {@link Command}. */
public final class CommandParser {

    /** RFC 1870 §6.1: up to 20 digits. */
    private static final Pattern SIZE = Pattern.compile("\\d{1,20}");

    private CommandParser() {}

    public static Command parse(String line) {
        String said = line.stripTrailing(); // §4.1.1: trailing white space is to be tolerated
        int space = said.indexOf(' ');
        String verb = (space < 0 ? said : said.substring(0, space)).toUpperCase(Locale.ROOT);
        String argument = space < 0 ? "" : said.substring(space + 1).stripLeading();
        return switch (verb) {
            case "EHLO" -> name(argument).<Command>map(Command.Ehlo::new).orElse(malformed(Replies.EHLO_SYNTAX));
            case "HELO" -> name(argument).<Command>map(Command.Helo::new).orElse(malformed(Replies.HELO_SYNTAX));
            case "MAIL" -> mail(argument);
            case "RCPT" -> rcpt(argument);
            case "DATA" -> alone(argument, new Command.Data());
            case "RSET" -> alone(argument, new Command.Rset());
            case "QUIT" -> alone(argument, new Command.Quit());
            case "NOOP" -> new Command.Noop();
            case "VRFY" -> argument.isEmpty() ? malformed(Replies.VRFY_SYNTAX) : new Command.Vrfy();
            case "HELP" -> new Command.Help();
            case "STARTTLS" -> alone(argument, new Command.StartTls()); // RFC 3207 §4: 501 for a parameter
            case "EXPN", "AUTH", "BDAT", "ETRN", "TURN", "SEND", "SOML", "SAML" -> new Command.NotImplemented();
            default -> new Command.Unknown();
        };
    }

    private static Command malformed(SmtpReply answer) {
        return new Command.Malformed(answer);
    }

    private static Command alone(String argument, Command command) {
        return argument.isEmpty() ? command : malformed(Replies.NO_ARGUMENT); // §4.3.2: 501 for a superfluous argument
    }

    /** Names are for display only, and old Windows clients say theirs in Latin-1: keep what can be shown. */
    private static Optional<String> name(String argument) {
        if (argument.isEmpty() || argument.length() > 255) {
            return Optional.empty();
        }
        if (argument.chars().allMatch(c -> c >= ' ' && c < 127)) {
            return Optional.of(argument);
        }
        StringBuilder shown = new StringBuilder(argument.length());
        argument.chars().forEach(c -> shown.append(c >= ' ' && c < 127 ? (char) c : '?'));
        return Optional.of(shown.toString());
    }

    private static Command mail(String argument) {
        return withPath(
                argument,
                "FROM:",
                Replies.MAIL_SYNTAX,
                said -> ReversePath.parse(said.path())
                        .map(from -> mail(from, said.parameters()))
                        .orElse(malformed(Replies.BAD_SENDER)));
    }

    private static Command mail(ReversePath from, String parameters) {
        BodyType body = BodyType.SEVEN_BIT;
        long declaredBytes = 0;
        Set<String> seen = new HashSet<>();
        for (String parameter : parameters.isEmpty() ? new String[0] : parameters.split(" +")) {
            int equals = parameter.indexOf('=');
            String keyword = (equals < 0 ? parameter : parameter.substring(0, equals)).toUpperCase(Locale.ROOT);
            String value = equals < 0 ? "" : parameter.substring(equals + 1);
            if (!seen.add(keyword)) {
                return malformed(Replies.BAD_PARAMETER);
            }
            switch (keyword) {
                case "SIZE" -> {
                    if (!SIZE.matcher(value).matches()) {
                        return malformed(Replies.BAD_PARAMETER);
                    }
                    declaredBytes = value.length() > 18 ? Long.MAX_VALUE : Long.parseLong(value);
                }
                case "BODY" -> {
                    Optional<BodyType> said = body(value);
                    if (said.isEmpty()) {
                        return malformed(Replies.BAD_PARAMETER);
                    }
                    body = said.get();
                }
                default -> {
                    return malformed(Replies.UNKNOWN_PARAMETER); // §4.1.1.11
                }
            }
        }
        return new Command.Mail(from, body, declaredBytes);
    }

    private static Optional<BodyType> body(String value) {
        for (BodyType type : BodyType.values()) {
            if (type.keyword().equalsIgnoreCase(value)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    private static Command rcpt(String argument) {
        return withPath(
                argument,
                "TO:",
                Replies.RCPT_SYNTAX,
                said -> ForwardPath.parse(said.path())
                        .map(to -> rcpt(to, said.parameters()))
                        .orElse(malformed(Replies.BAD_RECIPIENT)));
    }

    private static Command rcpt(ForwardPath to, String parameters) {
        return parameters.isEmpty() ? new Command.Rcpt(to) : malformed(Replies.UNKNOWN_PARAMETER); // §4.1.1.11
    }

    /** A path with its angle brackets, and what is said behind it. */
    private record Said(String path, String parameters) {}

    private static Command withPath(String argument, String keyword, SmtpReply syntax, Function<Said, Command> then) {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return malformed(syntax);
        }
        // A space after the colon is not RFC 5321 §3.3, but old clients send it.
        String rest = argument.substring(keyword.length()).stripLeading();
        int end = endOfPath(rest);
        if (end < 0 || (end < rest.length() && rest.charAt(end) != ' ')) {
            return malformed(syntax);
        }
        String path = rest.substring(0, end);
        if (!path.chars().allMatch(c -> c < 128)) {
            return malformed(Replies.ADDRESS_NOT_ASCII); // RFC 6531 §3.5: we do not offer SMTPUTF8
        }
        return then.apply(new Said(path, rest.substring(end).strip()));
    }

    /** Index behind the {@code >} that ends the path {@code text} begins with, or -1. A quoted string may hold one too. */
    private static int endOfPath(String text) {
        if (!text.startsWith("<")) {
            return -1;
        }
        boolean quoted = false;
        for (int i = 1; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> quoted = !quoted;
                case '\\' -> i++;
                case '>' -> {
                    if (!quoted) {
                        return i + 1;
                    }
                }
                default -> {}
            }
        }
        return -1;
    }
}
