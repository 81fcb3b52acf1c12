package io.backupmx.ingress.protocol;

import io.backupmx.mail.BodyType;
import io.backupmx.smtp.SmtpReply;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The parameters of MAIL and RCPT (RFC 5321 §4.1.2, {@code esmtp-param}): each once, and as its own RFC has it. */
final class Parameters {

    /** RFC 1870 §6.1: up to 20 digits. */
    private static final Pattern SIZE = Pattern.compile("\\d{1,20}");

    /** RFC 3461 §4: printable ASCII but "+" and "=", and "+" with two digits in capitals. */
    private static final Pattern XTEXT = Pattern.compile("(?:[!-*,-<>-~]|\\+[0-9A-F]{2})++");

    /** RFC 3461 §4.2; behind the address type xtext, or what RFC 6533 §3 allows beyond it. */
    private static final Pattern ORIGINAL_RECIPIENT =
            Pattern.compile("[A-Za-z0-9-]+;(?:[!-*,-<>-~\\x{80}-\\x{10FFFF}]|\\+[0-9A-F]{2})++");

    /** RFC 3461 §4.4. */
    private static final int MAX_ENVELOPE_ID = 100;

    /** RFC 3461 §4.2. */
    private static final int MAX_ORIGINAL_RECIPIENT = 500;

    private static final Set<String> RETURN_CONTENT = Set.of("FULL", "HDRS"); // RFC 3461 §4.3

    private enum Notice {
        SUCCESS,
        FAILURE,
        DELAY
    }

    private final Map<String, Optional<String>> unread;

    private Parameters(Map<String, Optional<String>> said) {
        this.unread = said;
    }

    /** @throws MalformedException when one is unknown, said twice, or makes no sense */
    static MailOptions ofMail(String text) throws MalformedException {
        if (text.isEmpty()) {
            return MailOptions.NONE;
        }
        Parameters all = parse(text);
        MailOptions options = new MailOptions(
                all.body(),
                all.size(),
                all.said("SMTPUTF8"), // RFC 6531 §3.4
                all.said("REQUIRETLS"), // RFC 8689 §2
                all.returnContent(),
                all.envelopeId());
        all.checkNoneIsLeft();
        return options;
    }

    /** @throws MalformedException when one is unknown, said twice, or makes no sense */
    static RcptOptions ofRcpt(String text) throws MalformedException {
        if (text.isEmpty()) {
            return RcptOptions.NONE;
        }
        Parameters all = parse(text);
        RcptOptions options = new RcptOptions(all.notices(), all.originalRecipient());
        all.checkNoneIsLeft();
        return options;
    }

    private static Parameters parse(String text) throws MalformedException {
        Map<String, Optional<String>> said = new HashMap<>();
        for (String parameter : text.split(" +", -1)) {
            int equals = parameter.indexOf('=');
            String keyword = (equals < 0 ? parameter : parameter.substring(0, equals)).toUpperCase(Locale.ROOT);
            Optional<String> value = equals < 0 ? Optional.empty() : Optional.of(parameter.substring(equals + 1));
            if (said.putIfAbsent(keyword, value) != null) {
                throw bad();
            }
        }
        return new Parameters(said);
    }

    private long size() throws MalformedException {
        Optional<String> value = take("SIZE", SIZE);
        return value.map(digits -> digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits))
                .orElse(0L);
    }

    private BodyType body() throws MalformedException {
        Optional<String> value = take("BODY");
        if (value.isEmpty()) {
            return BodyType.SEVEN_BIT;
        }
        for (BodyType type : BodyType.values()) {
            if (type.keyword().equalsIgnoreCase(value.get())) {
                return type;
            }
        }
        throw bad();
    }

    /** Of one that has no value. */
    private boolean said(String keyword) throws MalformedException {
        Optional<String> value = unread.remove(keyword);
        if (value == null) {
            return false;
        }
        if (value.isPresent()) {
            throw bad();
        }
        return true;
    }

    private Optional<String> returnContent() throws MalformedException {
        Optional<String> value = take("RET").map(said -> said.toUpperCase(Locale.ROOT));
        if (value.isPresent() && !RETURN_CONTENT.contains(value.get())) {
            throw bad();
        }
        return value;
    }

    private Optional<String> envelopeId() throws MalformedException {
        return checkLength(take("ENVID", XTEXT), MAX_ENVELOPE_ID);
    }

    /** RFC 3461 §4.1: NEVER alone, or a list of the others. */
    private Optional<String> notices() throws MalformedException {
        Optional<String> value = take("NOTIFY").map(said -> said.toUpperCase(Locale.ROOT));
        if (value.isPresent() && !value.get().equals("NEVER")) {
            Set<Notice> seen = EnumSet.noneOf(Notice.class);
            for (String word : value.get().split(",", -1)) {
                if (!seen.add(notice(word))) {
                    throw bad();
                }
            }
        }
        return value;
    }

    private static Notice notice(String word) throws MalformedException {
        for (Notice notice : Notice.values()) {
            if (notice.name().equals(word)) {
                return notice;
            }
        }
        throw bad();
    }

    private Optional<String> originalRecipient() throws MalformedException {
        return checkLength(take("ORCPT", ORIGINAL_RECIPIENT), MAX_ORIGINAL_RECIPIENT);
    }

    private static Optional<String> checkLength(Optional<String> value, int max) throws MalformedException {
        if (value.filter(text -> text.length() > max).isPresent()) {
            throw bad();
        }
        return value;
    }

    private Optional<String> take(String keyword, Pattern pattern) throws MalformedException {
        Optional<String> value = take(keyword);
        if (value.isPresent() && !pattern.matcher(value.get()).matches()) {
            throw bad();
        }
        return value;
    }

    /** Of one that has to have a value. */
    private Optional<String> take(String keyword) throws MalformedException {
        Optional<String> value = unread.remove(keyword);
        if (value == null) {
            return Optional.empty();
        }
        if (value.isEmpty()) {
            throw bad();
        }
        return value;
    }

    private void checkNoneIsLeft() throws MalformedException {
        if (!unread.isEmpty()) {
            throw new MalformedException(Replies.UNKNOWN_PARAMETER); // RFC 5321 §4.1.1.11
        }
    }

    private static MalformedException bad() {
        return new MalformedException(Replies.BAD_PARAMETER);
    }

    /** A command that is not said as the RFCs have it. */
    static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final transient SmtpReply answer;

        MalformedException(SmtpReply answer) {
            super(null, null, false, false); // somebody else's slip, not worth a stack trace
            this.answer = answer;
        }

        SmtpReply answer() {
            return answer;
        }
    }
}
