package io.backupmx.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A query of the configuration as it is prepared: an address is never part of its text. A place for the address
 * ({@link AddressTemplate}) becomes a parameter; so does, as a whole, a text in quotes that has such places, as it is written
 * for Postfix: {@code '%s'}, {@code '%u@%d'}.
 *
 * @param sql with a question mark for each parameter
 */
public record SqlQuery(String sql, List<AddressTemplate> parameters) {

    public SqlQuery {
        parameters = List.copyOf(parameters);
    }

    /** @throws IllegalArgumentException with what is wrong, for people */
    public static SqlQuery parse(String query) {
        StringBuilder sql = new StringBuilder();
        List<AddressTemplate> parameters = new ArrayList<>();
        int from = 0;
        while (from < query.length()) {
            char quote = query.charAt(from);
            if (quote == '\'' || quote == '"') {
                int end = endOfQuoted(query, from, quote);
                addQuoted(query.substring(from, end), quote, sql, parameters);
                from = end;
            } else {
                int end = endOfUnquoted(query, from);
                addUnquoted(query.substring(from, end), sql, parameters);
                from = end;
            }
        }
        return new SqlQuery(sql.toString(), parameters);
    }

    /** Whether it may have another answer for another recipient of the same domain. */
    boolean asksForTheRecipient() {
        return parameters.stream().anyMatch(AddressTemplate::asksForTheRecipient);
    }

    private static int endOfUnquoted(String query, int from) {
        int end = from;
        while (end < query.length() && query.charAt(end) != '\'' && query.charAt(end) != '"') {
            end++;
        }
        return end;
    }

    /** Behind the quote that ends what begins at {@code from}; two of them stand for one. */
    private static int endOfQuoted(String query, int from, char quote) {
        for (int i = from + 1; i < query.length(); i++) {
            if (query.charAt(i) == quote) {
                if (i + 1 == query.length() || query.charAt(i + 1) != quote) {
                    return i + 1;
                }
                i++;
            }
        }
        throw new IllegalArgumentException("a quote without its end");
    }

    private static void addUnquoted(String text, StringBuilder sql, List<AddressTemplate> parameters) {
        if (text.indexOf('?') >= 0) {
            throw new IllegalArgumentException(
                    "a question mark is the driver's word for a parameter; write %s, %u or %d");
        }
        for (AddressTemplate.Part part : AddressTemplate.parse(text).parts()) {
            switch (part) {
                case AddressTemplate.Text(String plain) -> sql.append(plain);
                case AddressTemplate.Place place -> {
                    sql.append('?');
                    parameters.add(new AddressTemplate(List.of(place)));
                }
            }
        }
    }

    private static void addQuoted(String text, char quote, StringBuilder sql, List<AddressTemplate> parameters) {
        AddressTemplate whole = AddressTemplate.parse(text);
        if (whole.isPlain()) {
            sql.append(whole.expand("", UnaryOperator.identity()));
            return;
        }
        String one = String.valueOf(quote);
        sql.append('?');
        parameters.add(
                AddressTemplate.parse(text.substring(1, text.length() - 1).replace(one + one, one)));
    }
}
