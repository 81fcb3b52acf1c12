package io.backupmx.ingress.source;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A text of the configuration with places for an address, as in Postfix's ldap_table(5) and pgsql_table(5): {@code %s} is the
 * address, {@code %u} its local part, {@code %d} its domain, {@code %%} a percent sign. Anything else behind a percent sign is
 * a mistake: taken as it stands it would make every recipient unknown.
 */
record AddressTemplate(List<Part> parts) {

    sealed interface Part {}

    record Text(String text) implements Part {}

    enum Place implements Part {
        ADDRESS,
        LOCAL_PART,
        DOMAIN
    }

    AddressTemplate {
        parts = List.copyOf(parts);
    }

    static AddressTemplate parse(String text) throws SourceFailure {
        List<Part> parts = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        int next = 0;
        while (next < text.length()) {
            char c = text.charAt(next++);
            if (c != '%') {
                plain.append(c);
                continue;
            }
            char what = next < text.length() ? text.charAt(next++) : ' ';
            if (what == '%') {
                plain.append('%');
            } else {
                addText(plain, parts);
                parts.add(place(what, text));
            }
        }
        addText(plain, parts);
        return new AddressTemplate(parts);
    }

    private static void addText(StringBuilder plain, List<Part> parts) {
        if (!plain.isEmpty()) {
            parts.add(new Text(plain.toString()));
            plain.setLength(0);
        }
    }

    private static Place place(char what, String text) throws SourceFailure {
        return switch (what) {
            case 's' -> Place.ADDRESS;
            case 'u' -> Place.LOCAL_PART;
            case 'd' -> Place.DOMAIN;
            default ->
                throw new SourceFailure("%" + (what == ' ' ? "" : what) + " in '" + text
                        + "' is not one of %s, %u, %d; a percent sign is written %%");
        };
    }

    /** Whether it is the same text for every address. */
    boolean isPlain() {
        return parts.stream().noneMatch(Place.class::isInstance);
    }

    /** The text for {@code address}, whose parts go through {@code encoding} on their way into it. */
    String expand(String address, UnaryOperator<String> encoding) {
        int at = address.lastIndexOf('@');
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            text.append(
                    switch (part) {
                        case Text(String plain) -> plain;
                        case Place.ADDRESS -> encoding.apply(address);
                        case Place.LOCAL_PART -> encoding.apply(at < 0 ? address : address.substring(0, at));
                        case Place.DOMAIN -> encoding.apply(at < 0 ? "" : address.substring(at + 1));
                    });
        }
        return text.toString();
    }
}
