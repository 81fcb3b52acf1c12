package io.backupmx.ingress.protocol;

import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.ReversePath;
import io.backupmx.smtp.SmtpReply;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The syntax of commands (RFC 5321 §4.1.1, §4.1.2). Any line is some {@link Command}. */
public final class CommandParser {

    /** Up to 18 digits: more octets than that are nowhere. */
    private static final Pattern BDAT = Pattern.compile("0*(\\d{1,18})( +LAST)?", Pattern.CASE_INSENSITIVE);

    /** With something else than a space behind it. */
    private static final Pattern BAD_BDAT = Pattern.compile("BDAT[^A-Z]");

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
            case "BDAT" -> bdat(argument);
            case "ETRN" -> new Command.Etrn(argument);
            case "XCLIENT" -> new Command.XClient(argument);
            case "XFORWARD" -> new Command.XForward(argument);
            case "EXPN", "AUTH", "TURN", "SEND", "SOML", "SAML" -> new Command.NotImplemented();
            default -> BAD_BDAT.matcher(verb).lookingAt() ? new Command.BadBdat() : new Command.Unknown();
        };
    }

    /** Whether a line that begins so may announce octets that are no commands. */
    static boolean isBdat(String start) {
        return start.regionMatches(true, 0, "BDAT", 0, 4);
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
        try {
            Said said = said(argument, "FROM:", Replies.MAIL_SYNTAX, Replies.BAD_SENDER);
            Optional<ReversePath> from = ReversePath.parse(said.path());
            if (from.isEmpty()) {
                return malformed(Replies.BAD_SENDER);
            }
            MailOptions options = Parameters.ofMail(said.parameters());
            return said.isAscii() || options.smtpUtf8()
                    ? new Command.Mail(from.get(), options)
                    : malformed(Replies.NEED_SMTPUTF8);
        } catch (Parameters.MalformedException e) {
            return malformed(e.answer());
        }
    }

    private static Command rcpt(String argument) {
        try {
            Said said = said(argument, "TO:", Replies.RCPT_SYNTAX, Replies.BAD_RECIPIENT);
            Optional<ForwardPath> to = ForwardPath.parse(said.path());
            return to.isEmpty()
                    ? malformed(Replies.BAD_RECIPIENT)
                    : new Command.Rcpt(to.get(), Parameters.ofRcpt(said.parameters()), said.isAscii());
        } catch (Parameters.MalformedException e) {
            return malformed(e.answer());
        }
    }

    /** RFC 3030 §2. One that cannot be read is followed by octets we cannot count: there is no going on. */
    private static Command bdat(String argument) {
        Matcher said = BDAT.matcher(argument);
        return said.matches()
                ? new Command.Bdat(Long.parseLong(said.group(1)), said.group(2) != null)
                : new Command.BadBdat();
    }

    /** A path with its angle brackets, and what is said behind it. */
    private record Said(String path, String parameters, boolean isAscii) {}

    /**
     * @param syntax the answer when it has no path
     * @param encoding the answer when it is neither ASCII nor UTF-8
     */
    private static Said said(String argument, String keyword, SmtpReply syntax, SmtpReply encoding)
            throws Parameters.MalformedException {
        if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
            throw new Parameters.MalformedException(syntax);
        }
        boolean ascii = argument.chars().allMatch(c -> c < 128);
        // A space after the colon is not RFC 5321 §3.3, but old clients send it.
        String octets = argument.substring(keyword.length()).stripLeading();
        String rest = ascii ? octets : utf8(octets).orElseThrow(() -> new Parameters.MalformedException(encoding));
        int end = endOfPath(rest);
        if (end < 0 || (end < rest.length() && rest.charAt(end) != ' ')) {
            throw new Parameters.MalformedException(syntax);
        }
        return new Said(rest.substring(0, end), rest.substring(end).strip(), ascii);
    }

    /** What {@code octets}, one a character, mean (RFC 6531 §3.3). */
    private static Optional<String> utf8(String octets) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder() // which reports what is wrong, where others would replace it
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString());
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
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
