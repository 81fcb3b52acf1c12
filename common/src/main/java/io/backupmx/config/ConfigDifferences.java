package io.backupmx.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The keys in which two configurations differ, with their paths. */
final class ConfigDifferences {

    private final List<String> keys = new ArrayList<>();

    private ConfigDifferences() {}

    static List<String> between(Config one, Config other) {
        ConfigDifferences differences = new ConfigDifferences();
        differences.compare("", ConfigJson.MAPPER.valueToTree(one), ConfigJson.MAPPER.valueToTree(other));
        return differences.keys;
    }

    private void compare(String path, JsonNode one, JsonNode other) {
        if (one instanceof ObjectNode a && other instanceof ObjectNode b) {
            Set<String> names = new LinkedHashSet<>();
            a.fieldNames().forEachRemaining(names::add);
            b.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                compare(path.isEmpty() ? name : path + "." + name, value(a, name), value(b, name));
            }
        } else if (!one.equals(other)) {
            keys.add(path);
        }
    }

    private static JsonNode value(ObjectNode node, String name) {
        return node.has(name) ? node.get(name) : MissingNode.getInstance();
    }
}
