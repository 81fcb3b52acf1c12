package io.backupmx.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.backupmx.smtp.Domain;
import java.util.List;
import java.util.Map;

/**
 * The {@code domains} of one source in one form: canonical name → mapping. The short form {@code example.test: host:port}
 * becomes a mapping with {@code primary}; {@code example.test:} alone an empty one.
 */
final class DomainEntries {

    private static final String KEY = "domains";

    private final Source source;
    private final List<String> problems;

    private DomainEntries(Source source, List<String> problems) {
        this.source = source;
        this.problems = problems;
    }

    static void normalize(Source source, List<String> problems) {
        if (source.tree().get(KEY) instanceof ObjectNode written) {
            source.tree().set(KEY, new DomainEntries(source, problems).normalized(written));
        }
    }

    private ObjectNode normalized(ObjectNode written) {
        ObjectNode entries = ConfigJson.MAPPER.createObjectNode();
        written.properties().forEach(entry -> add(entries, entry));
        return entries;
    }

    private void add(ObjectNode entries, Map.Entry<String, JsonNode> entry) {
        String path = KEY + "." + entry.getKey();
        String origin = source.origins().getOrDefault(path, "");
        String name = Domain.parse(entry.getKey())
                .filter(domain -> !domain.isAddressLiteral())
                .map(Domain::name)
                .orElse("");
        if (name.isEmpty()) {
            problems.add(path + ": '" + entry.getKey() + "' is not a domain name (" + origin + ")");
        } else if (entries.has(name)) {
            problems.add(path + ": is the same domain as " + KEY + "." + name + " (" + origin + ")");
        } else {
            String canonical = KEY + "." + name;
            source.origins().put(canonical, origin);
            switch (entry.getValue()) {
                case ObjectNode section -> {
                    entries.set(name, section);
                    copyOrigins(section, path, canonical, origin);
                }
                case NullNode _ -> entries.putObject(name);
                case JsonNode primary -> {
                    entries.putObject(name).set("primary", primary);
                    source.origins().put(canonical + ".primary", origin);
                }
            }
        }
    }

    /** @param origin where nothing more exact is known */
    private void copyOrigins(ObjectNode section, String from, String to, String origin) {
        section.properties().forEach(property -> {
            String key = "." + property.getKey();
            String said = source.origins().getOrDefault(from + key, origin);
            source.origins().put(to + key, said);
            if (property.getValue() instanceof ObjectNode inner) {
                copyOrigins(inner, from + key, to + key, said);
            }
        });
    }
}
