package io.backupmx.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A text of the configuration with places for an address, as in Postfix's ldap_table(5) and pgsql_table(5): {@code %s} is the
 * address, {@code %u} its local part, {@code %d} its domain, {@code %%} a percent sign. Anything else behind a percent sign is
 * a mistake: taken as it stands it would make every recipient unknown.
 */
public record AddressTemplate(List<Part> parts) {

    /** In the order of the text. */
    public sealed interface Part {}

    /** Stands as it is. */
    public record Text(String text) implements Part {}

    /** Where something of the address goes. */
    public enum Place implements Part {
        ADDRESS,
        LOCAL_PART,
        DOMAIN
    }

    public AddressTemplate {
        parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException with what is wrong, for people */
    public static AddressTemplate parse(String text) {
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

    private static Place place(char what, String text) {
        return switch (what) {
            case 's' -> Place.ADDRESS;
            case 'u' -> Place.LOCAL_PART;
            case 'd' -> Place.DOMAIN;
            default ->
                throw new IllegalArgumentException("%" + (what == ' ' ? "" : what) + " in '" + text
                        + "' is not one of %s (the address), %u (its local part), %d (its domain);"
                        + " a percent sign is written %%");
        };
    }

    /** Whether it is the same text for every address. */
    public boolean isPlain() {
        return parts.stream().noneMatch(Place.class::isInstance);
    }

    /** Whether it may be another text for another recipient of the same domain. */
    public boolean asksForTheRecipient() {
        return parts.stream().anyMatch(part -> part == Place.ADDRESS || part == Place.LOCAL_PART);
    }

    /** The text for {@code address}, whose parts go through {@code encoding} on their way into it. */
    public String expand(String address, UnaryOperator<String> encoding) {
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
