package io.backupmx.testing;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A MAIL or RCPT command as it came.
 *
 * @param line all of it, without CRLF
 * @param address what stands between the angle brackets, empty for the null reverse-path
 * @param parameters by their names in upper case, the value empty for a bare keyword
 */
public record EnvelopeLine(String line, String address, Map<String, String> parameters) {

    /** RFC 5321 §4.1.1.2 and §4.1.1.3: no blank after the colon, one before each parameter. */
    private static final Pattern FORM = Pattern.compile(
            "(?:MAIL FROM|RCPT TO):<(?<address>(?:\"(?:[^\"\\\\]|\\\\.)*\"|[^\"<>])*)>(?<parameters>(?: [^ ]+)*)",
            Pattern.CASE_INSENSITIVE);

    static Optional<EnvelopeLine> parse(String line) {
        Matcher matcher = FORM.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String parameter : matcher.group("parameters").strip().split(" ", -1)) {
            if (!parameter.isEmpty()) {
                int equals = parameter.indexOf('=');
                String name = equals < 0 ? parameter : parameter.substring(0, equals);
                parameters.put(name.toUpperCase(Locale.ROOT), equals < 0 ? "" : parameter.substring(equals + 1));
            }
        }
        return Optional.of(new EnvelopeLine(line, matcher.group("address"), parameters));
    }

    /** What the client says the content measures (RFC 1870 §5); 0 when it says nothing, or nothing of sense. */
    long declaredSize() {
        String size = parameters.getOrDefault("SIZE", "0");
        return size.matches("[0-9]{1,18}") ? Long.parseLong(size) : 0;
    }
}
